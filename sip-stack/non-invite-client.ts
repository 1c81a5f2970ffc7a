import type { ClientAction } from './invite-client.ts';
import type { Machine } from './machine.ts';

/*
 * RFC 3261 §17.1.2
 *
 *                              | request sent
 *            Timer E: resend   V
 *            E doubles to T2 +--------+
 *                   +--------|        | Timer F or transport error: tell the user
 *                   +------->| trying |--------------------------------+
 *       200-699: to the user |        |                                |
 *             +--------------+--------+                                |
 *             |                  | 1xx: to the user                    |
 *             |              +------------+ Timer F or transport error |
 *             |   200-699    |            |--------------------------->|
 *             |<-------------| proceeding |--+ Timer E: resend, E = T2 |
 *             |              |            |<-+ 1xx: to the user        |
 *             V              +------------+                            |
 *        +-----------+                                                 V
 *        | completed |------------ Timer K ----------------->  +------------+
 *        +-----------+                                         | terminated |
 *                                                              +------------+
 */
export type NonInviteClientState = 'trying' | 'proceeding' | 'completed' | 'terminated';
export type NonInviteClientEvent = 'E' | 'F' | 'K' | '1xx' | '2xx' | '300-699' | 'transport error';

export const nonInviteClient: Machine<NonInviteClientState, NonInviteClientEvent, ClientAction> = {
  initial: 'trying',
  table: {
    trying: {
      E: ['trying', 'send request', 'double'],
      F: ['terminated', 'tell timeout', 'end'],
      '1xx': ['proceeding', 'tell response'],
      '2xx': ['completed', 'tell response'],
      '300-699': ['completed', 'tell response'],
      'transport error': ['terminated', 'tell transport error', 'end'],
    },
    proceeding: {
      E: ['proceeding', 'send request', 'slow down'],
      F: ['terminated', 'tell timeout', 'end'],
      '1xx': ['proceeding', 'tell response'],
      '2xx': ['completed', 'tell response'],
      '300-699': ['completed', 'tell response'],
      'transport error': ['terminated', 'tell transport error', 'end'],
    },
    completed: {
      K: ['terminated', 'end'],
    },
    terminated: {},
  },
  timers: {
    trying: { E: (t, reliable) => (reliable ? undefined : t.T1), F: (t) => 64 * t.T1 },
    proceeding: { E: (t, reliable) => (reliable ? undefined : t.T2), F: (t) => 64 * t.T1 },
    completed: { K: (t, reliable) => (reliable ? 0 : t.T4) },
  },
};

import type { ServerAction } from './invite-server.ts';
import type { Machine } from './machine.ts';

/*
 * RFC 3261 §17.2.2
 *
 *                       | request: to the user
 *                       V
 *                  +--------+  200-699 from the user: send
 *                  | trying |---------------------------------+
 *                  +--------+                                 |
 *                       | 1xx from the user: send             |
 *                       V                                     |
 *                  +------------+--+ request: last response   |
 *                  | proceeding |<-+ 1xx from the user: send  |
 *                  +------------+                             |
 *                       | 200-699 from the user: send         |
 *                       V                                     |
 *                  +-----------+                              |
 *               +--| completed |<-----------------------------+
 *               +->|           |   Timer J      +------------+
 *    request: last +-----------+--------------->| terminated |
 *    response                                   +------------+
 */
export type NonInviteServerState = 'trying' | 'proceeding' | 'completed' | 'terminated';
export type NonInviteServerEvent = 'J' | 'request' | '1xx' | '2xx' | '300-699' | 'transport error';

export const nonInviteServer: Machine<NonInviteServerState, NonInviteServerEvent, ServerAction> = {
  initial: 'trying',
  table: {
    trying: {
      '1xx': ['proceeding', 'send response'],
      '2xx': ['completed', 'send response'],
      '300-699': ['completed', 'send response'],
    },
    proceeding: {
      request: ['proceeding', 'repeat response'],
      '1xx': ['proceeding', 'send response'],
      '2xx': ['completed', 'send response'],
      '300-699': ['completed', 'send response'],
      'transport error': ['terminated', 'tell transport error', 'end'],
    },
    completed: {
      request: ['completed', 'repeat response'],
      J: ['terminated', 'end'],
      'transport error': ['terminated', 'tell transport error', 'end'],
    },
    terminated: {},
  },
  timers: {
    completed: { J: (t, reliable) => (reliable ? 0 : 64 * t.T1) },
  },
};

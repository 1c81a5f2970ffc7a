import type { Machine } from './machine.ts';

/*
 * RFC 3261 §17.2.1 as amended by RFC 6026 §8.5
 *
 *                                     | INVITE: to the user; 100 unless the user answers first
 *              INVITE: last response  V
 *                            +------------+ 1xx from the user: send
 *                         +->|            |--+
 *                         +--| proceeding |<-+
 *                            |            |  2xx from the user: send
 *                            +------------+--------------------------+
 *             300-699: send       |                                  |
 *                                 V                                  V
 *   INVITE, Timer G: send  +-----------+                       +----------+ INVITE: absorb
 *   again, G doubles to T2 | completed | Timer H: tell         | accepted |--+ 2xx from the user: send
 *                       +->|           |------------+          |          |<-+ ACK: to the user
 *                       +--+-----------+            |          +----------+
 *                             | ACK                 |               | Timer L
 *                             V                     V               V
 *                       +-----------+  Timer I   +----------------------+
 *           ACK: absorb | confirmed |----------->|      terminated      |
 *                       +-----------+            +----------------------+
 */
export type InviteServerState = 'proceeding' | 'completed' | 'confirmed' | 'accepted' | 'terminated';
export type InviteServerEvent =
  'trying' | 'G' | 'H' | 'I' | 'L' | 'request' | 'ACK' | '1xx' | '2xx' | '300-699' | 'transport error';
export type ServerAction =
  | 'send 100'
  | 'send response'
  | 'repeat response'
  | 'double'
  | 'tell ACK'
  | 'tell timeout'
  | 'tell transport error'
  | 'end';

export const inviteServer: Machine<InviteServerState, InviteServerEvent, ServerAction> = {
  initial: 'proceeding',
  table: {
    proceeding: {
      trying: ['proceeding', 'send 100'],
      request: ['proceeding', 'repeat response'],
      '1xx': ['proceeding', 'send response'],
      '2xx': ['accepted', 'send response'],
      '300-699': ['completed', 'send response'],
      'transport error': ['terminated', 'tell transport error', 'end'],
    },
    completed: {
      request: ['completed', 'repeat response'],
      G: ['completed', 'repeat response', 'double'],
      H: ['terminated', 'tell timeout', 'end'],
      ACK: ['confirmed'],
      'transport error': ['terminated', 'tell transport error', 'end'],
    },
    confirmed: {
      I: ['terminated', 'end'],
    },
    accepted: {
      '2xx': ['accepted', 'send response'],
      // Some user agents send the ACK of a 2xx on the INVITE's branch.
      ACK: ['accepted', 'tell ACK'],
      L: ['terminated', 'end'],
    },
    terminated: {},
  },
  timers: {
    // §17.2.1: "unless it knows that the TU will generate a provisional or final response within 200 ms"
    proceeding: { trying: () => 200 },
    completed: { G: (t, reliable) => (reliable ? undefined : t.T1), H: (t) => 64 * t.T1 },
    confirmed: { I: (t, reliable) => (reliable ? 0 : t.T4) },
    accepted: { L: (t) => 64 * t.T1 },
  },
};

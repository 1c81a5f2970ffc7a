import type { Machine } from './machine.ts';

/*
 * RFC 3261 §17.1.1 as amended by RFC 6026 §8.4
 *
 *                                    | INVITE sent
 *                 Timer A: resend    V
 *                 A doubles     +---------+
 *                      +--------|         | Timer B or transport error: tell the user
 *                      +------->| calling |-------------------------------------------+
 *               300-699: ACK    |         |  2xx: response to the user                 |
 *              +----------------+---------+-----------------------+                    |
 *              |                     | 1xx: response to the user  |                    |
 *              |                +------------+                    |                    |
 *              |   300-699: ACK |            |--+ 1xx             |                    |
 *              |<---------------| proceeding |<-+        2xx      |                    |
 *              |                |            |------------------->|                    |
 *              V                +------------+                    V                    |
 *        +-----------+                |                     +----------+               |
 *     +--| completed | Timer D        | "cancelled"         | accepted |--+ 2xx: to    |
 *     +->|           |--------+       | (§9.1: 64*T1        |          |<-+ the user   |
 * 300-699: ACK again          |       |  after a CANCEL)    +----------+               |
 *                             V       V                           | Timer M            |
 *                          +--------------------------------------+                    |
 *                          |              terminated              |<-------------------+
 *                          +--------------------------------------+
 */
export type InviteClientState = 'calling' | 'proceeding' | 'completed' | 'accepted' | 'terminated';
export type InviteClientEvent =
  'A' | 'B' | 'D' | 'M' | '1xx' | '2xx' | '300-699' | 'cancel' | 'cancelled' | 'transport error';
export type ClientAction =
  | 'send request'
  | 'double'
  | 'slow down'
  | 'send ACK'
  | 'send CANCEL'
  | 'send held CANCEL'
  | 'hold CANCEL'
  | 'tell response'
  | 'tell timeout'
  | 'tell transport error'
  | 'end';

export const inviteClient: Machine<InviteClientState, InviteClientEvent, ClientAction> = {
  initial: 'calling',
  table: {
    calling: {
      A: ['calling', 'send request', 'double'],
      B: ['terminated', 'tell timeout', 'end'],
      '1xx': ['proceeding', 'tell response', 'send held CANCEL'],
      '2xx': ['accepted', 'tell response'],
      '300-699': ['completed', 'send ACK', 'tell response'],
      // §9.1: no CANCEL before a provisional response has arrived.
      cancel: ['calling', 'hold CANCEL'],
      'transport error': ['terminated', 'tell transport error', 'end'],
    },
    proceeding: {
      '1xx': ['proceeding', 'tell response'],
      '2xx': ['accepted', 'tell response'],
      '300-699': ['completed', 'send ACK', 'tell response'],
      cancel: ['proceeding', 'send CANCEL'],
      cancelled: ['terminated', 'tell timeout', 'end'],
      // The connection that the answer was to come by is lost (§8.1.3.1); over UDP nothing is sent in this state.
      'transport error': ['terminated', 'tell transport error', 'end'],
    },
    completed: {
      '300-699': ['completed', 'send ACK'],
      D: ['terminated', 'end'],
      'transport error': ['terminated', 'tell transport error', 'end'],
    },
    accepted: {
      '2xx': ['accepted', 'tell response'],
      M: ['terminated', 'end'],
    },
    terminated: {},
  },
  timers: {
    calling: { A: (t, reliable) => (reliable ? undefined : t.T1), B: (t) => 64 * t.T1 },
    completed: { D: (t, reliable) => (reliable ? 0 : 64 * t.T1) },
    accepted: { M: (t) => 64 * t.T1 },
  },
};

import type { SipRequest } from '#sip-stack/message.ts';
import type { SocketAddress } from '#sip-stack/transport.ts';
import { clientHeaders, completeContentType } from './client-headers.ts';
import { hereFor, type Core } from './core.ts';
import type { Accepted, LiveDialog } from './live-dialog.ts';
import { sendOnce } from './send-once.ts';
import { guess, Sending, type SendingEvents } from './sending.ts';

/** The next hop of a dialog: past a NAT the address its messages come from, else the first route or the remote target. */
export const hopOf = ({ route, dialog }: LiveDialog): SocketAddress | string =>
  // A connection that is closed leads nowhere any more.
  route && route.flow?.open !== false ? route : dialog.nextHop;

export const sendingInDialog = (core: Core, live: LiveDialog, request: SipRequest, events: SendingEvents): Sending =>
  new Sending(core, request, hopOf(live), events);

/** Puts on a request that goes to `hop` what the client wants in it. False when it has a body of unknown type. */
export const complete = (core: Core, hop: SocketAddress | string, made: SipRequest, wanted: SipRequest): boolean => {
  const headers = clientHeaders(wanted, hereFor(core, guess(hop)), false);
  for (const { key } of headers) made.remove(key);
  made.headers.push(...headers);
  made.body = wanted.body;
  return completeContentType(made);
};

/** Sends the ACK of a 2xx and keeps it for the repetitions of that 2xx. */
export const sendAck = (core: Core, live: LiveDialog, accepted: Accepted, ack: SipRequest): void => {
  sendOnce(core, ack, hopOf(live), (bytes, to) => {
    accepted.ack = { bytes, to };
  });
};

/** A 2xx came again: so goes its ACK. */
export const repeatAck = (core: Core, accepted: Accepted): void => {
  if (accepted.ack) core.layer.transport.send(accepted.ack.bytes, accepted.ack.to);
};

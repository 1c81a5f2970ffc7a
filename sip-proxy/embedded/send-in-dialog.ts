import { literalAddress, locate } from '#sip-stack/next-hop.ts';
import type { SipRequest } from '#sip-stack/message.ts';
import type { SocketAddress } from '#sip-stack/transport.ts';
import { clientHeaders, completeContentType } from './client-headers.ts';
import type { Core } from './core.ts';
import type { Accepted, LiveDialog } from './live-dialog.ts';
import { Sending, type SendingEvents } from './sending.ts';

/** The next hop of a dialog: past a NAT the address its messages come from, else the first route or the remote target. */
const hopOf = (live: LiveDialog): SocketAddress | string => live.route ?? live.dialog.nextHop;

export const sendingInDialog = (core: Core, live: LiveDialog, request: SipRequest, events: SendingEvents): Sending =>
  new Sending(core, request, hopOf(live), events);

/** Puts on a request of the dialog what the client wants in it. False when it has a body of unknown type. */
export const complete = (core: Core, made: SipRequest, wanted: SipRequest): boolean => {
  const headers = clientHeaders(wanted, core.layer.transport.local, false);
  for (const { key } of headers) made.remove(key);
  made.headers.push(...headers);
  made.body = wanted.body;
  return completeContentType(made);
};

/** Sends the ACK of a 2xx and keeps it for the repetitions of that 2xx. */
export const sendAck = (core: Core, live: LiveDialog, accepted: Accepted, ack: SipRequest): void => {
  core.layer.stamp(ack);
  const send = (to: SocketAddress): void => {
    accepted.ack = { bytes: core.layer.sendStateless(ack, to), to };
  };
  const hop = hopOf(live);
  if (typeof hop !== 'string') return send(hop);
  const literal = literalAddress(hop);
  if (literal) return send(literal);
  locate(hop)
    .then((found) => found && send(found))
    .catch((error: unknown) => core.log.warn({ err: error, callId: ack.callId }, 'no address for the ACK'));
};

/** A 2xx came again: so goes its ACK. */
export const repeatAck = (core: Core, accepted: Accepted): void => {
  if (accepted.ack) core.layer.transport.send(accepted.ack.bytes, accepted.ack.to);
};

import type { SipRequest } from '#sip-stack/message.ts';
import type { SocketAddress } from '#sip-stack/transport.ts';
import type { Core } from './core.ts';
import type { Accepted, LiveDialog } from './live-dialog.ts';
import { addressOf, guess, Sending, type SendingEvents } from './sending.ts';

/** The next hop of a dialog: past a NAT the address its messages come from, else the first route or the remote target. */
export const hopOf = ({ route, dialog }: LiveDialog): SocketAddress | string =>
  // A connection that is closed leads nowhere any more.
  route && route.flow?.open !== false ? route : dialog.nextHop;

export const sendingInDialog = (core: Core, live: LiveDialog, request: SipRequest, events: SendingEvents): Sending =>
  new Sending(core, request, hopOf(live), events);

/** Sends the ACK of a 2xx and keeps it for the repetitions of that 2xx. */
export const sendAck = (core: Core, live: LiveDialog, accepted: Accepted, ack: SipRequest): void => {
  const send = (to: SocketAddress): void => {
    accepted.ack = { bytes: core.layer.sendStateless(ack, to), to };
  };
  const hop = addressOf(core, hopOf(live));
  if (typeof hop !== 'string') return send(hop);
  core.layer.stamp(ack, guess(hop));
  core.locator
    .targets(hop)
    .next()
    .then(({ value }) => {
      if (value) send(value);
      else core.log.warn({ callId: ack.callId }, 'no address for the ACK');
    })
    .catch((error: unknown) => core.log.error({ err: error }, 'an ACK could not be sent'));
};

/** A 2xx came again: so goes its ACK. */
export const repeatAck = (core: Core, accepted: Accepted): void => {
  if (accepted.ack) core.layer.transport.send(accepted.ack.bytes, accepted.ack.to);
};

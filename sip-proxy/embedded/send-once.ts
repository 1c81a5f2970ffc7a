import type { SipRequest } from '#sip-stack/message.ts';
import type { SocketAddress } from '#sip-stack/transport.ts';
import type { Core } from './core.ts';
import { addressOf, guess } from './sending.ts';

/**
 * Sends the ACK of a 2xx: it has no transaction, so nobody hears what becomes of it, and of a name the first target alone is tried.
 * @param sent told what went on the wire, and where to
 */
export const sendOnce = (
  core: Core,
  ack: SipRequest,
  hop: SocketAddress | string,
  sent?: (bytes: Buffer, to: SocketAddress) => void,
): void => {
  const send = (to: SocketAddress): void => {
    const bytes = core.layer.sendStateless(ack, to);
    sent?.(bytes, to);
  };
  const address = addressOf(core, hop);
  core.layer.stamp(ack, guess(address));
  if (typeof address !== 'string') return send(address);
  core.locator
    .targets(address)
    .next()
    .then(({ value }) => {
      if (value) send(value);
      else core.log.warn({ callId: ack.callId }, 'no address for the ACK');
    })
    .catch((error: unknown) => core.log.error({ err: error }, 'an ACK could not be sent'));
};

import type { SipMessage } from './message.ts';
import { parseMessage, SipParseError } from './parse.ts';
import { isRequest, stampVia, type SocketAddress, type TransportReceiver } from './transport.ts';

/** Gives a whole message to the receiver: read, and stamped with where it came from; or says what is wrong with it. */
export const takeIn = (
  receiver: TransportReceiver | undefined,
  bytes: Buffer,
  source: SocketAddress,
  forceRport = false,
): void => {
  let message: SipMessage;
  try {
    message = parseMessage(bytes);
    if (isRequest(message)) stampVia(message, source, forceRport);
  } catch (error) {
    if (!(error instanceof SipParseError)) throw error;
    return turnAway(receiver, error, source, forceRport);
  }
  receiver?.onMessage(message, source);
};

/** What is no SIP: it is answered by whoever receives, if it can be. */
export const turnAway = (
  receiver: TransportReceiver | undefined,
  error: SipParseError,
  source: SocketAddress,
  forceRport = false,
): void => {
  if (error.request) stampVia(error.request, source, forceRport);
  receiver?.onRejected(error, source);
};

import { SipRequest, type SipResponse } from '#sip-stack/message.ts';
import { deliver, type Core, type Received } from './core.ts';
import { answered, refuseCall, release } from './holding.ts';
import { hasOption } from './rack.ts';
import { ReliableProvisionals } from './reliable-provisional.ts';

/** Who wants a provisional response to be reliable (RFC 3262 §3); `impossible`: the client, and the peer does not know how. */
export type Reliably = 'client' | 'peer' | 'nobody' | 'impossible';

export const reliablyFor = (request: SipRequest, wanted: SipResponse): Reliably => {
  const { status } = wanted;
  if (request.method !== 'INVITE' || status <= 100 || status >= 200) return 'nobody';
  const required = hasOption(request, 'require', '100rel');
  if (!hasOption(wanted, 'require', '100rel')) return required ? 'peer' : 'nobody';
  return required || hasOption(request, 'supported', '100rel') ? 'client' : 'impossible';
};

/** Whether a response has to wait for the PRACK of the one before. */
export const waitsForPrack = ({ reliable, request }: Received, wanted: SipResponse): boolean =>
  reliable?.mustWait(wanted.status) === true && (wanted.status >= 200 || reliablyFor(request, wanted) !== 'nobody');

/**
 * Sends a provisional response: the dialog it begins can be met by UPDATE and its kin.
 * @returns false when the request has its final response
 */
export const ring = (core: Core, received: Received, response: SipResponse, reliably: Reliably): boolean => {
  const { transaction, request, client, dialogId } = received;
  const sent =
    reliably === 'nobody' ? transaction.respond(response) : ringReliably(core, received, response, reliably === 'peer');
  if (!sent) return false;
  answered(core, received);
  received.waited(response.status);
  // The client lives: from now on the caller's patience is the limit.
  core.layer.clock.stop(received.limit);
  if (request.method !== 'INVITE' || received.live || received.earlyKey !== undefined || response.status === 100)
    return true;
  received.earlyKey = keyOf(received);
  core.early.set(received.earlyKey, { client, dialogId, updating: false });
  return true;
};

/** As `dialogKey` gives it for a request of the peer. */
const keyOf = ({ request, transaction }: Received): string =>
  `${request.callId} ${transaction.toTag} ${request.from.tag ?? ''}`;

const ringReliably = (core: Core, received: Received, response: SipResponse, ours: boolean): boolean => {
  received.reliable ??= begin(core, received);
  if (ours) response.add('Require', '100rel');
  return received.reliable.send(response, ours);
};

const begin = (core: Core, received: Received): ReliableProvisionals => {
  const key = keyOf(received);
  core.reliable.set(key, received);
  return new ReliableProvisionals(received.transaction, core.layer, {
    unacknowledged: () => giveUp(core, received),
    over: () => core.reliable.delete(key),
  });
};

/** RFC 3262 §3: without PRACK the INVITE is refused. Its client is told as if the caller had cancelled: nobody waits for its answer. */
const giveUp = (core: Core, received: Received): void => {
  const { transaction, request, client, dialogId } = received;
  const why = 'Reliable Response Time-Out';
  core.log.warn({ callId: request.callId, client: client.id }, 'no PRACK for a reliable provisional response');
  refuseCall(core, received, 503, why);
  release(core, received);
  const told = new SipRequest('CANCEL', request.uri);
  for (const header of request.headers)
    if (['via', 'from', 'to', 'call-id', 'max-forwards'].includes(header.key)) told.headers.push(header);
  told.add('CSeq', `${request.cseq.number} CANCEL`).add('Reason', `SIP;cause=503;text="${why}"`);
  deliver(core, client, told, transaction.replyTo, received.id, dialogId);
};

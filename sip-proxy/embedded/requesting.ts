import { SipRequest, type SipResponse } from '#sip-stack/message.ts';
import { literalAddress } from '#sip-stack/next-hop.ts';
import { token } from '#sip-stack/token.ts';
import { bareHost, type Protocol, type SocketAddress } from '#sip-stack/transport.ts';
import { NameAddr, parseNameAddr, parseUri } from '#sip-stack/uri.ts';
import { clientHeaders, completeContentType } from './client-headers.ts';
import { describe, type Client } from './client.ts';
import type { SipCommand } from './commands.ts';
import { contactOf, deliver, hereFor, newTransactionId, type Core } from './core.ts';
import { removeDialog } from './ending.ts';
import { invite } from './inviting.ts';
import { addressOf, guess, Sending } from './sending.ts';

type Request = Extract<SipCommand, { kind: 'request' }>;
type Cancel = Extract<SipCommand, { kind: 'cancel' }>;

/** A client's request outside of dialogs. */
export const request = (core: Core, client: Client, command: Request): void => {
  const { hop, refusal } = nextHop(core, command);
  const made = makeRequest(core, command.request, guess(hop));
  if (typeof made === 'string') return client.answer(command.id, 'NOK', made);
  if (refusal !== undefined) return client.answer(command.id, 'NOK', refusal);
  const id = newTransactionId();
  core.layer.stamp(made, guess(hop));
  echo(core, client, command.id, made, id);
  if (made.method === 'INVITE' || made.method === 'SUBSCRIBE') return invite(core, client, id, made, hop);
  const sending = new Sending(core, made, hop, {
    response: (response, source) => {
      if (response.status === 100) return;
      if (response.status >= 200) core.sent.delete(id);
      deliver(core, client, response, source, id, '');
      forgetIfEnded(core, made, response);
      core.referrals.accepted(core, client, made, response);
    },
    ended: () => core.sent.delete(id),
  });
  core.sent.set(id, sending);
};

/** The answer to a command that sent a request: the request as it is on the wire. */
export const echo = (core: Core, client: Client, commandId: string, made: SipRequest, transactionId: string): void => {
  const bytes = made.toBuffer();
  const { transport, port, host } = made.via;
  const by = { address: bareHost(host), port: port ?? 0, protocol: transport as Protocol };
  const facts = describe('application', bytes.length, by, core.layer.clock.now());
  client.answer(commandId, 'OK', `${facts}|${transactionId}|Msg sent:|`, bytes);
};

/** A client's CANCEL: of an INVITE of its own, or of another one's whose id it knows. */
export const cancel = (core: Core, client: Client, command: Cancel): void => {
  const sending = core.sent.get(command.transactionId);
  const headers: Record<string, string> = {};
  for (const { name, value, key } of clientHeaders(command.request, core.layer.transport.local, false))
    if (!['contact', 'p-asserted-identity', 'max-forwards'].includes(key)) headers[name] = value;
  if (!sending?.cancel(headers))
    return client.answer(command.id, 'NOK', `unable to cancel unknown transaction id: ${command.transactionId}`);
  const shown = new SipRequest('CANCEL', sending.request.uri, [...sending.request.headers]).setAll(headers);
  for (const name of ['Contact', 'Content-Type']) shown.remove(name);
  shown.set('CSeq', `${sending.request.cseq.number} CANCEL`);
  echo(core, client, command.id, shown, newTransactionId());
};

const methodShape = /^(INVITE|BYE|OPTIONS|REGISTER|INFO|UPDATE|MESSAGE|SUBSCRIBE|NOTIFY|REFER|PUBLISH)$/;

/** The client's request with everything a request needs; or why it cannot be sent. */
const makeRequest = (core: Core, wanted: SipRequest, target: SocketAddress): SipRequest | string => {
  const { method, uri } = wanted;
  const local = hereFor(core, target);
  if (!methodShape.test(method) || !parseUri(uri)) return `invalid request-uri: ${wanted.startLine}`;
  const headers = clientHeaders(wanted, local, true);
  const given = (key: string): string | undefined => headers.find((header) => header.key === key)?.value;
  const from = parseNameAddr(given('from') ?? contactOf(core, target));
  if (!from) return `invalid from value provided by client: ${given('from') ?? ''}`;
  const to = parseNameAddr(given('to') ?? '') ?? new NameAddr(uri);
  if (!from.tag) from.params.set('tag', token());
  const callId = given('call-id') || `${token(16)}`;
  if (/[\s|]/.test(callId) || from.tag?.includes('|')) return `invalid call-id: ${callId}`;
  const made = new SipRequest(method, uri, [], wanted.body);
  made
    .add('Max-Forwards', given('max-forwards') ?? '70')
    .add('From', from.toString())
    .add('To', to.toString());
  made.add('Call-ID', callId).add('CSeq', `${sequenceOf(given('cseq')) ?? newSequence(core)} ${method}`);
  if ((method === 'INVITE' || method === 'SUBSCRIBE') && given('contact') === undefined)
    made.add('Contact', contactOf(core, target));
  made.headers.push(...headers.filter(({ key }) => !written.has(key)));
  return completeContentType(made) ? made : 'missing content-type';
};

/** Headers that `makeRequest` writes itself. */
const written: ReadonlySet<string> = new Set(['max-forwards', 'from', 'to', 'call-id', 'cseq']);

/** The number in a client's CSeq. */
export const sequenceOf = (text: string | undefined): number | undefined => {
  const number = Number(/^\s*(\d{1,10})\b/.exec(text ?? '')?.[1] ?? NaN);
  return number < 2 ** 31 ? number : undefined;
};

/**
 * The first CSeq of a request: half the seconds since 1900. So a request made for a dialog that this server has
 * forgotten (restarted meanwhile) has a higher one than all before.
 */
const newSequence = (core: Core): number => Math.floor((core.layer.clock.now() / 1000 + 2_208_988_800) / 2) % 2 ** 27;

/** Where a request goes: a hop the client names, or its URI; somebody who registered by a connection is found by that. */
export const nextHop = (core: Core, { request: wanted, hop }: Pick<Request, 'request' | 'hop'>): Hop => {
  const uri = hop === '' ? wanted.uri : /^sips?:/i.test(hop) ? hop : `sip:${hop}`;
  const parsed = parseUri(uri);
  if (!parsed || parsed.host === '') return { hop: uri, refusal: `invalid request-uri: ${wanted.startLine}` };
  const found = addressOf(core, uri);
  if (!core.layer.transport.toward(guess(found)))
    return { hop: uri, refusal: 'requested protocol/transport not available' };
  if (isSelf(core, wanted.uri) || isSelf(core, uri)) return { hop: uri, refusal: 'can not send request to myself' };
  return { hop: found };
};

interface Hop {
  readonly hop: SocketAddress | string;
  readonly refusal?: string;
}

const isSelf = (core: Core, uri: string): boolean => {
  const address = literalAddress(uri);
  return address !== undefined && core.layer.transport.owns(address);
};

/** A BYE that a client put together itself, for a dialog that is still known here. */
const forgetIfEnded = (core: Core, made: SipRequest, response: SipResponse): void => {
  if (made.method !== 'BYE' || response.status < 200 || response.status === 401 || response.status === 407) return;
  const live = core.dialogs.find(`${made.callId} ${made.from.tag ?? ''} ${made.to.tag ?? ''}`);
  if (live) removeDialog(core, live);
};

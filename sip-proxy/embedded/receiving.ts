import { dialogKey } from '#sip-stack/dialog.ts';
import type { SipRequest } from '#sip-stack/message.ts';
import type { ServerTransaction } from '#sip-stack/server-transaction.ts';
import type { SocketAddress } from '#sip-stack/transport.ts';
import type { Client } from './client.ts';
import { deliver, dialogIdOf, type Core } from './core.ts';
import { hold, refuse } from './holding.ts';
import { receiveInDialog, receiveInEarlyDialog } from './receiving-in-dialog.ts';
import { passOn, wayOn } from './proxying/loose-routing.ts';
import { receivePrack } from './receiving-prack.ts';
import { flawOf } from './request-checks.ts';
import { notifyKey } from './subscription.ts';

/** Requests that only make sense inside a dialog. */
const dialogOnly: ReadonlySet<string> = new Set(['BYE', 'UPDATE', 'PRACK']);
/** NOTIFYs that may wait for the answer to one SUBSCRIBE. */
const maxWaiting = 8;
const routable: ReadonlySet<string> = new Set(
  'INVITE REGISTER MESSAGE OPTIONS INFO NOTIFY SUBSCRIBE PUBLISH REFER'.split(' '),
);

/** A request from the network that is no repetition: to its dialog, to a client, or turned away. */
export const receiveRequest = (
  core: Core,
  transaction: ServerTransaction,
  request: SipRequest,
  source: SocketAddress,
): void => {
  const { method } = request;
  const flaw = flawOf(request);
  if (flaw) return refuse(core, transaction, source, flaw);
  const key = dialogKey(request);
  const live = key === undefined ? undefined : core.dialogs.find(key);
  if (method === 'PRACK' && key !== undefined && (live || core.reliable.has(key)))
    return receivePrack(core, key, transaction, request, source);
  if (live) return receiveInDialog(core, live, transaction, request, source);
  const way = wayOn(core, request);
  if (way) return passOn(core, way, transaction, request, source);
  const early = key === undefined ? undefined : core.early.get(key);
  if (early) return receiveInEarlyDialog(core, early, transaction, request, source);
  const waiting = method === 'NOTIFY' ? core.subscribing.get(notifyKey(request, request.to.tag)) : undefined;
  if (waiting && waiting.length < maxWaiting)
    return void waiting.push(() => receiveRequest(core, transaction, request, source));
  const referrer = core.referrals.clientOf(core, request);
  if (referrer) return give(core, referrer, transaction, request, source);
  // RFC 3261 §12.2.2: a To tag that is not known here belongs to nobody.
  if (key !== undefined || request.to.tag !== undefined || dialogOnly.has(method))
    return refuse(core, transaction, source, { status: 481, why: 'no such dialog' });
  receiveNew(core, transaction, request, source);
};

const receiveNew = (core: Core, transaction: ServerTransaction, request: SipRequest, source: SocketAddress): void => {
  const { method } = request;
  const invite = method === 'INVITE';
  if (!routable.has(method)) return refuse(core, transaction, source, { status: 501, why: 'method not known' });
  const dialogId = dialogIdOf(request.callId, request.from.tag ?? '');
  // Another branch of an INVITE that is here already: a second one with the same Call-ID would confuse the client.
  if (invite && core.dialogs.get(dialogId))
    return refuse(core, transaction, source, { status: 480, why: 'another branch of this INVITE was answered' });
  if (invite && core.ringing.has(dialogId))
    return refuse(core, transaction, source, { status: 482, why: 'another branch of this INVITE is ringing' });
  const client = core.routes.next(method.toLowerCase());
  if (!client) return refuse(core, transaction, source, { status: 503, why: 'no client for this method' });
  give(core, client, transaction, request, source);
};

/** Hands a request outside of dialogs to its client. */
const give = (
  core: Core,
  client: Client,
  transaction: ServerTransaction,
  request: SipRequest,
  source: SocketAddress,
): void => {
  if (!core.waiting.enter(source.address))
    return refuse(core, transaction, source, { status: 503, why: 'clients are busy', headers: { 'Retry-After': '5' } });
  const invite = request.method === 'INVITE';
  if (invite) transaction.reply(100);
  const dialogId = dialogIdOf(request.callId, request.from.tag ?? '');
  const received = hold(core, { transaction, request, client, dialogId, waitingOf: source.address });
  if (invite) core.ringing.set(dialogId, received);
  deliver(core, client, request, source, received.id, '');
};

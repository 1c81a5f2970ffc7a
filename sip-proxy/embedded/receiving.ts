import { dialogKey } from '#sip-stack/dialog.ts';
import type { SipRequest } from '#sip-stack/message.ts';
import type { ServerTransaction } from '#sip-stack/server-transaction.ts';
import type { SocketAddress } from '#sip-stack/transport.ts';
import type { Core } from './core.ts';
import { give, secondBranch } from './giving.ts';
import { refuse } from './holding.ts';
import { decide } from './outbound/deciding.ts';
import { handlerFor } from './outbound/request-handler.ts';
import { receiveInDialog, receiveInEarlyDialog } from './receiving-in-dialog.ts';
import { passOn, wayOn } from './proxying/loose-routing.ts';
import { receivePrack } from './receiving-prack.ts';
import { flawOf } from './request-checks.ts';
import { spamIn } from './spammers.ts';
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
  const spam = core.spammers && spamIn(core.spammers, request);
  if (core.spammers && spam !== undefined) {
    if (core.spammers.action === 'discard') return transaction.drop();
    return refuse(core, transaction, source, { status: 603, why: `it says ${spam}` });
  }
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
  if (!routable.has(method)) return refuse(core, transaction, source, { status: 501, why: 'method not known' });
  const second = secondBranch(core, request);
  if (second) return refuse(core, transaction, source, second);
  if (method === 'INVITE') core.cdrs.attempt(request, 'network');
  const handler = handlerFor(core.handlers, method);
  if (handler) return decide(core, handler, transaction, request, source);
  const client = core.routes.next(method.toLowerCase());
  if (!client) return refuse(core, transaction, source, { status: 503, why: 'no client for this method' });
  give(core, client, transaction, request, source);
};

import { dialogKey } from '#sip-stack/dialog.ts';
import type { SipRequest } from '#sip-stack/message.ts';
import type { ServerTransaction } from '#sip-stack/server-transaction.ts';
import type { SocketAddress } from '#sip-stack/transport.ts';
import { deliver, dialogIdOf, type Core } from './core.ts';
import { hold, refuse } from './holding.ts';
import { receiveInDialog, receiveInEarlyDialog } from './receiving-in-dialog.ts';
import { flawOf } from './request-checks.ts';

/** Requests that only make sense inside a dialog. */
const dialogOnly: ReadonlySet<string> = new Set(['BYE', 'UPDATE', 'PRACK']);
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
  const flaw = flawOf(request);
  if (flaw) return refuse(core, transaction, source, flaw);
  const key = dialogKey(request);
  const live = key === undefined ? undefined : core.dialogs.find(key);
  if (live) return receiveInDialog(core, live, transaction, request, source);
  const early = key === undefined ? undefined : core.early.get(key);
  if (early) return receiveInEarlyDialog(core, early, transaction, request, source);
  // RFC 3261 §12.2.2: a To tag that is not known here belongs to nobody.
  if (key !== undefined || request.to.tag !== undefined || dialogOnly.has(request.method))
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
  if (!core.waiting.enter(source.address))
    return refuse(core, transaction, source, { status: 503, why: 'clients are busy', headers: { 'Retry-After': '5' } });
  if (invite) transaction.reply(100);
  const received = hold(core, { transaction, request, client, dialogId, waitingOf: source.address });
  if (invite) core.ringing.set(dialogId, received);
  deliver(core, client, request, source, received.id, '');
};

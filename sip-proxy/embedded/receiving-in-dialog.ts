import { dialogKey } from '#sip-stack/dialog.ts';
import type { SipRequest } from '#sip-stack/message.ts';
import type { ServerTransaction } from '#sip-stack/server-transaction.ts';
import type { SocketAddress } from '#sip-stack/transport.ts';
import { deliver, type Core, type Early } from './core.ts';
import { endDialog, removeDialog } from './ending.ts';
import { hold, refuse, release } from './holding.ts';
import type { LiveDialog } from './live-dialog.ts';
import { endsSubscriptions, notified } from './subscription.ts';
import { passAckOn, wayOn } from './proxying/loose-routing.ts';

/** A request of a live dialog: to the client that carries it. */
export const receiveInDialog = (
  core: Core,
  live: LiveDialog,
  transaction: ServerTransaction,
  request: SipRequest,
  source: SocketAddress,
): void => {
  const { method } = request;
  const over = ends(live, request);
  transaction.toTag = live.dialog.localTag;
  // Its connection may be another than before.
  if (source.flow?.transport.reliable === true && live.dialog.routeSet.length === 0) live.route = source;
  if (method === 'INVITE') {
    // RFC 3261 §14.2: one INVITE at a time, and not before the ACK of the one before.
    if (live.unacknowledged || live.inviting)
      return refuse(core, transaction, source, { status: 491, why: 'another INVITE is in progress' });
    if ([...live.open].some((other) => other.request.method === 'INVITE'))
      return refuse(core, transaction, source, {
        status: 500,
        why: 'an INVITE is not answered yet',
        headers: { 'Retry-After': '1' },
      });
  }
  if (!live.dialog.receive(request))
    return refuse(core, transaction, source, { status: 500, why: 'CSeq out of order' });
  if (method === 'NOTIFY') notified(core, live, request);
  if (method === 'BYE') core.cdrs.stop(request, 'network', 'normal-release');
  if (live.client.gone) {
    if (over) removeDialog(core, live);
    return refuse(core, transaction, source, { status: 481, why: 'the client of this dialog is gone' });
  }
  if (method === 'INVITE') transaction.reply(100);
  const received = hold(core, {
    transaction,
    request,
    client: live.client,
    dialogId: live.id,
    live: over ? undefined : live,
  });
  if (over) {
    live.inviting?.abandon();
    removeDialog(core, live);
  }
  deliver(core, live.client, request, source, received.id, live.id);
};

/** BYE ends a call; NOTIFY with "terminated" a subscription, the last one its dialog. */
export const ends = (live: LiveDialog, request: SipRequest): boolean =>
  request.method === 'BYE' || endsSubscriptions(live, request);

const earlyToo: ReadonlySet<string> = new Set(['NOTIFY', 'OPTIONS', 'INFO', 'MESSAGE', 'SUBSCRIBE']);

/**
 * A request of a dialog whose INVITE has no final answer. UPDATE belongs to the INVITE; the others are given to whom
 * they are given outside of dialogs, because no client can address this dialog yet.
 */
export const receiveInEarlyDialog = (
  core: Core,
  early: Early,
  transaction: ServerTransaction,
  request: SipRequest,
  source: SocketAddress,
): void => {
  const { method } = request;
  const update = method === 'UPDATE';
  if (!update && !earlyToo.has(method))
    return refuse(core, transaction, source, { status: 481, why: 'the dialog is not confirmed' });
  const client = update ? early.client : core.routes.next(method.toLowerCase());
  if (!client) return refuse(core, transaction, source, { status: 503, why: 'no client for this method' });
  if (client.gone) return refuse(core, transaction, source, { status: 481, why: 'the client of this dialog is gone' });
  // RFC 3311 §5.2
  if (update && early.updating)
    return refuse(core, transaction, source, {
      status: 500,
      why: 'an UPDATE is not answered yet',
      headers: { 'Retry-After': '1' },
    });
  if (update) early.updating = true;
  const released = (): void => void (early.updating &&= !update);
  const received = hold(core, { transaction, request, client, dialogId: '', released });
  deliver(core, client, request, source, received.id, update ? early.dialogId : '');
};

/** The ACK of our 2xx: the client hears of it once. */
export const receiveAck = (core: Core, ack: SipRequest, source: SocketAddress): void => {
  const live = core.dialogs.find(dialogKey(ack) ?? '');
  const { unacknowledged } = live ?? {};
  const way = live ? undefined : wayOn(core, ack);
  if (way) return passAckOn(core, way, ack);
  if (!live || unacknowledged?.sequence !== ack.cseq.number) return;
  live.acknowledged();
  deliver(core, live.client, ack, source, unacknowledged.id, live.id);
};

/** RFC 3261 §9.2, and what is done when the CANCEL crosses our 2xx. */
export const receiveCancel = (
  core: Core,
  cancel: SipRequest,
  transaction: ServerTransaction,
  invite: ServerTransaction | undefined,
  source: SocketAddress,
): void => {
  if (!invite) return refuse(core, transaction, source, { status: 481, why: 'no INVITE to cancel' });
  transaction.toTag = invite.toTag;
  const context = core.proxiedBy.get(invite);
  if (context) {
    transaction.reply(200);
    const reason = cancel.getAll('reason');
    return context.cancel(reason.length > 0 ? { Reason: reason } : undefined);
  }
  const received = core.receivedBy.get(invite);
  if (!received && invite.open) {
    // Nobody has it yet.
    transaction.reply(200);
    invite.reply(487);
    core.cdrs.stop(cancel, 'network', 'call-canceled');
    return;
  }
  if (received && invite.open) {
    transaction.reply(200);
    invite.reply(487);
    release(core, received);
    if (!received.live) core.cdrs.stop(cancel, 'network', 'call-canceled');
    deliver(core, received.client, cancel, source, received.id, received.dialogId);
    return;
  }
  refuse(core, transaction, source, { status: 481, why: 'the INVITE has been answered' });
  const live = core.answeredBy.get(invite);
  if (live?.unacknowledged) endDialog(core, live, 'CANCEL after 200 OK');
};

import type { ServerTransaction } from '#sip-stack/server-transaction.ts';
import type { SocketAddress } from '#sip-stack/transport.ts';
import { measure } from './call-times.ts';
import { about, newTransactionId, type Core, type Received } from './core.ts';
import type { Refusal } from './request-checks.ts';

type Holding = Pick<Received, 'transaction' | 'request' | 'client' | 'dialogId'> &
  Partial<Pick<Received, 'live' | 'released' | 'waitingOf'>>;

/** Keeps a request until its client answers, and no longer than the limit. */
export const hold = (core: Core, { live, released, waitingOf, ...parts }: Holding): Received => {
  const received: Received = {
    id: newTransactionId(),
    ...parts,
    live,
    released,
    waitingOf,
    earlyKey: undefined,
    reliable: undefined,
    waited:
      parts.request.method === 'INVITE' && !live ? measure(core.layer.clock, core.onCallTime, 'in') : () => undefined,
    limit: undefined,
  };
  core.received.set(received.id, received);
  core.receivedBy.set(received.transaction, received);
  live?.open.add(received);
  limit(core, received);
  return received;
};

/** Starts the wait for the client. */
export const limit = (core: Core, received: Received): void => {
  const { request, transaction, client } = received;
  const invite = request.method === 'INVITE';
  const { inviteAnswer, otherAnswer } = core.limits;
  core.layer.clock.stop(received.limit);
  received.limit = core.layer.clock.after(invite ? inviteAnswer : otherAnswer, () => {
    core.log.warn({ method: request.method, callId: request.callId, client: client.id }, 'client did not answer');
    release(core, received);
    // The peer of any other request has given up by now; an INVITE would ring for ever.
    if (invite) refuseCall(core, received, 480);
    else transaction.drop();
  });
};

/** The client has answered something, or the request is over: it does not count among those that wait any more. */
export const answered = (core: Core, received: Received): void => {
  if (received.waitingOf !== undefined) core.waiting.leave(received.waitingOf);
  received.waitingOf = undefined;
};

/** Refuses an INVITE that its client has not answered. */
export const refuseCall = (core: Core, { transaction, live }: Received, status: number, reason?: string): void => {
  transaction.reply(status, reason === undefined ? {} : { reason });
  if (!live && transaction.response) core.cdrs.answered(transaction.response, 'application', 'uas');
};

/** The request has its final answer, or will never have one. */
export const release = (core: Core, received: Received): void => {
  answered(core, received);
  core.layer.clock.stop(received.limit);
  core.received.delete(received.id);
  received.live?.open.delete(received);
  if (core.ringing.get(received.dialogId) === received) core.ringing.delete(received.dialogId);
  if (received.earlyKey !== undefined) core.early.delete(received.earlyKey);
  received.reliable?.finish();
  received.released?.();
  received.reliable?.proceed();
};

/** Answers a request that no client will see, and says why in the log. */
export const refuse = (core: Core, transaction: ServerTransaction, source: SocketAddress, refusal: Refusal): void => {
  const { status, why, headers } = refusal;
  core.counters.countRefused(status);
  core.refusals.happened((untold) =>
    core.log.info({ ...about(transaction.request, source), status, why, untold }, 'request refused'),
  );
  transaction.reply(status, headers ? { headers } : {});
};

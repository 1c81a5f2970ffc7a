import type { SipRequest } from '#sip-stack/message.ts';
import type { ServerTransaction } from '#sip-stack/server-transaction.ts';
import type { SocketAddress } from '#sip-stack/transport.ts';
import type { Client } from './client.ts';
import { deliver, dialogIdOf, type Core } from './core.ts';
import { hold, refuse } from './holding.ts';
import type { Refusal } from './request-checks.ts';

/** Another branch of an INVITE that is here already: a second one with the same Call-ID would confuse the client. */
export const secondBranch = (core: Core, request: SipRequest): Refusal | undefined => {
  if (request.method !== 'INVITE') return undefined;
  const dialogId = dialogIdOf(request.callId, request.from.tag ?? '');
  if (core.dialogs.get(dialogId)) return { status: 480, why: 'another branch of this INVITE was answered' };
  return core.ringing.has(dialogId) ? { status: 482, why: 'another branch of this INVITE is ringing' } : undefined;
};

/** Hands a request outside of dialogs to its client. */
export const give = (
  core: Core,
  client: Client,
  transaction: ServerTransaction,
  request: SipRequest,
  source: SocketAddress,
): void => {
  if (!core.waiting.enter(source.address))
    return refuse(core, transaction, source, { status: 503, why: 'clients are busy', headers: { 'Retry-After': '5' } });
  const invite = request.method === 'INVITE';
  if (invite && transaction.response === undefined) transaction.reply(100);
  const dialogId = dialogIdOf(request.callId, request.from.tag ?? '');
  const received = hold(core, { transaction, request, client, dialogId, waitingOf: source.address });
  if (invite) core.ringing.set(dialogId, received);
  deliver(core, client, request, source, received.id, '');
};

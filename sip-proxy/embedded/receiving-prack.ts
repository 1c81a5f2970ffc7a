import type { SipRequest } from '#sip-stack/message.ts';
import type { ServerTransaction } from '#sip-stack/server-transaction.ts';
import type { SocketAddress } from '#sip-stack/transport.ts';
import { deliver, type Core } from './core.ts';
import { hold, refuse } from './holding.ts';
import { rackOf } from './rack.ts';

/** RFC 3262 §3: a PRACK that matches a reliable provisional of ours goes to the client that sent it; any other gets 481. */
export const receivePrack = (
  core: Core,
  key: string,
  transaction: ServerTransaction,
  request: SipRequest,
  source: SocketAddress,
): void => {
  const received = core.reliable.get(key);
  const rack = rackOf(request);
  const whose = rack && received?.reliable?.acknowledge(rack);
  if (!received?.reliable || whose === undefined)
    return refuse(core, transaction, source, { status: 481, why: 'no response that wants this PRACK' });
  const { client, dialogId, reliable } = received;
  core.dialogs.find(key)?.dialog.receive(request);
  // A client that has answered the INVITE looks for no PRACK any more.
  if (whose === 'server' || client.gone || !received.transaction.open) transaction.reply(200);
  else {
    const held = hold(core, { transaction, request, client, dialogId });
    deliver(core, client, request, source, held.id, dialogId);
  }
  reliable.proceed();
};

import type { SipResponse } from '#sip-stack/message.ts';
import type { SocketAddress } from '#sip-stack/transport.ts';
import type { Client } from './client.ts';
import type { SipCommand } from './commands.ts';
import { deliver, newTransactionId, type Core } from './core.ts';
import type { EarlyCall } from './early-call.ts';
import { rackOf } from './rack.ts';
import { echo } from './requesting.ts';
import { complete } from './send-in-dialog.ts';
import { guess, Sending } from './sending.ts';

type InDialog = Extract<SipCommand, { kind: 'request in dialog' }>;

/** What makes no sense, or has a way of its own, before the INVITE is answered. */
const tooEarly: ReadonlySet<string> = new Set(['INVITE', 'ACK', 'SUBSCRIBE']);

export const mayComeEarly = (method: string): boolean => !tooEarly.has(method);

/** A client's request in the early dialog of its own INVITE: PRACK of a reliable provisional response, UPDATE and their kin. */
export const requestInEarlyDialog = (core: Core, client: Client, early: EarlyCall, command: InDialog): void => {
  const { request: wanted, dialogId } = command;
  const rack = rackOf(wanted);
  const branch = early.branch(rack?.sequence);
  if (!branch) return client.answer(command.id, 'NOK', 'Server error: unable to find dialog for dialog id provided');
  const { dialog, route } = branch;
  const made = dialog.request(wanted.method);
  const hop = route ?? dialog.nextHop;
  if (!complete(core, hop, made, wanted)) {
    dialog.localSequence -= 1;
    return client.answer(command.id, 'NOK', 'Server error: missing content-type');
  }
  if (wanted.method === 'PRACK' && !rack) made.set('RAck', `${branch.rseq} ${early.invite.get('cseq') ?? ''}`);
  const id = newTransactionId();
  core.layer.stamp(made, guess(hop));
  echo(core, client, command.id, made, id);
  const received = (response: SipResponse, source: SocketAddress): void => {
    const { status } = response;
    if (status >= 200) core.sent.delete(id);
    if (wanted.method === 'UPDATE' && status >= 200 && status < 300) dialog.refresh(response);
    deliver(core, client, response, source, id, dialogId);
  };
  const ended = (): void => void core.sent.delete(id);
  core.sent.set(id, new Sending(core, made, hop, { response: received, ended }));
};

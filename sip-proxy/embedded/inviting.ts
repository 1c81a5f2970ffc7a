import { Dialog } from '#sip-stack/dialog.ts';
import type { SipRequest, SipResponse } from '#sip-stack/message.ts';
import type { SocketAddress } from '#sip-stack/transport.ts';
import { parseNameAddr, parseUri } from '#sip-stack/uri.ts';
import type { Client } from './client.ts';
import { deliver, dialogIdOf, type Core } from './core.ts';
import { LiveDialog } from './live-dialog.ts';
import { repeatAck, sendAck, sendingInDialog } from './send-in-dialog.ts';
import { Sending } from './sending.ts';
import { sessionAccepted } from './session.ts';

/** An INVITE or SUBSCRIBE that is to make a dialog. */
interface Inviting {
  readonly core: Core;
  readonly client: Client;
  /** Its transaction id. */
  readonly id: string;
  readonly dialogId: string;
  readonly made: SipRequest;
  sending: Sending | undefined;
  live: LiveDialog | undefined;
  /** Early dialogs its provisional responses began. */
  readonly earlyKeys: Set<string>;
}

/**
 * Sends a client's INVITE (or SUBSCRIBE).
 * @param hop URI of the next hop
 */
export const invite = (core: Core, client: Client, id: string, made: SipRequest, hop: string): void => {
  const dialogId = dialogIdOf(made.callId, made.from.tag ?? '');
  const inviting: Inviting = {
    core,
    client,
    id,
    dialogId,
    made,
    sending: undefined,
    live: undefined,
    earlyKeys: new Set(),
  };
  inviting.sending = new Sending(core, made, hop, {
    response: (response, source) => received(inviting, response, source),
    ended: () => finish(inviting),
  });
  inviting.sending.client = client;
  core.sent.set(id, inviting.sending);
};

const finish = ({ core, id, earlyKeys }: Inviting): void => {
  core.sent.delete(id);
  for (const key of earlyKeys) core.early.delete(key);
};

const received = (inviting: Inviting, response: SipResponse, source: SocketAddress): void => {
  const { core, client, id, dialogId, made, live } = inviting;
  const { status } = response;
  // RFC 3261 §16.7: a 100 is for the next hop alone
  if (status === 100) return;
  if (status < 200) began(inviting, response);
  else finish(inviting);
  if (status >= 200 && status < 300) {
    // RFC 3261 §13.2.2.4: a 2xx again wants its ACK again; one of another branch is a call nobody wants.
    if (live && response.to.tag === live.dialog.remoteTag) return live.accepted && repeatAck(core, live.accepted);
    if (live || inviting.sending?.abandoned === true) return hangUp(inviting, response, source);
    inviting.live = established(inviting, response, source);
    if (made.method === 'INVITE') sessionAccepted(core, inviting.live, response);
  }
  if (client.gone)
    core.log.warn({ callId: made.callId, client: client.id, status }, 'response for a client that is gone');
  deliver(core, client, response, source, id, dialogId);
};

/** A provisional response with a tag begins an early dialog. */
const began = ({ core, client, dialogId, made, earlyKeys }: Inviting, { to }: SipResponse): void => {
  if (to.tag === undefined) return;
  const key = `${made.callId} ${made.from.tag ?? ''} ${to.tag}`;
  if (earlyKeys.has(key)) return;
  earlyKeys.add(key);
  core.early.set(key, { client, dialogId, updating: false });
};

const established = (inviting: Inviting, response: SipResponse, source: SocketAddress): LiveDialog => {
  const { core, made, sending } = inviting;
  const live = makeDialog(inviting, response, source);
  live.accepted = { sequence: made.cseq.number };
  live.endAfterAck = sending?.cancelled === true;
  core.dialogs.add(live);
  return live;
};

const makeDialog = (
  { client, id, dialogId, made }: Inviting,
  response: SipResponse,
  source: SocketAddress,
): LiveDialog =>
  new LiveDialog({
    id: dialogId,
    dialog: Dialog.caller(made, response),
    usage: made.method,
    client,
    firstId: id,
    route: natRoute(response, source),
    localSdp: made.body.length > 0 ? made.body : undefined,
  });

/** A peer whose Contact is another host than the one it answers from sits behind a NAT: send there (no proxy in between). */
const natRoute = (response: SipResponse, source: SocketAddress): SocketAddress | undefined => {
  if (response.has('record-route')) return undefined;
  const contact = parseUri(parseNameAddr(response.getAll('contact')[0] ?? '')?.uri ?? '');
  return contact && contact.host !== source.address ? source : undefined;
};

/** Acknowledges and ends a call that was answered without being wanted. */
const hangUp = (inviting: Inviting, response: SipResponse, source: SocketAddress): void => {
  const { core, made } = inviting;
  const live = makeDialog(inviting, response, source);
  core.log.info({ callId: made.callId }, 'answered on another branch, or too late: ended');
  sendAck(core, live, { sequence: made.cseq.number }, live.dialog.ack(made.cseq.number));
  sendingInDialog(core, live, live.dialog.request('BYE'), { response: () => undefined });
};

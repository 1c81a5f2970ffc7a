import type { AdminClient } from '../admin-client.ts';
import type { Scene } from '../scene.ts';
import { newCall, phoneSdp, type RequestOptions, type WireCall, type WirePhone } from '../wire-phone.ts';

/** A SIP message as an application hands it over: a start line, the headers it cares about, and a body. */
export const text = (start: string, headers: Readonly<Record<string, string>> = {}, body = ''): string => {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [start, ...lines, '', body].join('\r\n');
};

export const answerSdp = phoneSdp(4000);
export const typeSdp = { 'Content-Type': 'application/sdp' };

/** A phone's request outside of dialogs, sent to the SIP server. @returns what the requests of its dialog share */
export function send(
  scene: Scene,
  phone: WirePhone,
  method: string,
  options: RequestOptions & { readonly remoteTag?: string; readonly to?: string } = {},
): WireCall {
  const target = `sip:${options.to ?? 'service'}@127.0.0.1:${scene.pair.sipPort}`;
  const call = newCall(phone, target);
  call.remoteTag = options.remoteTag;
  const contact = method === 'INVITE' || method === 'SUBSCRIBE' ? { Contact: `<${phone.uri}>` } : {};
  const headers = { ...contact, ...options.headers };
  phone.send(phone.make(method, target, call, { ...options, headers }), scene.pair.sipPort);
  return call;
}

/** A phone's INVITE with an offer. */
export const sendInvite = (scene: Scene, phone: WirePhone, options: RequestOptions = {}): WireCall =>
  send(scene, phone, 'INVITE', { body: phoneSdp(4000), ...options });

/** A phone's request inside of its dialog. */
export function within(
  scene: Scene,
  phone: WirePhone,
  call: WireCall,
  method: string,
  options: RequestOptions = {},
): void {
  if (method !== 'ACK' && method !== 'CANCEL') call.sequence += 1;
  const contact = ['INVITE', 'UPDATE', 'SUBSCRIBE', 'REFER'].includes(method) ? { Contact: `<${phone.uri}>` } : {};
  const headers = { ...contact, ...options.headers };
  phone.send(phone.make(method, call.target, call, { ...options, headers }), scene.pair.sipPort);
}

/** A call from a phone that an application has answered. */
export interface Answered {
  readonly phone: WirePhone;
  readonly app: AdminClient;
  readonly call: WireCall;
  readonly transactionId: string;
  readonly dialogId: string;
}

/** A phone calls, the application answers with 200, the phone acknowledges. */
export async function answered(
  scene: Scene,
  options: RequestOptions & { readonly answer?: Readonly<Record<string, string>> } = {},
): Promise<Answered> {
  const app = await scene.app('app', 'invite');
  const phone = await scene.phone('caller');
  const call = sendInvite(scene, phone, options);
  const { transactionId } = await app.request('INVITE');
  await app.sip(`${transactionId}|`, text('SIP/2.0 200 OK', { ...typeSdp, ...options.answer }, answerSdp));
  const ok = await phone.response('200 INVITE');
  call.remoteTag = ok.to.tag;
  call.target = /<([^>]+)>/.exec(ok.get('contact') ?? '')?.[1] ?? call.target;
  within(scene, phone, call, 'ACK');
  const ack = await app.request('ACK');
  return { phone, app, call, transactionId, dialogId: ack.dialogId };
}

/** The application hangs up. */
export async function bye(app: AdminClient, phone: WirePhone, dialogId: string): Promise<void> {
  phone.answers.add('BYE');
  await app.sip(`|${dialogId}`, text('BYE sip:placeholder SIP/2.0'));
  await app.next('200 BYE');
}

/** A call from an application that a phone has answered. */
export interface Reached extends Answered {
  /** The dialog as the phone sees it. */
  readonly call: WireCall;
  /** The phone repeats its 200. */
  readonly again: () => void;
}

/** The application calls a phone, which answers with 200; the application acknowledges. */
export async function reached(
  scene: Scene,
  options: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly answer?: Readonly<Record<string, string>>;
    readonly proxied?: boolean;
  } = {},
): Promise<Reached> {
  const app = await scene.app();
  const phone = await scene.phone('called');
  const echo = await app.sip('|', text(`INVITE ${phone.uri} SIP/2.0`, { ...typeSdp, ...options.headers }, answerSdp));
  const invite = await phone.request('INVITE');
  const route =
    options.proxied === true ? { 'Record-Route': `<sip:192.0.2.9;lr>, <sip:127.0.0.1:${phone.port};lr>` } : {};
  const headers = { ...route, Contact: `<${phone.uri}>`, ...options.answer };
  const again = (): void => void phone.reply(invite, 200, { headers, body: phoneSdp(4002) });
  again();
  const { tokens } = await app.next('200 INVITE');
  const dialogId = tokens[9] ?? '';
  await app.sip(`|${dialogId}`, text('ACK sip:placeholder SIP/2.0'));
  await phone.next('ACK');
  const call: WireCall = {
    id: invite.callId,
    local: phone.uri,
    remote: invite.from.uri,
    localTag: 'phone-tag',
    remoteTag: invite.from.tag,
    target: /<([^>]+)>/.exec(invite.get('contact') ?? '')?.[1] ?? '',
    sequence: 100,
  };
  return { phone, app, call, transactionId: echo.tokens[10] ?? '', dialogId, again };
}

import type { AdminClient, AdminFrame } from '../admin-client.ts';
import type { Cases } from '../run.ts';
import type { Scene } from '../scene.ts';
import type { SipRequest } from '#sip-stack/message.ts';
import type { WireCall, WirePhone } from '../wire-phone.ts';
import { answerSdp, sendInvite, within } from './sip-text.ts';

interface Wish {
  readonly remain?: true;
  readonly follow?: true;
  readonly simultaneous?: true;
  /** Headers for whoever it goes to. */
  readonly headers?: string;
}

interface Proxied {
  readonly app: AdminClient;
  readonly caller: WirePhone;
  readonly call: WireCall;
  readonly branch: string;
  /** What it became of: an answer of the server for each response, and one at the end. */
  next(): Promise<AdminFrame>;
}

/** A call that the application has sent on to these phones. */
async function proxied(scene: Scene, phones: readonly WirePhone[], wish: Wish = {}): Promise<Proxied> {
  const app = await scene.app('app', 'invite');
  const caller = await scene.phone('caller');
  const branch = `z9hG4bK-proxied-${caller.port}`;
  const call = sendInvite(scene, caller, { branch });
  const { transactionId } = await app.request('INVITE');
  const destinations = phones.map(({ uri }) => uri);
  const words = [
    ...['proxy', transactionId, wish.remain ? 'remainInDialog' : '', 'fullResponse'],
    ...[wish.follow ? 'followRedirects' : '', wish.simultaneous ? 'simultaneous' : 'serial', '', ''],
    ...destinations,
  ];
  const id = app.say(words.join('|'), `INVITE ${destinations[0]} SIP/2.0\r\n${wish.headers ?? ''}\r\n`, 'proxy');
  return { app, caller, call, branch, next: () => app.answerTo(id) };
}

/** The phone takes the call, the caller acknowledges, all the way that the 200 has shown. */
async function take(scene: Scene, { caller, call }: Proxied, phone: WirePhone, invite: SipRequest): Promise<void> {
  phone.reply(invite, 200, { headers: { Contact: `<${phone.uri}>` }, body: answerSdp });
  const ok = await caller.response('200 INVITE');
  call.remoteTag = ok.to.tag;
  call.target = phone.uri;
  within(scene, caller, call, 'ACK', { headers: routed(ok.getAll('record-route')) });
  if (ok.has('record-route')) await phone.next('ACK');
}

const routed = (routes: readonly string[]): Record<string, string> =>
  routes.length === 0 ? {} : { Route: [...routes].reverse().join(', ') };

/** Calls that an application sends on, and takes no part in (RFC 3261 §16). */
export const proxiedCalls: Cases = {
  'answered, and out of the way': async (scene) => {
    const phone = await scene.phone('called');
    const sent = await proxied(scene, [phone]);
    await take(scene, sent, phone, await phone.request('INVITE'));
    await sent.next();
    await sent.next();
  },
  'answered, and on the way until the end': async (scene) => {
    const phone = await scene.phone('called');
    const sent = await proxied(scene, [phone], { remain: true });
    const invite = await phone.request('INVITE');
    phone.reply(invite, 180);
    await sent.caller.next('180 INVITE');
    await take(scene, sent, phone, invite);
    await sent.next();
    phone.answers.add('BYE');
    const routes = invite.getAll('record-route');
    within(scene, sent.caller, sent.call, 'BYE', { headers: routed(routes) });
    await sent.caller.next('200 BYE');
  },
  'with headers of the application': async (scene) => {
    const phone = await scene.phone('called');
    const sent = await proxied(scene, [phone], { headers: 'X-Why: because\r\nSubject: home\r\n' });
    await take(scene, sent, phone, await phone.request('INVITE'));
    await sent.next();
  },
  refused: async (scene) => {
    const phone = await scene.phone('called');
    const sent = await proxied(scene, [phone]);
    phone.reply(await phone.request('INVITE'), 486);
    await phone.next('ACK');
    sent.call.remoteTag = (await sent.caller.response('486 INVITE')).to.tag;
    within(scene, sent.caller, sent.call, 'ACK', { branch: sent.branch });
    await sent.next();
    await sent.next();
  },
  'one after the other': async (scene) => {
    const [one, two] = [await scene.phone('first'), await scene.phone('second')];
    const sent = await proxied(scene, [one, two]);
    one.reply(await one.request('INVITE'), 480);
    await one.next('ACK');
    await take(scene, sent, two, await two.request('INVITE'));
    await sent.next();
    await sent.next();
  },
  'all at once, and who is first has it': async (scene) => {
    const [one, two] = [await scene.phone('first'), await scene.phone('second')];
    const sent = await proxied(scene, [one, two], { simultaneous: true });
    const [first, second] = [await one.request('INVITE'), await two.request('INVITE')];
    two.reply(second, 180);
    await sent.caller.next('180 INVITE');
    two.answers.add('CANCEL');
    await take(scene, sent, one, first);
    await two.next('CANCEL');
    two.reply(second, 487);
    await two.next('ACK');
  },
  'given up by the caller': async (scene) => {
    const phone = await scene.phone('called');
    const sent = await proxied(scene, [phone]);
    const invite = await phone.request('INVITE');
    phone.reply(invite, 180);
    await sent.caller.next('180 INVITE');
    phone.answers.add('CANCEL');
    within(scene, sent.caller, sent.call, 'CANCEL', { branch: sent.branch });
    await sent.caller.next('200 CANCEL');
    await phone.next('CANCEL');
    phone.reply(invite, 487);
    await phone.next('ACK');
    sent.call.remoteTag = (await sent.caller.response('487 INVITE')).to.tag;
    within(scene, sent.caller, sent.call, 'ACK', { branch: sent.branch });
  },
  'sent elsewhere by the phone': async (scene) => {
    const [one, two] = [await scene.phone('first'), await scene.phone('second')];
    const sent = await proxied(scene, [one], { follow: true });
    one.reply(await one.request('INVITE'), 302, { headers: { Contact: `<${two.uri}>` } });
    await one.next('ACK');
    await take(scene, sent, two, await two.request('INVITE'));
    await sent.next();
  },
};

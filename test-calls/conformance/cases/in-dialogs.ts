import type { AdminClient } from '../admin-client.ts';
import type { Cases } from '../run.ts';
import type { Play, Scene } from '../scene.ts';
import { phoneSdp, type WireCall, type WirePhone } from '../wire-phone.ts';
import { answered, answerSdp, bye, reached, text, typeSdp, within, type Answered } from './sip-text.ts';

const requests: Readonly<Record<string, readonly [headers: Readonly<Record<string, string>>, body: string]>> = {
  INFO: [{ 'Content-Type': 'application/dtmf-relay' }, 'Signal=5\r\nDuration=160\r\n'],
  MESSAGE: [{ 'Content-Type': 'text/plain' }, 'hello'],
  OPTIONS: [{}, ''],
  UPDATE: [typeSdp, phoneSdp(4000, { version: 2 })],
  REFER: [{ 'Refer-To': '<sip:x@192.0.2.1>' }, ''],
  NOTIFY: [{ Event: 'keep-alive', 'Subscription-State': 'active' }, ''],
  SUBSCRIBE: [{ Event: 'conference', Expires: '60' }, ''],
};

/** Both ways into a dialog; the calls that the phone begins take the route of all. */
const made: Readonly<Record<string, (scene: Scene) => Promise<Answered>>> = {
  'a call that the application made': (scene) => reached(scene),
};
const taken: Readonly<Record<string, (scene: Scene) => Promise<Answered>>> = {
  'a call that the phone made': (scene) => answered(scene),
};

const inside = (ways: typeof made): Cases =>
  Object.fromEntries<Play>(
    Object.entries(ways).flatMap(([way, begin]): [string, Play][] => [
      ...Object.entries(requests).flatMap(([method, [headers, body]]): [string, Play][] => [
        [
          `${method} of the phone in ${way}`,
          async (scene: Scene) => {
            const { app, phone, call, dialogId } = await begin(scene);
            within(scene, phone, call, method, { headers, ...(body !== '' && { body }) });
            await answers(app, phone, method);
            await bye(app, phone, dialogId);
          },
        ],
        [
          `${method} of the application in ${way}`,
          async (scene: Scene) => {
            const { app, phone, dialogId } = await begin(scene);
            await app.sip(`|${dialogId}`, text(`${method} sip:placeholder SIP/2.0`, headers, body));
            phone.reply(await phone.request(method), 200);
            await app.next(`200 ${method}`);
            await bye(app, phone, dialogId);
          },
        ],
      ]),
      [
        `re-INVITE of the phone in ${way}`,
        async (scene: Scene) => {
          const { app, phone, call, dialogId } = await begin(scene);
          within(scene, phone, call, 'INVITE', { body: phoneSdp(4000, { version: 2, direction: 'sendonly' }) });
          const { transactionId, dialogId: id } = await app.request('INVITE');
          await app.sip(`${transactionId}|${id}`, text('SIP/2.0 200 OK', typeSdp, answerSdp));
          await phone.next('200 INVITE');
          within(scene, phone, call, 'ACK');
          await app.next('ACK');
          await bye(app, phone, dialogId);
        },
      ],
      [
        `re-INVITE of the phone, refused, in ${way}`,
        async (scene: Scene) => {
          const { app, phone, call, dialogId } = await begin(scene);
          const branch = `z9hG4bKre${call.id}`;
          within(scene, phone, call, 'INVITE', { body: phoneSdp(4000, { version: 2 }), branch });
          const { transactionId, dialogId: id } = await app.request('INVITE');
          await app.sip(`${transactionId}|${id}`, text('SIP/2.0 488 Not Acceptable Here'));
          await phone.next('488 INVITE');
          within(scene, phone, call, 'ACK', { branch });
          await bye(app, phone, dialogId);
        },
      ],
      [
        `re-INVITE of the application in ${way}`,
        async (scene: Scene) => {
          const { app, phone, dialogId } = await begin(scene);
          await app.sip(`|${dialogId}`, text('INVITE sip:placeholder SIP/2.0', typeSdp, answerSdp));
          const invite = await phone.request('INVITE');
          phone.reply(invite, 200, { headers: { Contact: `<${phone.uri}>` }, body: phoneSdp(4002, { version: 2 }) });
          await app.next('200 INVITE');
          await app.sip(`|${dialogId}`, text('ACK sip:placeholder SIP/2.0'));
          await phone.next('ACK');
          await bye(app, phone, dialogId);
        },
      ],
      [
        `re-INVITE of the application, refused, in ${way}`,
        async (scene: Scene) => {
          const { app, phone, dialogId } = await begin(scene);
          await app.sip(`|${dialogId}`, text('INVITE sip:placeholder SIP/2.0', typeSdp, answerSdp));
          phone.reply(await phone.request('INVITE'), 491);
          await app.next('491 INVITE');
          await phone.next('ACK');
          await bye(app, phone, dialogId);
        },
      ],
      [
        `both hang up at once in ${way}`,
        async (scene: Scene) => {
          const { app, phone, call, dialogId } = await begin(scene);
          await app.sip(`|${dialogId}`, text('BYE sip:placeholder SIP/2.0'));
          const theirs = await phone.request('BYE');
          within(scene, phone, call, 'BYE');
          await phone.fence(scene.pair.sipPort);
          phone.reply(theirs, 200);
          await app.next('200 BYE');
        },
      ],
      [
        `after the end of ${way}`,
        async (scene: Scene) => {
          const { app, phone, call, dialogId } = await begin(scene);
          await bye(app, phone, dialogId);
          within(scene, phone, call, 'BYE');
          await phone.next('481 BYE');
          await app.sip(`|${dialogId}`, text('INFO sip:placeholder SIP/2.0'));
        },
      ],
    ]),
  );

/** Dialogs that the application began. */
export const inDialogsMade: Cases = inside(made);

/** Dialogs that a phone began, and requests that have no dialog. */
export const inDialogsTaken: Cases = {
  ...inside(taken),
  ...Object.fromEntries(
    ['OPTIONS', 'REGISTER', 'MESSAGE', 'SUBSCRIBE', 'NOTIFY', 'PUBLISH', 'INFO'].map((method) => [
      `${method} outside of dialogs`,
      async (scene: Scene) => {
        const app = await scene.app('app', method.toLowerCase());
        const phone = await scene.phone('caller');
        outside(scene, phone, method);
        await answers(app, phone, method);
      },
    ]),
  ),
  ...Object.fromEntries(
    ['OPTIONS', 'MESSAGE', 'BYE', 'UPDATE', 'INFO'].map((method) => [
      `${method} that nobody takes`,
      async (scene: Scene) => {
        const phone = await scene.phone('caller');
        outside(scene, phone, method);
        await phone.final(method);
      },
    ]),
  ),
  ...Object.fromEntries(
    ['INVITE', 'BYE', 'UPDATE', 'INFO', 'MESSAGE', 'OPTIONS'].map((method) => [
      `${method} of a dialog that is none`,
      async (scene: Scene) => {
        const app = await scene.app('app', method.toLowerCase());
        const phone = await scene.phone('caller');
        outside(scene, phone, method, 'nobody');
        void answers(app, phone, method).catch(() => undefined);
        await phone.final(method);
      },
    ]),
  ),
  'PRACK of a dialog that is none': async (scene) => {
    await scene.app('app', 'prack');
    const phone = await scene.phone('caller');
    outside(scene, phone, 'PRACK', 'nobody');
    await phone.fence(scene.pair.sipPort);
  },
  'REFER outside of dialogs': async (scene) => {
    await scene.app('app', 'refer');
    const phone = await scene.phone('caller');
    outside(scene, phone, 'REFER');
    await phone.fence(scene.pair.sipPort);
  },
  'REGISTER that is challenged': async (scene) => {
    const app = await scene.app('app', 'register');
    const phone = await scene.phone('caller');
    const contact = { Contact: `<${phone.uri}>;expires=60` };
    const call = outside(scene, phone, 'REGISTER', undefined, contact);
    const first = await app.request('REGISTER');
    const challenge = { 'WWW-Authenticate': 'Digest realm="homeline", nonce="abc", algorithm=MD5, qop="auth"' };
    await app.sip(`${first.transactionId}|`, text('SIP/2.0 401 Unauthorized', challenge));
    await phone.next('401 REGISTER');
    const authorization = 'Digest username="caller", realm="homeline", nonce="abc", uri="sip:x", response="0"';
    within(scene, phone, call, 'REGISTER', { headers: { ...contact, Authorization: authorization } });
    const second = await app.request('REGISTER');
    await app.sip(`${second.transactionId}|`, text('SIP/2.0 200 OK', { ...contact, Expires: '60' }));
    await phone.next('200 REGISTER');
  },
  'SUBSCRIBE that is accepted, NOTIFY after it': async (scene) => {
    const app = await scene.app('app', 'subscribe');
    const phone = await scene.phone('caller');
    phone.answers.add('NOTIFY');
    outside(scene, phone, 'SUBSCRIBE', undefined, { Event: 'presence', Expires: '60', Contact: `<${phone.uri}>` });
    const { transactionId, request } = await app.request('SUBSCRIBE');
    const reply = await app.sip(`${transactionId}|`, text('SIP/2.0 202 Accepted', { Expires: '60' }));
    await phone.next('202 SUBSCRIBE');
    const dialogId = reply.tokens[11] ?? `${request.callId};from-tag=${request.from.tag ?? ''}`;
    const headers = { Event: 'presence', 'Subscription-State': 'active;expires=60' };
    await app.sip(`|${dialogId}`, text('NOTIFY sip:placeholder SIP/2.0', headers));
    await app.next('200 NOTIFY');
  },
};

function outside(
  scene: Scene,
  phone: WirePhone,
  method: string,
  remoteTag?: string,
  headers: Readonly<Record<string, string>> = {},
): WireCall {
  const [own, body] = requests[method] ?? [{}, ''];
  const call: WireCall = {
    ...{
      id: `outside-${method}-${phone.port}`,
      local: phone.uri,
      remote: `sip:service@127.0.0.1:${scene.pair.sipPort}`,
    },
    ...{ localTag: `tag-${phone.port}`, remoteTag, target: `sip:service@127.0.0.1:${scene.pair.sipPort}`, sequence: 0 },
  };
  const contact = ['INVITE', 'SUBSCRIBE', 'REFER', 'REGISTER', 'UPDATE'].includes(method)
    ? { Contact: `<${phone.uri}>` }
    : {};
  const isOffer = method === 'INVITE';
  call.sequence = 1;
  const all = { ...contact, ...(isOffer ? {} : own), ...headers };
  phone.send(
    phone.make(method, call.target, call, {
      headers: all,
      ...(isOffer ? { body: phoneSdp(4000) } : body !== '' && { body }),
    }),
    scene.pair.sipPort,
  );
  return call;
}

async function answers(app: AdminClient, phone: WirePhone, method: string): Promise<void> {
  const { transactionId, dialogId } = await app.request(method);
  const own = method === 'UPDATE' ? ([typeSdp, answerSdp] as const) : ([{}, ''] as const);
  await app.sip(`${transactionId}|${dialogId}`, text('SIP/2.0 200 OK', { 'X-Answer': 'yes', ...own[0] }, own[1]));
  await phone.next(`200 ${method}`);
}

import type { Cases } from '../run.ts';
import type { Scene } from '../scene.ts';
import { phoneSdp } from '../wire-phone.ts';
import { answerSdp, bye, reached, text, typeSdp, within } from './sip-text.ts';

/** Calls from an application to a phone. */
export const callsOut: Cases = {
  'ringing, answered, the application hangs up': async (scene) => {
    const app = await scene.app();
    const phone = await scene.phone('called');
    await app.sip('|', text(`INVITE ${phone.uri} SIP/2.0`, typeSdp, answerSdp));
    const invite = await phone.request('INVITE');
    phone.reply(invite, 100);
    phone.reply(invite, 180, { headers: { Contact: `<${phone.uri}>` } });
    await app.next('180 INVITE');
    phone.reply(invite, 200, { headers: { Contact: `<${phone.uri}>` }, body: phoneSdp(4002) });
    const { tokens } = await app.next('200 INVITE');
    await app.sip(`|${tokens[9] ?? ''}`, text('ACK sip:placeholder SIP/2.0'));
    await phone.next('ACK');
    await bye(app, phone, tokens[9] ?? '');
  },
  'answered, the phone hangs up': async (scene) => {
    const { app, phone, call } = await reached(scene);
    within(scene, phone, call, 'BYE', { headers: { Reason: 'Q.850;cause=16' } });
    const goodbye = await app.request('BYE');
    await app.sip(`${goodbye.transactionId}|${goodbye.dialogId}`, text('SIP/2.0 200 OK'));
    await phone.next('200 BYE');
  },
  'early media': async (scene) => {
    const app = await scene.app();
    const phone = await scene.phone('called');
    await app.sip('|', text(`INVITE ${phone.uri} SIP/2.0`, typeSdp, answerSdp));
    const invite = await phone.request('INVITE');
    phone.reply(invite, 183, { headers: { Contact: `<${phone.uri}>` }, body: phoneSdp(4002) });
    await app.next('183 INVITE');
    phone.reply(invite, 486);
    await app.next('486 INVITE');
    await phone.next('ACK');
  },
  ...Object.fromEntries(
    [302, 401, 404, 407, 486, 503, 603].map((status) => [
      `refused with ${status}`,
      async (scene: Scene) => {
        const app = await scene.app();
        const phone = await scene.phone('called');
        await app.sip('|', text(`INVITE ${phone.uri} SIP/2.0`, typeSdp, answerSdp));
        const invite = await phone.request('INVITE');
        const challenge = { 'WWW-Authenticate': 'Digest realm="there", nonce="abc", algorithm=MD5, qop="auth"' };
        const headers = status === 401 ? challenge : status === 302 ? { Contact: '<sip:other@192.0.2.7>' } : {};
        phone.reply(invite, status, { headers });
        const { tokens } = await app.next(`${status} INVITE`);
        await phone.next('ACK');
        await app.sip(`|${tokens[9] ?? ''}`, text('ACK sip:placeholder SIP/2.0'));
      },
    ]),
  ),
  'challenged, and asked again': async (scene) => {
    const app = await scene.app();
    const phone = await scene.phone('called');
    const first = await app.sip('|', text(`INVITE ${phone.uri} SIP/2.0`, typeSdp, answerSdp));
    const invite = await phone.request('INVITE');
    phone.reply(invite, 407, { headers: { 'Proxy-Authenticate': 'Digest realm="there", nonce="abc"' } });
    await app.next('407 INVITE');
    await phone.next('ACK');
    const own = first.message!;
    const again = {
      'Call-ID': own.callId,
      From: own.get('from') ?? '',
      CSeq: `${own.cseq.number + 1} INVITE`,
      'Proxy-Authorization': 'Digest username="me", realm="there", nonce="abc", uri="sip:x", response="0"',
      ...typeSdp,
    };
    await app.sip('|', text(`INVITE ${phone.uri} SIP/2.0`, again, answerSdp));
    phone.reply(await phone.request('INVITE'), 403);
    await app.next('403 INVITE');
  },
  'without an offer': async (scene) => {
    const app = await scene.app();
    const phone = await scene.phone('called');
    await app.sip('|', text(`INVITE ${phone.uri} SIP/2.0`));
    const invite = await phone.request('INVITE');
    phone.reply(invite, 200, { headers: { Contact: `<${phone.uri}>` }, body: phoneSdp(4002) });
    const { tokens } = await app.next('200 INVITE');
    await app.sip(`|${tokens[9] ?? ''}`, text('ACK sip:placeholder SIP/2.0', typeSdp, answerSdp));
    await phone.next('ACK');
    await bye(app, phone, tokens[9] ?? '');
  },
  'the answer comes again': async (scene) => {
    const { app, phone, dialogId, again } = await reached(scene);
    phone.forget();
    again();
    await phone.next('ACK');
    await bye(app, phone, dialogId);
  },
  'a proxy stays on the way': async (scene) => {
    const { app, phone, dialogId } = await reached(scene, { proxied: true });
    await bye(app, phone, dialogId);
  },
  'given up while it rings': async (scene) => {
    const app = await scene.app();
    const phone = await scene.phone('called');
    const echo = await app.sip('|', text(`INVITE ${phone.uri} SIP/2.0`, typeSdp, answerSdp));
    const invite = await phone.request('INVITE');
    phone.reply(invite, 180);
    await app.next('180 INVITE');
    await app.sip(`${transactionOf(echo.tokens)}|`, text(`CANCEL ${phone.uri} SIP/2.0`, { Reason: 'SIP;cause=487' }));
    phone.reply(await phone.request('CANCEL'), 200);
    phone.reply(invite, 487);
    await app.next('487 INVITE');
    await phone.next('ACK');
  },
  'given up before anything was answered': async (scene) => {
    const app = await scene.app();
    const phone = await scene.phone('called');
    const echo = await app.sip('|', text(`INVITE ${phone.uri} SIP/2.0`, typeSdp, answerSdp));
    const invite = await phone.request('INVITE');
    await app.sip(`${transactionOf(echo.tokens)}|`, text(`CANCEL ${phone.uri} SIP/2.0`));
    phone.reply(invite, 180);
    phone.reply(await phone.request('CANCEL'), 200);
    phone.reply(invite, 487);
    await app.next('487 INVITE');
    await phone.next('ACK');
  },
  'given up, but answered': async (scene) => {
    const app = await scene.app();
    const phone = await scene.phone('called');
    phone.answers.add('BYE');
    const echo = await app.sip('|', text(`INVITE ${phone.uri} SIP/2.0`, typeSdp, answerSdp));
    const invite = await phone.request('INVITE');
    phone.reply(invite, 180, { headers: { Contact: `<${phone.uri}>` } });
    await app.next('180 INVITE');
    await app.sip(`${transactionOf(echo.tokens)}|`, text(`CANCEL ${phone.uri} SIP/2.0`));
    phone.reply(await phone.request('CANCEL'), 200);
    phone.reply(invite, 200, { headers: { Contact: `<${phone.uri}>` }, body: phoneSdp(4002) });
    const { tokens } = await app.next('200 INVITE');
    await app.sip(`|${tokens[9] ?? ''}`, text('ACK sip:placeholder SIP/2.0'));
    await phone.next('ACK');
    await phone.next('BYE');
    await app.next('BYE');
  },
  'given up: a call that is none': async (scene) => {
    const app = await scene.app();
    const nothing = '00000000-0000-4000-8000-000000000000';
    await app.sip(`${nothing}|`, text('CANCEL sip:x@127.0.0.1 SIP/2.0'));
  },
  'headers of the application': async (scene) => {
    const headers = {
      From: '"Valley View" <sip:+18669490290@localhost>;tag=own-tag',
      To: '<sip:someone@localhost>',
      Contact: '<sip:me@localhost>',
      'P-Asserted-Identity': '<sip:+18669490290@localhost>',
      'Call-ID': `own-${Date.now()}`,
      CSeq: '77 INVITE',
      'Max-Forwards': '20',
      'x-own-header': 'as written',
      'p-charge-info': '<sip:x@y>',
      subject: 'hello',
      Via: 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKnone',
      Route: '<sip:192.0.2.5;lr>',
      'Record-Route': '<sip:192.0.2.6;lr>',
      'User-Agent': 'Home 1',
    };
    const { app, phone, dialogId } = await reached(scene, { headers });
    await bye(app, phone, dialogId);
  },
  'a session timer that the phone wants': async (scene) => {
    const { app, phone, dialogId } = await reached(scene, {
      headers: { Supported: 'timer', 'Session-Expires': '1800' },
      answer: { Require: 'timer', 'Session-Expires': '1800;refresher=uas' },
    });
    await bye(app, phone, dialogId);
  },
  'a reliable provisional response': async (scene) => {
    const app = await scene.app();
    const phone = await scene.phone('called');
    await app.sip('|', text(`INVITE ${phone.uri} SIP/2.0`, { ...typeSdp, Supported: '100rel' }, answerSdp));
    const invite = await phone.request('INVITE');
    const headers = { Contact: `<${phone.uri}>`, Require: '100rel', RSeq: '41' };
    phone.reply(invite, 183, { headers, body: phoneSdp(4002) });
    const { tokens } = await app.next('183 INVITE');
    const rack = `41 ${invite.cseq.number} INVITE`;
    await app.sip(`|${tokens[9] ?? ''}`, text('PRACK sip:placeholder SIP/2.0', { RAck: rack }));
    phone.reply(await phone.request('PRACK'), 200);
    await app.next('200 PRACK');
    phone.reply(invite, 200, { headers: { Contact: `<${phone.uri}>` } });
    await app.next('200 INVITE');
    await app.sip(`|${tokens[9] ?? ''}`, text('ACK sip:placeholder SIP/2.0'));
    await phone.next('ACK');
    await bye(app, phone, tokens[9] ?? '');
  },
  'a phone where nobody is': async (scene) => {
    const app = await scene.app();
    await app.sip('|', text('INVITE sip:nobody@127.0.0.1:9;transport=udp SIP/2.0', typeSdp, answerSdp));
    await app.next('503 INVITE');
  },
  ...Object.fromEntries(
    Object.entries({
      'a uri that is none': ['INVITE http://x SIP/2.0', typeSdp, answerSdp],
      'a transport that nobody has': ['INVITE sip:x@127.0.0.1:5999;transport=ws SIP/2.0', typeSdp, answerSdp],
      'to the server itself': ['INVITE sip:x@127.0.0.1:SELF SIP/2.0', typeSdp, answerSdp],
      'a body of no type': ['INVITE sip:x@127.0.0.1:5999 SIP/2.0', {}, 'hello'],
      'a From that is none': ['INVITE sip:x@127.0.0.1:5999 SIP/2.0', { From: '<<<', ...typeSdp }, answerSdp],
    } as const).map(([name, [start, headers, body]]) => [
      `not sent: ${name}`,
      async (scene: Scene) => {
        const app = await scene.app();
        await app.sip('|', text(start.replace('SELF', String(scene.pair.sipPort)), headers, body));
      },
    ]),
  ),
  'not sent: a dialog that is none': async (scene) => {
    const app = await scene.app();
    await app.sip('|nobody;from-tag=none', text('BYE sip:placeholder SIP/2.0'));
    await app.sip('|nobody;from-tag=none', text('INFO sip:placeholder SIP/2.0'));
    await app.sip('|nobody;from-tag=none', text('ACK sip:placeholder SIP/2.0'));
  },
  ...Object.fromEntries(
    ['OPTIONS', 'MESSAGE', 'REGISTER', 'SUBSCRIBE', 'NOTIFY', 'PUBLISH', 'INFO', 'REFER'].map((method) => [
      `${method} outside of dialogs`,
      async (scene: Scene) => {
        const app = await scene.app();
        const phone = await scene.phone('called');
        const more: Readonly<Record<string, Readonly<Record<string, string>>>> = {
          MESSAGE: { 'Content-Type': 'text/plain' },
          SUBSCRIBE: { Event: 'presence', Expires: '60' },
          NOTIFY: { Event: 'message-summary', 'Subscription-State': 'active' },
          PUBLISH: { Event: 'presence', Expires: '60' },
          REFER: { 'Refer-To': '<sip:x@192.0.2.1>' },
          REGISTER: { Contact: '<sip:me@192.0.2.1>;expires=60' },
        };
        const body = method === 'MESSAGE' ? 'hello' : '';
        await app.sip('|', text(`${method} ${phone.uri} SIP/2.0`, more[method], body));
        phone.reply(await phone.request(method), 200, { headers: { Contact: `<${phone.uri}>` } });
        await app.next(`200 ${method}`);
      },
    ]),
  ),
  'OPTIONS by way of another hop': async (scene) => {
    const app = await scene.app();
    const phone = await scene.phone('called');
    await app.sip(`||sip:127.0.0.1:${phone.port}`, text('OPTIONS sip:someone@192.0.2.1 SIP/2.0'));
    phone.reply(await phone.request('OPTIONS'), 200);
    await app.next('200 OPTIONS');
  },
  'OPTIONS that nobody answers at once': async (scene) => {
    const app = await scene.app();
    const phone = await scene.phone('called');
    await app.sip('|', text(`OPTIONS ${phone.uri} SIP/2.0`));
    const options = await phone.request('OPTIONS');
    phone.reply(options, 100);
    phone.reply(options, 404);
    await app.next('404 OPTIONS');
  },
};
const transactionOf = (tokens: readonly string[]): string => tokens[10] ?? '';

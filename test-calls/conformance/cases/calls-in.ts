import type { Cases } from '../run.ts';
import { phoneSdp } from '../wire-phone.ts';
import { answered, answerSdp, bye, send, sendInvite, text, typeSdp, within } from './sip-text.ts';

const failing = [400, 403, 404, 407, 480, 486, 488, 500, 503, 603];

/** Calls that come from a phone and are answered by an application. */
export const callsIn: Cases = {
  'ringing, answered, the phone hangs up': async (scene) => {
    const app = await scene.app('app', 'invite');
    const phone = await scene.phone('caller');
    const call = sendInvite(scene, phone);
    const { transactionId } = await app.request('INVITE');
    await app.sip(`${transactionId}|`, text('SIP/2.0 180 Ringing'));
    await phone.next('180 INVITE');
    await app.sip(`${transactionId}|`, text('SIP/2.0 200 OK', typeSdp, answerSdp));
    call.remoteTag = (await phone.response('200 INVITE')).to.tag;
    within(scene, phone, call, 'ACK');
    await app.next('ACK');
    within(scene, phone, call, 'BYE');
    const goodbye = await app.request('BYE');
    await app.sip(`${goodbye.transactionId}|${goodbye.dialogId}`, text('SIP/2.0 200 OK'));
    await phone.next('200 BYE');
  },
  'answered, the application hangs up': async (scene) => {
    const { app, phone, dialogId } = await answered(scene);
    await bye(app, phone, dialogId);
  },
  'early media': async (scene) => {
    const app = await scene.app('app', 'invite');
    const phone = await scene.phone('caller');
    const call = sendInvite(scene, phone);
    const { transactionId } = await app.request('INVITE');
    await app.sip(`${transactionId}|`, text('SIP/2.0 183 Session Progress', typeSdp, answerSdp));
    await phone.next('183 INVITE');
    await app.sip(`${transactionId}|`, text('SIP/2.0 487 Request Terminated'));
    call.remoteTag = (await phone.response('487 INVITE')).to.tag;
  },
  ...Object.fromEntries(
    failing.map((status) => [
      `refused with ${status}`,
      async (scene: Parameters<Cases[string]>[0]) => {
        const app = await scene.app('app', 'invite');
        const phone = await scene.phone('caller');
        const branch = `z9hG4bK-refused-${phone.port}`;
        const call = sendInvite(scene, phone, { branch });
        const { transactionId } = await app.request('INVITE');
        await app.sip(`${transactionId}|`, text(`SIP/2.0 ${status} Not now`, { 'Retry-After': '5', 'X-Why': 'no' }));
        call.remoteTag = (await phone.response(`${status} INVITE`)).to.tag;
        within(scene, phone, call, 'ACK', { branch });
        await phone.fence(scene.pair.sipPort);
        await app.sip(`${transactionId}|`, text('SIP/2.0 200 OK', typeSdp, answerSdp), 'a second final response');
      },
    ]),
  ),
  redirected: async (scene) => {
    const app = await scene.app('app', 'invite');
    const phone = await scene.phone('caller');
    sendInvite(scene, phone);
    const { transactionId } = await app.request('INVITE');
    await app.sip(`${transactionId}|`, text('SIP/2.0 302 Moved Temporarily', { Contact: '<sip:other@192.0.2.7>' }));
    await phone.next('302 INVITE');
  },
  'headers of the application': async (scene) => {
    const answer = {
      Contact: '<sip:me@localhost>;+sip.ice',
      'x-my-header': 'kept as it is',
      'p-charge-info': '<sip:a@b>',
      'user-agent': 'Home 1',
      Server: 'House',
      Allow: 'INVITE, BYE',
      Via: 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKnone',
      'Record-Route': '<sip:192.0.2.1;lr>',
      RSeq: '7',
    };
    const { app, phone, dialogId } = await answered(scene, { answer });
    await bye(app, phone, dialogId);
  },
  'a To tag of the application': async (scene) => {
    const answer = { To: '<sip:service@127.0.0.1>;tag=chosen-by-app' };
    const { app, phone, dialogId } = await answered(scene, { answer });
    await bye(app, phone, dialogId);
  },
  'the caller gives up': async (scene) => {
    const app = await scene.app('app', 'invite');
    const phone = await scene.phone('caller');
    const branch = `z9hG4bK-${'cancel'}-${Date.now()}`;
    const call = sendInvite(scene, phone, { branch });
    const { transactionId } = await app.request('INVITE');
    await app.sip(`${transactionId}|`, text('SIP/2.0 180 Ringing'));
    await phone.next('180 INVITE');
    within(scene, phone, call, 'CANCEL', { branch, headers: { Reason: 'SIP;cause=487;text="gave up"' } });
    await phone.next('200 CANCEL');
    await phone.next('487 INVITE');
    within(scene, phone, call, 'ACK', { branch });
    await app.next('CANCEL');
    await app.sip(`${transactionId}|`, text('SIP/2.0 200 OK', typeSdp, answerSdp), 'an answer after the CANCEL');
  },
  'the caller gives up before anything was answered': async (scene) => {
    const app = await scene.app('app', 'invite');
    const phone = await scene.phone('caller');
    const branch = `z9hG4bK-early-${Date.now()}`;
    const call = sendInvite(scene, phone, { branch });
    await app.request('INVITE');
    within(scene, phone, call, 'CANCEL', { branch });
    await phone.next('200 CANCEL');
    await phone.next('487 INVITE');
    within(scene, phone, call, 'ACK', { branch });
    await app.next('CANCEL');
  },
  'a CANCEL after the answer': async (scene) => {
    const app = await scene.app('app', 'invite');
    const phone = await scene.phone('caller');
    phone.answers.add('BYE');
    const branch = `z9hG4bK-late-${Date.now()}`;
    const call = sendInvite(scene, phone, { branch });
    const { transactionId } = await app.request('INVITE');
    await app.sip(`${transactionId}|`, text('SIP/2.0 200 OK', typeSdp, answerSdp));
    call.remoteTag = (await phone.response('200 INVITE')).to.tag;
    within(scene, phone, { ...call, remoteTag: undefined }, 'CANCEL', { branch });
    await phone.next('481 CANCEL');
    within(scene, phone, call, 'ACK');
  },
  'a CANCEL of nothing': async (scene) => {
    const phone = await scene.phone('caller');
    send(scene, phone, 'CANCEL');
    await phone.next('481 CANCEL');
  },
  'nobody takes calls': async (scene) => {
    const phone = await scene.phone('caller');
    sendInvite(scene, phone);
    await phone.next('503 INVITE');
  },
  'an INVITE that comes again': async (scene) => {
    const app = await scene.app('app', 'invite');
    const phone = await scene.phone('caller');
    const target = `sip:service@127.0.0.1:${scene.pair.sipPort}`;
    const call = sendInvite(scene, phone, { branch: 'z9hG4bK-again' + Date.now().toString(36) });
    const { transactionId, request } = await app.request('INVITE');
    phone.send(request.raw?.toString() ?? '', scene.pair.sipPort);
    await app.sip(`${transactionId}|`, text('SIP/2.0 486 Busy Here'));
    call.remoteTag = (await phone.response('486 INVITE')).to.tag;
    phone.send(phone.make('ACK', target, call, { branch: request.via.branch ?? '' }), scene.pair.sipPort);
  },
  'an INVITE without an offer': async (scene) => {
    const app = await scene.app('app', 'invite');
    const phone = await scene.phone('caller');
    const call = send(scene, phone, 'INVITE');
    const { transactionId } = await app.request('INVITE');
    await app.sip(`${transactionId}|`, text('SIP/2.0 200 OK', typeSdp, answerSdp));
    call.remoteTag = (await phone.response('200 INVITE')).to.tag;
    within(scene, phone, call, 'ACK', { body: phoneSdp(4000) });
    const { dialogId } = await app.request('ACK');
    await bye(app, phone, dialogId);
  },
  'through a proxy that stays on the way': async (scene) => {
    const headers = { 'Record-Route': ['<sip:127.0.0.1:5999;lr>', '<sip:192.0.2.9;lr;x=1>'] };
    const app = await scene.app('app', 'invite');
    const phone = await scene.phone('caller');
    const own = { 'Record-Route': `<sip:127.0.0.1:${phone.port};lr>, ${headers['Record-Route'][1]!}` };
    const call = sendInvite(scene, phone, { headers: own });
    const { transactionId } = await app.request('INVITE');
    await app.sip(`${transactionId}|`, text('SIP/2.0 200 OK', typeSdp, answerSdp));
    call.remoteTag = (await phone.response('200 INVITE')).to.tag;
    within(scene, phone, call, 'ACK');
    const { dialogId } = await app.request('ACK');
    await bye(app, phone, dialogId);
  },
  'a second INVITE before the ACK of the first': async (scene) => {
    const app = await scene.app('app', 'invite');
    const phone = await scene.phone('caller');
    const call = sendInvite(scene, phone);
    const { transactionId } = await app.request('INVITE');
    await app.sip(`${transactionId}|`, text('SIP/2.0 200 OK', typeSdp, answerSdp));
    call.remoteTag = (await phone.response('200 INVITE')).to.tag;
    const first = { ...call };
    within(scene, phone, call, 'INVITE', { body: phoneSdp(4000, { version: 2 }) });
    const second = phone.final('INVITE');
    void app.request('INVITE').then(
      ({ transactionId: id, dialogId }) => app.sip(`${id}|${dialogId}`, text('SIP/2.0 488 Not Acceptable Here')),
      () => undefined,
    );
    await second;
    within(scene, phone, first, 'ACK');
    const { dialogId } = await app.request('ACK');
    await bye(app, phone, dialogId);
  },
  'a response of the application without a content type': async (scene) => {
    const app = await scene.app('app', 'invite');
    const phone = await scene.phone('caller');
    sendInvite(scene, phone);
    const { transactionId } = await app.request('INVITE');
    await app.sip(`${transactionId}|`, text('SIP/2.0 486 Busy', {}, 'no sdp'), 'a body of unknown type');
    await app.sip(`${transactionId}|`, text('SIP/2.0 486 Busy'), 'a second try');
    await phone.next('486 INVITE');
  },
  'an sdp of the application without a content type': async (scene) => {
    const app = await scene.app('app', 'invite');
    const phone = await scene.phone('caller');
    sendInvite(scene, phone);
    const { transactionId } = await app.request('INVITE');
    await app.sip(`${transactionId}|`, text('SIP/2.0 183 Progress', {}, answerSdp));
    await phone.next('183 INVITE');
    await app.sip(`${transactionId}|`, text('SIP/2.0 480 Gone'));
    await phone.next('480 INVITE');
  },
  'a response to nothing': async (scene) => {
    const app = await scene.app();
    await app.sip('00000000-0000-4000-8000-000000000000|', text('SIP/2.0 200 OK', { CSeq: '1 INVITE' }), 'a stray 200');
  },
  'a session timer that the caller wants': async (scene) => {
    const headers = { Supported: 'timer', 'Session-Expires': '1800;refresher=uac', 'Min-SE': '90' };
    const { app, phone, dialogId } = await answered(scene, { headers });
    await bye(app, phone, dialogId);
  },
  'a session timer without a refresher': async (scene) => {
    const { app, phone, dialogId } = await answered(scene, {
      headers: { Supported: 'timer', 'Session-Expires': '600' },
    });
    await bye(app, phone, dialogId);
  },
  'a session timer that is too short': async (scene) => {
    const app = await scene.app('app', 'invite');
    const phone = await scene.phone('caller');
    sendInvite(scene, phone, { headers: { Supported: 'timer', 'Session-Expires': '30' } });
    const { transactionId } = await app.request('INVITE');
    await app.sip(`${transactionId}|`, text('SIP/2.0 486 Busy'));
    await phone.next('486 INVITE');
  },
  'a reliable provisional response': async (scene) => {
    const app = await scene.app('app', 'invite', 'prack');
    const phone = await scene.phone('caller');
    const call = sendInvite(scene, phone, {
      headers: { Supported: '100rel', Allow: 'INVITE, PRACK, BYE, CANCEL, ACK' },
    });
    const { transactionId } = await app.request('INVITE');
    const reliable = { ...typeSdp, Require: '100rel' };
    await app.sip(`${transactionId}|`, text('SIP/2.0 183 Session Progress', reliable, answerSdp));
    const progress = await phone.response('183 INVITE');
    call.remoteTag = progress.to.tag;
    call.target = /<([^>]+)>/.exec(progress.get('contact') ?? '')?.[1] ?? call.target;
    within(scene, phone, call, 'PRACK', { headers: { RAck: `${progress.get('rseq') ?? '1'} 1 INVITE` } });
    const prack = await app.request('PRACK');
    await app.sip(`${prack.transactionId}|${prack.dialogId}`, text('SIP/2.0 200 OK'));
    await phone.next('200 PRACK');
    await app.sip(`${transactionId}|`, text('SIP/2.0 200 OK', typeSdp, answerSdp));
    await phone.next('200 INVITE');
    phone.send(phone.make('ACK', call.target, call, { cseq: 1 }), scene.pair.sipPort);
    const { dialogId } = await app.request('ACK');
    await bye(app, phone, dialogId);
  },
  'a reliable provisional response to a phone that knows none': async (scene) => {
    const app = await scene.app('app', 'invite');
    const phone = await scene.phone('caller');
    sendInvite(scene, phone);
    const { transactionId } = await app.request('INVITE');
    const reliable = { ...typeSdp, Require: '100rel' };
    await app.sip(`${transactionId}|`, text('SIP/2.0 183 Session Progress', reliable, answerSdp));
    await app.sip(`${transactionId}|`, text('SIP/2.0 486 Busy'));
    await phone.next('486 INVITE');
  },
  'two applications take calls in turn': async (scene) => {
    const first = await scene.app('first', 'invite');
    const second = await scene.app('second', 'invite');
    const phone = await scene.phone('caller');
    const takes = async (app: typeof first): Promise<void> => {
      const { transactionId } = await app.request('INVITE');
      await app.sip(`${transactionId}|`, text('SIP/2.0 486 Busy'));
    };
    for (let n = 0; n < 2; n += 1) sendInvite(scene, phone);
    await Promise.all([takes(first), takes(second)]);
    for (let n = 0; n < 2; n += 1) await phone.next('486 INVITE');
    scene.silence('caller', 'first frames', 'first replies', 'second frames', 'second replies');
    scene.fact('both were asked', {});
  },
};

import Srf, { type SrfRequest, type SrfResponse } from 'drachtio-srf';
import { once } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import { Dialog } from '#sip-stack/dialog.ts';
import type { NearDialog } from './testing/application.ts';
import { Inbox } from './testing/inbox.ts';
import { sdp, type Phone } from './testing/phone.ts';
import { soon } from './testing/soon.ts';
import { Stage } from './testing/stage.ts';

let stage: Stage;
let phone: Phone;
let srf: Srf;
let calls: Inbox<{ req: SrfRequest; res: SrfResponse }>;
/** `attempt network INVITE`, `start application uas 200` and the like. */
let told: string[];

const open = async (cdrs: boolean): Promise<void> => {
  stage = await Stage.open({ cdrs });
  phone = await stage.phone();
  calls = new Inbox();
  told = [];
  srf = new Srf();
  const app = srf as unknown as {
    on(event: string, take: (...facts: unknown[]) => void): void;
    invite(take: (req: SrfRequest, res: SrfResponse) => void): void;
  };
  app.invite((req, res) => calls.push({ req, res }));
  await stage.connect(srf);
  for (const record of ['attempt', 'start', 'stop'])
    app.on(`cdr:${record}`, (...facts) => {
      const message = facts.pop() as { method?: string; status?: number };
      const [source, time, more] = facts as string[];
      expect(time).toMatch(/^\d\d:\d\d:\d\d\.\d{6}$/);
      const what = message.method ?? message.status ?? '';
      told.push([record, source, ...(more === undefined ? [] : [more]), what].join(' '));
    });
  await soon(() => Object.keys(stage.server.dump().routes)).toHaveLength(4);
};
afterEach(() => stage.close());

const records = (expected: string[]) => soon(() => told).toEqual(expected);
const hungUp = async (far: Dialog): Promise<void> => {
  await phone.send(far.request('BYE')).response(200);
};
const callIn = async () => {
  const asked = phone.ask('INVITE', { Supported: '100rel' }, sdp(4000));
  return { asked, ...(await calls.next()) };
};
const callOut = async () => {
  const calling = srf.createUAC(phone.uri, { localSdp: sdp(5000) });
  calling.catch(() => undefined);
  return { calling, offered: await phone.request('INVITE') };
};

it('a call in is attempted, started and stopped, and what happens within it is no call', async () => {
  await open(true);
  const { asked, req, res } = await callIn();
  const near = (await srf.createUAS(req, res, { localSdp: sdp(5000) })) as unknown as NearDialog;
  const acked = once(near, 'ack');
  const far = phone.acknowledge(asked, await asked.response(200));
  await acked;
  const offer = { headers: { 'Content-Type': 'application/sdp' }, body: sdp(4002) };
  const again = phone.send(far.request('INVITE', offer));
  const ok = await again.response(200);
  phone.layer.sendStateless(far.ack(ok.cseq.number), { address: '127.0.0.1', port: stage.server.sipPort });
  await hungUp(far);
  await records(['attempt network INVITE', 'start application uas 200', 'stop network normal-release BYE']);
});

it('a call in that the application refuses, or does not answer, is stopped', async () => {
  await open(true);
  const { asked, res } = await callIn();
  res.send(486);
  await asked.response(486);
  await records(['attempt network INVITE', 'stop application call-rejected 486']);
  told = [];
  const second = await callIn();
  stage.clock.advance(64_000);
  await second.asked.response(480);
  await records(['attempt network INVITE', 'stop application call-rejected 480']);
  told = [];
  const third = await callIn();
  third.res.send(180, { headers: { Require: '100rel' } });
  await third.asked.response(180);
  stage.clock.advance(32_000);
  await third.asked.response(503);
  await records(['attempt network INVITE', 'stop application call-rejected 503']);
});

it('a call in that the caller gives up is cancelled', async () => {
  await open(true);
  const { asked } = await callIn();
  asked.transaction?.cancel();
  await asked.response(487);
  await records(['attempt network INVITE', 'stop network call-canceled CANCEL']);
});

it('a call out is started, and stopped by the application', async () => {
  await open(true);
  const { calling, offered } = await callOut();
  phone.accept(offered);
  await phone.ack();
  const ending = ((await calling) as unknown as NearDialog).destroy();
  (await phone.request('BYE')).tx.reply(200);
  await ending;
  await records(['attempt application INVITE', 'start network uac 200', 'stop application normal-release BYE']);
});

it.each<[number, string]>([
  [486, 'call-rejected'],
  [487, 'call-canceled'],
])('a call out that is answered %i is %s', async (status, reason) => {
  await open(true);
  const { offered } = await callOut();
  offered.tx.reply(status);
  await records(['attempt application INVITE', `stop network ${reason} ${status}`]);
});

it('a call that the server ends says why', async () => {
  await open(true);
  const { asked, req, res } = await callIn();
  await srf.createUAS(req, res, { localSdp: sdp(5000) });
  await asked.response(200);
  stage.clock.advance(32_000);
  (await phone.request('BYE')).tx.reply(200);
  await records(['attempt network INVITE', 'start application uas 200', 'stop application session-expired BYE']);
  told = [];
  const { calling, offered } = await callOut();
  offered.tx.reply(180);
  await soon(() => stage.server.metrics().received['INVITE 180']).toBe(1);
  phone.layer.onCancel = () => undefined;
  const id = Object.keys(stage.server.dump().sent)[0];
  (srf as unknown as { request(options: object, sent: () => void): void }).request(
    { uri: phone.uri, method: 'CANCEL', stackTxnId: id },
    () => undefined,
  );
  await soon(() => stage.server.metrics().sent['CANCEL']).toBe(1);
  phone.accept(offered);
  await calling;
  (await phone.request('BYE')).tx.reply(200);
  await records([
    'attempt application INVITE',
    'start network uac 200',
    'stop application system-initiated-termination BYE',
  ]);
});

it('a call that is passed on has two sides', async () => {
  await open(true);
  const target = await stage.phone();
  const { asked, req } = await callIn();
  const passing = (req as unknown as { proxy(options: object): Promise<unknown> }).proxy({
    destination: [target.uri],
    remainInDialog: true,
  });
  target.accept(await target.request('INVITE'));
  const far = Dialog.caller(asked.request, await asked.response(200));
  await passing;
  const over = phone.send(far.request('BYE'));
  (await target.request('BYE')).tx.reply(200);
  await over.response(200);
  await records([
    'attempt network INVITE',
    'attempt application INVITE',
    'start network proxy-uac 200',
    'start application proxy-uas 200',
    'stop network normal-release BYE',
    'stop application normal-release BYE',
  ]);
  told = [];
  const refused = await callIn();
  const refusing = (refused.req as unknown as { proxy(options: object): Promise<unknown> }).proxy({
    destination: [target.uri],
  });
  (await target.request('INVITE')).tx.reply(404);
  await refused.asked.response(404);
  await refusing;
  await records([
    'attempt network INVITE',
    'attempt application INVITE',
    'stop network call-rejected 404',
    'stop application call-rejected 404',
  ]);
});

it('nothing is told unless it is asked for', async () => {
  await open(false);
  const { asked, res } = await callIn();
  res.send(486);
  await asked.response(486);
  const { offered } = await callOut();
  offered.tx.reply(486);
  await soon(() => stage.server.metrics().received['INVITE 486']).toBe(1);
  expect(told).toEqual([]);
});

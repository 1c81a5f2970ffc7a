import Srf, { type SrfRequest, type SrfResponse } from 'drachtio-srf';
import { expect, it } from 'vitest';
import type { NearDialog } from './testing/application.ts';
import { sdp } from './testing/phone.ts';
import { soon } from './testing/soon.ts';
import { nothing, Stage } from './testing/stage.ts';

const calls = 1000;

it(`after ${calls} calls in and out, of every ending, nothing is left`, { timeout: 60_000 }, async () => {
  const stage = await Stage.open();
  const phone = await stage.phone();
  const srf = new Srf();
  const app = srf as unknown as { invite(take: (req: SrfRequest, res: SrfResponse) => void): void };
  app.invite((req, res) => {
    if (req.get('X-Refuse')) return void res.send(603);
    if (req.get('X-Ring')) return void res.send(180);
    srf.createUAS(req, res, { localSdp: sdp(5000) }).catch(() => undefined);
  });
  await stage.connect(srf);
  await soon(() => stage.server.dump().routes).toHaveProperty('invite');

  const callIn = async (): Promise<void> => {
    const asked = phone.ask('INVITE', {}, sdp(4000));
    const far = phone.acknowledge(asked, await asked.response(200));
    await phone.send(far.request('BYE')).response(200);
  };
  const refusedIn = async (): Promise<void> =>
    void (await phone.ask('INVITE', { 'X-Refuse': '1' }, sdp(4000)).response(603));
  const cancelledIn = async (): Promise<void> => {
    const asked = phone.ask('INVITE', { 'X-Ring': '1' }, sdp(4000));
    await asked.response(180);
    asked.transaction?.cancel();
    await asked.response(487);
  };
  const callOut = async (): Promise<void> => {
    const calling = srf.createUAC(phone.uri, { localSdp: sdp(5000) });
    phone.accept(await phone.request('INVITE'));
    const [near] = await Promise.all([calling, phone.ack()]);
    const ending = (near as unknown as NearDialog).destroy();
    (await phone.request('BYE')).tx.reply(200);
    await ending;
  };
  const refusedOut = async (): Promise<void> => {
    const calling = srf.createUAC(phone.uri, { localSdp: sdp(5000) });
    (await phone.request('INVITE')).tx.reply(404);
    await expect(calling).rejects.toMatchObject({ status: 404 });
  };
  for (let i = 0; i < calls; i += 10) {
    await Promise.all([callIn(), callIn(), refusedIn(), cancelledIn(), callIn()]);
    for (const one of [callOut, callOut, refusedOut, callOut, callOut]) await one();
    phone.clock.advance(40_000);
  }
  expect(stage.server.metrics().sent).toMatchObject({
    'INVITE 200': 300,
    INVITE: 500,
    BYE: 400,
    'INVITE 487': 100,
    'INVITE 603': 100,
  });
  await soon(() => stage.server.metrics().received['ACK']).toBe(500);
  expect(stage.leftovers()).toEqual(nothing);
  await stage.close();
});

import Srf, { type SrfRequest } from 'drachtio-srf';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NearDialog } from './testing/application.ts';
import { sdp, type Phone } from './testing/phone.ts';
import { soon } from './testing/soon.ts';
import { nothing, Stage } from './testing/stage.ts';

let stage: Stage;
let phone: Phone;
let srf: Srf;

beforeEach(async () => {
  stage = await Stage.open();
  phone = await stage.phone();
  srf = await stage.connect(new Srf());
});
afterEach(() => stage.close());

const nothingLeft = (): void => expect(stage.leftovers()).toEqual(nothing);

describe('cancelling a call out', () => {
  const cancelling = () => {
    let sent: SrfRequest | undefined;
    const calling = srf.createUAC(
      phone.uri,
      { localSdp: sdp(5000) },
      { cbRequest: (...args: unknown[]) => (sent = args[1] as SrfRequest) },
    );
    const cancel = (): Promise<SrfRequest> =>
      new Promise((resolve, reject) =>
        (sent as unknown as { cancel(o: object, f: (error: unknown, request: SrfRequest) => void): void }).cancel(
          { headers: { Reason: 'SIP;cause=200' } },
          (error, request) => (error ? reject(error) : resolve(request)),
        ),
      );
    return { calling, cancel };
  };

  it('waits for the first provisional response', async () => {
    const { calling, cancel } = cancelling();
    const offered = await phone.request('INVITE');
    const shown = await cancel();
    expect([shown.method, shown.get('cseq')]).toEqual(['CANCEL', `${offered.request.cseq.number} CANCEL`]);
    expect(stage.server.metrics().sent).not.toHaveProperty('CANCEL');
    offered.tx.reply(180);
    const cancelled = await phone.cancelled.next();
    expect([cancelled.get('reason'), cancelled.get('to')]).toEqual(['SIP;cause=200', offered.request.get('to')]);
    await expect(calling).rejects.toMatchObject({ status: 487 });
    await expect(cancel()).rejects.toMatchObject({
      message: expect.stringMatching(/^unable to cancel unknown transaction id/) as string,
    });
    nothingLeft();
  });

  it('too late: the call is acknowledged and ended, and the application told', async () => {
    const { calling, cancel } = cancelling();
    const offered = await phone.request('INVITE');
    offered.tx.reply(180);
    await soon(() => stage.server.metrics().received['INVITE 180']).toBe(1);
    phone.layer.onCancel = (_cancel, tx) => void tx.reply(200);
    await cancel();
    phone.accept(offered);
    const near = (await calling) as unknown as NearDialog;
    const [over, , bye] = await Promise.all([once(near, 'destroy'), phone.ack(), phone.request('BYE')]);
    expect(over[1]).toBe('ACK-BYE due to cancel race condition');
    expect(bye.request.get('reason')).toBe('SIP;cause=200;text="ACK-BYE due to cancel race condition"');
    bye.tx.reply(200);
    await soon(() => stage.server.metrics().received['BYE 200']).toBe(1);
    nothingLeft();
  });
});

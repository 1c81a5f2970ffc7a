import Srf, { type SipMessage, type SrfRequest, type SrfResponse } from 'drachtio-srf';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Inbox } from './testing/inbox.ts';
import type { NearDialog } from './testing/application.ts';
import { sdp, type Asked, type Phone } from './testing/phone.ts';
import { soon } from './testing/soon.ts';
import { nothing, Stage } from './testing/stage.ts';

interface Call {
  readonly req: SrfRequest;
  readonly res: SrfResponse;
}

let stage: Stage;
let phone: Phone;
let srf: Srf;
let calls: Inbox<Call>;

/** Takes calls, and whatever else `methods` names. */
const application = async (...methods: string[]): Promise<Srf> => {
  const app = new Srf();
  for (const method of methods)
    (app as unknown as Record<string, (take: (req: SrfRequest, res: SrfResponse) => void) => void>)[method]?.(
      (req, res) => calls.push({ req, res }),
    );
  const served = stage.server.metrics().clients;
  await stage.connect(app);
  // The routes follow the authentication on the same connection.
  await soon(() => Object.values(stage.server.dump().routes).flat().length).toBeGreaterThan(served * methods.length);
  return app;
};
beforeEach(async () => {
  stage = await Stage.open();
  phone = await stage.phone();
  calls = new Inbox();
  srf = await application('invite');
});
afterEach(() => stage.close());

const answered = async (asked: Asked) => {
  const { req, res } = await calls.next();
  const answering = srf.createUAS(req, res, { localSdp: sdp(5000) });
  const ok = await asked.response(200);
  return { near: (await answering) as unknown as NearDialog, ok, req, res };
};
const connected = async () => {
  const asked = phone.ask('INVITE', {}, sdp(4000));
  const { near, ok, req } = await answered(asked);
  const acked = once(near, 'ack');
  const far = phone.acknowledge(asked, ok);
  await acked;
  return { near, far, asked, ok, req };
};
const nothingLeft = (): void => expect(stage.leftovers()).toEqual(nothing);

const sent = (res: SrfResponse, status: number, headers = {}): Promise<unknown> =>
  new Promise((resolve, reject) =>
    (res as unknown as { send(s: number, o: object, f: (error: unknown, message: unknown) => void): void }).send(
      status,
      { headers },
      (error, message) => (error ? reject(error) : resolve(message)),
    ),
  );

describe('a CANCEL in', () => {
  it('ends the INVITE with 487; the application hears of it, and what it answers is refused', async () => {
    const asked = phone.ask('INVITE', {}, sdp(4000));
    const { req, res } = await calls.next();
    const cancelled = new Promise<SipMessage>((resolve) => req.on('cancel', resolve));
    const answering = sent(res, 180);
    await asked.response(180);
    asked.transaction?.cancel({ Reason: 'SIP;cause=200;text="elsewhere"' });
    const [message] = await Promise.all([cancelled, asked.response(487)]);
    expect(message.get('Reason')).toBe('SIP;cause=200;text="elsewhere"');
    await answering;
    await expect(srf.createUAS(req, res, { localSdp: sdp(5000) })).rejects.toBe(
      'Response not sent due to unknown transaction',
    );
    await soon(() => stage.server.metrics().received['ACK']).toBe(1);
    expect(stage.server.metrics().sent).toMatchObject({ 'CANCEL 200': 1, 'INVITE 487': 1 });
    nothingLeft();
  });

  it('at once, before the application has said anything', async () => {
    const asked = phone.ask('INVITE', {}, sdp(4000));
    const { req } = await calls.next();
    const cancelled = new Promise<SipMessage>((resolve) => req.on('cancel', resolve));
    await asked.response(100);
    asked.transaction?.cancel();
    await Promise.all([cancelled, asked.response(487)]);
  });

  it('that crosses our 200 is refused and ends the call', async () => {
    const asked = phone.ask('INVITE', {}, sdp(4000));
    await asked.response(100);
    const { near } = await answered(asked);
    const over = once(near, 'destroy');
    const cancel = phone.ask('CANCEL', ofInvite(asked));
    expect((await cancel.response(481)).status).toBe(481);
    const { tx, request } = await phone.request('BYE');
    expect(request.get('reason')).toBe('SIP;cause=200;text="CANCEL after 200 OK"');
    tx.reply(200);
    expect((await over)[1]).toBe('CANCEL after 200 OK');
    await soon(() => stage.server.metrics().received['BYE 200']).toBe(1);
    nothingLeft();
  });

  it('of an INVITE long acknowledged is refused and changes nothing', async () => {
    const { asked } = await connected();
    await phone.ask('CANCEL', ofInvite(asked)).response(481);
    expect(stage.server.dump().dialogs).toHaveLength(1);
    expect(phone.unexpected).toEqual([]);
  });

  it('of no INVITE is refused', async () => {
    expect((await phone.ask('CANCEL').response(481)).status).toBe(481);
  });
});

/** Headers of a CANCEL for this INVITE, its Via included. */
const ofInvite = ({ request }: Asked): Record<string, string> =>
  Object.fromEntries(['Via', 'From', 'To', 'Call-ID'].map((name) => [name, request.get(name) ?? '']));

import Srf, { type SrfRequest, type SrfResponse } from 'drachtio-srf';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { request, type NearDialog } from '#sip-proxy/embedded/testing/application.ts';
import { Inbox } from '#sip-proxy/embedded/testing/inbox.ts';
import { startSipServer, type SipServer } from '#sip-proxy/embedded/server.ts';
import { certificate } from '#sip-stack/testing/certificate.ts';
import { baresip, ensureDebian, sipTester } from './clients/apt.ts';
import { Baresip } from './clients/baresip.ts';
import { Browser } from './clients/browser.ts';
import { sipp } from './clients/sipp.ts';

/*
 * Clients that others wrote (SIPp, baresip, SIP.js) over TCP, TLS and WebSocket, at our own SIP server with a small application. The real
 * servers are not asked: how they speak is theirs.
 */
const tls = certificate('127.0.0.1');
const secret = 'open sesame';
const sdp = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8 0\r\n';
let server: SipServer;
const srf = new Srf();
/** What the application took: `METHOD transport`, and where those who registered are called. */
const taken: string[] = [];
const contacts = new Map<string, string>();
const answered = new Inbox<{ readonly user: string; readonly dialog: NearDialog }>();
/** The next call of this user, once it is answered. */
const callOf = async (user: string): Promise<NearDialog> => (await answered.next((one) => one.user === user)).dialog;
const softphones: Baresip[] = [];

beforeAll(async () => {
  const installed = await ensureDebian([sipTester, baresip]);
  if (installed.kind === 'missing') throw new Error(installed.message);
  const host = '127.0.0.1';
  server = await startSipServer({
    sip: { host, port: 0 },
    contacts: [
      { protocol: 'tcp', host, port: 0 },
      { protocol: 'tls', host, port: 0, tls: { ...tls, verify: false } },
      { protocol: 'ws', host, port: 0 },
    ],
    admin: { host, port: 0, secret },
  });
  srf.on('error', () => undefined);
  const routes = srf as unknown as Record<string, (taker: typeof take) => void>;
  for (const method of ['invite', 'register', 'message', 'options']) routes[method]?.(take);
  void srf.connect({ host, port: server.adminPort, secret });
  await once(srf, 'connect');
  await vi.waitFor(() => expect(Object.keys(server.dump().routes)).toHaveLength(4));
});
afterEach(async () => {
  await Promise.all(softphones.splice(0).map((one) => one.stop()));
  taken.length = 0;
});
afterAll(async () => {
  srf.disconnect();
  await server.close();
});

/** Registers everybody, answers every call, takes every message. */
const take = (req: SrfRequest, res: SrfResponse): void => {
  taken.push(`${req.method} ${/SIP\/2.0\/(\w+)/.exec(req.get('via'))?.[1]}`);
  const user = /sip:([^@;>]+)@/.exec(req.get('from'))?.[1] ?? '';
  if (req.method === 'REGISTER') contacts.set(user, /<([^>]+)>/.exec(req.get('contact'))?.[1] ?? '');
  if (req.method === 'REGISTER') res.send(200, { headers: { Contact: req.get('contact'), Expires: '60' } });
  else if (req.method !== 'INVITE') res.send(200);
  else
    void srf
      .createUAS(req, res, { localSdp: sdp })
      .then((dialog) => answered.push({ user, dialog: dialog as unknown as NearDialog }));
};
const at = (protocol: string): { address: string; port: number } => {
  const name = server.contacts.find((contact) => contact.startsWith(`${protocol}/`));
  return { address: '127.0.0.1', port: Number(name?.split(':').at(-1)) };
};

test('SIPp asks and calls by TCP', async () => {
  const target = at('tcp');
  const all = { target, tcp: true, calls: 3, timeoutMs: 8000 } as const;
  const good = { ok: 3, failed: 0, unfinished: 0, retransmissions: 0, exitCode: 0 };
  const [asked, called] = await Promise.all([
    sipp({ ...all, scenario: 'options-ping' }),
    sipp({ ...all, scenario: 'caller-presses', fill: { listen_ms: 100, talk_ms: 100 } }),
  ]);
  expect([asked, called]).toMatchObject([good, good]);
  expect(new Set(taken)).toEqual(new Set(['OPTIONS TCP', 'INVITE TCP']));
  await expect.poll(() => server.dump().dialogs).toEqual([]);
});

test.each(['tcp', 'tls'] as const)(
  'baresip registers by %s, is called by that connection, and calls',
  async (transport) => {
    const name = `phone-${transport}`;
    const phone = await Baresip.start({ name, registrar: at(transport), transport });
    softphones.push(phone);
    await phone.event('REGISTER_OK');
    const calling = srf.createUAC(contacts.get(name) ?? '', { localSdp: sdp });
    await phone.event('CALL_INCOMING');
    await phone.answer();
    const dialog = (await calling) as unknown as NearDialog;
    await phone.event('CALL_ESTABLISHED');
    await Promise.all([phone.event('CALL_CLOSED'), dialog.destroy()]);
    await phone.dial(`sip:100@127.0.0.1:${at(transport).port};transport=${transport}`);
    await phone.event('CALL_ESTABLISHED');
    const over = once(await callOf(name), 'destroy');
    await phone.hangup();
    await over;
    expect(taken).toEqual([`REGISTER ${transport.toUpperCase()}`, `INVITE ${transport.toUpperCase()}`]);
  },
);

test('SIP.js registers by WebSocket, calls, is called, sends and gets messages', async () => {
  const { address, port } = at('ws');
  const browser = await Browser.start({ server: `ws://${address}:${port}`, name: 'web', sdp });
  try {
    await browser.register();
    const contact = contacts.get('web') ?? '';
    expect(contact).toMatch(/^sip:\w+@\w+\.invalid;transport=ws$/);

    await browser.call('sip:100@example.invalid');
    const over = once(await callOf('web'), 'destroy');
    await browser.hangUp();
    await over;

    const called = browser.answerNext();
    const dialog = (await srf.createUAC(contact, { localSdp: sdp })) as unknown as NearDialog;
    await called;
    const ended = browser.ended();
    await dialog.destroy();
    await ended;

    expect(await browser.message('sip:100@example.invalid', 'good morning')).toBe(200);
    const heard = browser.nextMessage();
    const headers = { 'Content-Type': 'text/plain' };
    const answer = await request(srf, { uri: contact, method: 'MESSAGE', headers, body: 'good evening' });
    expect([await heard, answer.status]).toEqual(['good evening', 200]);
    expect(taken).toEqual(['REGISTER WS', 'INVITE WS', 'MESSAGE WS']);
  } finally {
    await browser.stop();
  }
});

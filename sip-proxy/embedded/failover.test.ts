import Srf from 'drachtio-srf';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StreamTransport } from '#sip-stack/stream-transport.ts';
import { DnsServer } from '#sip-stack/testing/dns-server.ts';
import { UdpTransport } from '#sip-stack/udp-transport.ts';
import { request, type NearDialog } from './testing/application.ts';
import { Phone, sdp } from './testing/phone.ts';
import { soon } from './testing/soon.ts';
import { nothing, Stage } from './testing/stage.ts';

/** `sip:a@example.com` stands for two servers; what is said of one that does not answer is how long that is tried. */
let dns: DnsServer;
let stage: Stage;
let srf: Srf;
let first: Phone;
let second: Phone;
const uri = 'sip:a@example.com';

beforeEach(async () => {
  dns = await DnsServer.start();
  const tcp = { protocol: 'tcp', host: '127.0.0.1', port: 0 } as const;
  stage = await Stage.open({ contacts: [tcp], dnsServers: [dns.address] });
  srf = await stage.connect(new Srf());
  [first, second] = [await stage.phone(), await stage.phone()];
  lead(first, second);
  dns.a('a.example.com', '127.0.0.1').a('b.example.com', '127.0.0.1');
});
afterEach(async () => {
  await stage.close();
  await dns.close();
});

/** The targets of the name, in this order. */
const lead = (...phones: Phone[]): void => {
  const targets = phones.map(({ port }, i) => `${i} 1 ${port} ${i === 0 ? 'a' : 'b'}.example.com`);
  dns.srv('_sip._udp.example.com', ...targets);
};
const overTcp = async (): Promise<Phone> => {
  const phone = Phone.over(await StreamTransport.listen('127.0.0.1', 0), { address: '127.0.0.1', port: 9 });
  stage.onClose(() => phone.close());
  return phone;
};
const asking = (): Promise<{ status: number }> => request(srf, { uri, method: 'MESSAGE' });

describe('the next target is taken', () => {
  it('after 503, with a branch of its own', async () => {
    const answer = asking();
    const refused = await first.request('MESSAGE');
    refused.tx.reply(503);
    const taken = await second.request('MESSAGE');
    taken.tx.reply(200);
    expect((await answer).status).toBe(200);
    const branches = [refused, taken].map(({ request: { via } }) => via.branch);
    expect(new Set(branches).size).toBe(2);
    const rest = [refused, taken].map(({ request: one }) => one.toString().replace(/branch=\w+|rport=\d+/g, ''));
    expect(rest[0]).toBe(rest[1]);
    expect(taken.request.getAll('via')).toHaveLength(1);
    expect(stage.leftovers()).toEqual(nothing);
  });

  it('of an INVITE, whose refusal is acknowledged, and whose call then stands', async () => {
    const rang: number[] = [];
    const calling = srf.createUAC(
      uri,
      { localSdp: sdp(5000) },
      { cbProvisional: (response) => void rang.push(response.status) },
    );
    const refused = await first.request('INVITE');
    refused.tx.reply(503);
    const offered = await second.request('INVITE');
    await soon(() => refused.tx.state).toBe('confirmed');
    offered.tx.reply(180);
    await soon(() => rang).toEqual([180]);
    // Timer D of the first is over; the call goes on.
    stage.clock.advance(40_000);
    expect(Object.values(stage.server.dump().sent)).toEqual(['INVITE']);
    second.accept(offered);
    const near = (await calling) as unknown as NearDialog;
    expect(rang).toEqual([180]);
    await second.ack();
    const ending = near.destroy();
    (await second.request('BYE')).tx.reply(200);
    await ending;
    expect(first.unexpected).toEqual([]);
    expect(stage.leftovers()).toEqual(nothing);
  });

  it('after silence until timer F', async () => {
    const answer = asking();
    await first.request('MESSAGE');
    stage.clock.advance(32_000);
    (await second.request('MESSAGE')).tx.reply(202);
    expect((await answer).status).toBe(202);
    expect(stage.leftovers()).toEqual(nothing);
  });

  it('after the host says that nobody listens', async () => {
    const gone = await UdpTransport.bind('127.0.0.1', 0);
    dns.srv('_sip._udp.example.com', `0 1 ${gone.local.port} a.example.com`, `1 1 ${second.port} b.example.com`);
    await gone.close();
    const answer = asking();
    await soon(() => stage.server.metrics().sent.MESSAGE).toBe(1);
    stage.clock.advance(500);
    (await second.request('MESSAGE')).tx.reply(200);
    expect((await answer).status).toBe(200);
    expect(stage.leftovers()).toEqual(nothing);
  });

  it('after a connection is refused, also by another transport', async () => {
    const gone = await overTcp();
    await gone.close();
    dns.naptr('example.com', '1 1 s SIP+D2T _sip._tcp.example.com', '1 2 s SIP+D2U _sip._udp.example.com');
    dns.srv('_sip._tcp.example.com', `1 1 ${gone.port} a.example.com`);
    lead(second);
    const answer = asking();
    const { tx, request: got } = await second.request('MESSAGE');
    expect(got.via.transport).toBe('UDP');
    tx.reply(200);
    expect((await answer).status).toBe(200);
  });
});

describe('no other target is taken', () => {
  it('after any other refusal', async () => {
    const answer = asking();
    (await first.request('MESSAGE')).tx.reply(486);
    expect((await answer).status).toBe(486);
    expect(stage.leftovers()).toEqual(nothing);
    expect(second.unexpected).toEqual([]);
  });

  it('when there is none: the last refusal is what the application hears', async () => {
    const answer = asking();
    (await first.request('MESSAGE')).tx.reply(503);
    (await second.request('MESSAGE')).tx.reply(503, { reason: 'Also Full' });
    expect(await answer).toMatchObject({ status: 503, reason: 'Also Full' });
    expect(stage.leftovers()).toEqual(nothing);
  });

  it('when the last is silent', async () => {
    const answer = asking();
    (await first.request('MESSAGE')).tx.reply(503);
    await second.request('MESSAGE');
    stage.clock.advance(32_000);
    expect((await answer).status).toBe(408);
    expect(stage.leftovers()).toEqual(nothing);
  });

  it('for a name that leads nowhere', async () => {
    const { status, reason } = (await request(srf, { uri: 'sip:a@gone.example.com', method: 'MESSAGE' })) as {
      status: number;
      reason?: string;
    };
    expect([status, reason]).toEqual([503, 'DNS Error']);
    expect(stage.leftovers()).toEqual(nothing);
  });

  it('once it has rung, and its connection is lost', async () => {
    const [ringing, other] = [await overTcp(), await overTcp()];
    dns.srv('_sip._tcp.example.com', `1 1 ${ringing.port} a.example.com`, `2 1 ${other.port} b.example.com`);
    const rang = once(srf, 'rang');
    const calling = srf.createUAC(
      `${uri};transport=tcp`,
      { localSdp: sdp(5000) },
      { cbProvisional: () => void srf.emit('rang') },
    );
    const refusal = expect(calling).rejects.toMatchObject({ status: 503 });
    (await ringing.request('INVITE')).tx.reply(180);
    await rang;
    await ringing.close();
    await refusal;
    expect([other.unexpected, stage.leftovers()]).toEqual([[], nothing]);
  });

  it('for a call that is cancelled while the next one is looked for', async () => {
    dns.reply('A b.example.com', 'silent');
    const sent = new Promise<{ cancel(done: (error: unknown) => void): void }>((resolve) =>
      srf.once('sent', (request: { cancel(done: (error: unknown) => void): void }) => resolve(request)),
    );
    const callbacks = {
      cbRequest: (_error: unknown, request: unknown) => void srf.emit('sent', request),
      cbProvisional: () => undefined,
    };
    const calling = srf.createUAC(uri, { localSdp: sdp(5000) }, callbacks as unknown as { cbProvisional(): void });
    const refusal = expect(calling).rejects.toMatchObject({ status: 487 });
    (await first.request('INVITE')).tx.reply(503);
    await soon(() => dns.asked.includes('A b.example.com')).toBe(true);
    const request = await sent;
    expect(await new Promise((resolve) => request.cancel(resolve))).toBeNull();
    await refusal;
    expect([second.unexpected, stage.leftovers()]).toEqual([[], nothing]);
  });
});

it('the ACK and what follows find the name in a Contact', async () => {
  dns.a('phone.example.com', '127.0.0.1');
  lead(first);
  const calling = srf.createUAC(uri, { localSdp: sdp(5000) });
  const offered = await first.request('INVITE');
  const contact = `<sip:phone@phone.example.com:${second.port}>`;
  first.accept(offered, sdp(4000), { Contact: contact, 'Record-Route': `<sip:phone.example.com:${second.port};lr>` });
  const [called, ack] = await Promise.all([calling, second.ack()]);
  const near = called as unknown as NearDialog;
  expect(ack.get('route')).toBe(`<sip:phone.example.com:${second.port};lr>`);
  const ending = near.destroy();
  const { tx, request: bye } = await second.request('BYE');
  expect(bye.uri).toBe(contact.slice(1, -1));
  tx.reply(200);
  await ending;
  expect(stage.leftovers()).toEqual(nothing);
});

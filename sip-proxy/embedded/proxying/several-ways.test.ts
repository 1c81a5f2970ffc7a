import Srf, { type SrfRequest, type SrfResponse } from 'drachtio-srf';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Dialog } from '#sip-stack/dialog.ts';
import { StreamTransport } from '#sip-stack/stream-transport.ts';
import { DnsServer } from '#sip-stack/testing/dns-server.ts';
import type { SocketAddress } from '#sip-stack/transport.ts';
import { Phone, sdp } from '../testing/phone.ts';
import { soon } from '../testing/soon.ts';
import { nothing, Stage } from '../testing/stage.ts';

let stage: Stage;
/** By TCP and by UDP. */
let caller: Phone;
let called: Phone;
let tcp: SocketAddress;
let dns: DnsServer;

beforeEach(async () => {
  dns = await DnsServer.start();
  stage = await Stage.open({ contacts: [{ protocol: 'tcp', host: '127.0.0.1', port: 0 }], dnsServers: [dns.address] });
  const port = Number(
    stage.server.contacts
      .find((name) => name.startsWith('tcp/'))
      ?.split(':')
      .at(-1),
  );
  tcp = { address: '127.0.0.1', port, protocol: 'TCP' };
  called = await stage.phone();
  caller = Phone.over(await StreamTransport.listen('127.0.0.1', 0), tcp);
  const srf = new Srf();
  const take = (req: SrfRequest, _res: SrfResponse): void => {
    const destination = req.get('X-To');
    void (req as unknown as { proxy(options: object): Promise<unknown> }).proxy({ destination, remainInDialog: true });
  };
  (srf as unknown as Record<string, (take: unknown) => void>)['invite']?.(take);
  await stage.connect(srf);
  await soon(() => Object.keys(stage.server.dump().routes)).toHaveLength(1);
});
afterEach(async () => {
  await caller.close();
  await stage.close();
  await dns.close();
});

it('a call that leaves by another transport than it came by leads here on either side (RFC 5658)', async () => {
  const routes = [`<sip:127.0.0.1:${stage.server.sipPort};lr>`, `<sip:127.0.0.1:${tcp.port};transport=tcp;lr>`];
  const asked = caller.ask('INVITE', { 'X-To': called.uri }, sdp(4000));
  const offered = await called.request('INVITE');
  const { request } = offered;
  expect(request.getAll('record-route')).toEqual(routes);
  expect(request.getAll('via').map((via) => via.split(' ')[0])).toEqual(['SIP/2.0/UDP', 'SIP/2.0/TCP']);
  const far = called.accept(offered);
  const answer = await asked.response(200);
  const near = Dialog.caller(asked.request, answer);
  caller.layer.sendStateless(near.ack(1), tcp);
  const ack = await called.ack();
  expect([ack.getAll('route'), ack.getAll('via').length]).toEqual([[], 2]);
  const info = caller.send(near.request('INFO'));
  const informed = await called.request('INFO');
  expect(informed.request.getAll('route')).toEqual([]);
  informed.tx.reply(200);
  await info.response(200);
  const bye = called.send(far.request('BYE'));
  const back = await caller.request('BYE');
  expect([back.request.getAll('route'), back.request.via.transport]).toEqual([[], 'TCP']);
  back.tx.reply(200);
  await bye.response(200);
  await caller.close();
  await soon(() => stage.leftovers()).toEqual(nothing);
});

it('a target that is a name is followed to its next address, which sees the same way and the mark of it (RFC 5393)', async () => {
  const other = await stage.phone();
  const [first, second] = [called, other];
  dns.a('a.example.com', '127.0.0.1');
  dns.srv('_sip._udp.example.com', ...[first, second].map(({ port }, i) => `${i} 1 ${port} a.example.com`));
  const asked = caller.ask('INVITE', { 'X-To': 'sip:home@example.com' }, sdp(4000));
  const refused = await first.request('INVITE');
  refused.tx.reply(503);
  const offered = await second.request('INVITE');
  const [one, two] = [refused, offered].map(({ request }) => request.getAll('via'));
  expect([one?.length, two?.length, two?.[1]]).toEqual([2, 2, one?.[1]]);
  const [branch, next] = [refused, offered].map(({ request }) => request.via.branch?.split('.loop-'));
  expect(next?.[1]).toMatch(/^[0-9a-f]{16}$/);
  expect(next?.[1]).toBe(branch?.[1]);
  expect(next?.[0]).not.toBe(branch?.[0]);
  expect(offered.request.getAll('record-route')).toEqual(refused.request.getAll('record-route'));
  offered.tx.reply(486);
  await asked.response(486);
});

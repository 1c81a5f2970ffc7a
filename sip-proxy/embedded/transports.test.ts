import Srf, { type SrfRequest, type SrfResponse } from 'drachtio-srf';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { SipResponse } from '#sip-stack/message.ts';
import { SipRequest } from '#sip-stack/message.ts';
import { StreamTransport } from '#sip-stack/stream-transport.ts';
import { certificate } from '#sip-stack/testing/certificate.ts';
import type { SocketAddress, Transport } from '#sip-stack/transport.ts';
import { UdpTransport } from '#sip-stack/udp-transport.ts';
import type { SipContact } from './contacts.ts';
import type { SipServerOptions } from './server.ts';
import { request, type NearDialog } from './testing/application.ts';
import { BrowserTransport } from './testing/browser-transport.ts';
import { Inbox } from './testing/inbox.ts';
import { Phone, sdp } from './testing/phone.ts';
import { soon } from './testing/soon.ts';
import { nothing, Stage } from './testing/stage.ts';

const tls = certificate('127.0.0.1');
const [tcp, secure, ws, six] = [
  { protocol: 'tcp', host: '127.0.0.1', port: 0 },
  { protocol: 'tls', host: '127.0.0.1', port: 0, tls: { ...tls, ca: tls.cert } },
  { protocol: 'ws', host: '127.0.0.1', port: 0 },
  { host: '::1', port: 0 },
] as const satisfies SipContact[];

let stage: Stage;
let srf: Srf;
const calls = new Inbox<{ req: SrfRequest; res: SrfResponse }>();

const open = async (contacts: readonly SipContact[], options: Partial<SipServerOptions> = {}): Promise<void> => {
  stage = await Stage.open({ contacts, ...options });
  srf = new Srf();
  for (const method of ['invite', 'register', 'message'])
    (srf as unknown as Record<string, (take: (req: SrfRequest, res: SrfResponse) => void) => void>)[method]?.(
      (req, res) => calls.push({ req, res }),
    );
  await stage.connect(srf);
  await soon(() => Object.keys(stage.server.dump().routes).length).toBe(3);
};
afterEach(() => stage.close());

/** Where the server listens, by what it says of itself. */
const at = (protocol: string, address = '127.0.0.1'): SocketAddress => {
  const shown = address === '::1' ? '[::1]' : address;
  const name = stage.server.contacts.find((contact) => contact.startsWith(`${protocol}/${shown}:`));
  return { address, port: Number(name?.split(':').at(-1)) };
};
const phone = (transport: Transport, server: SocketAddress): Phone => {
  const made = Phone.over(transport, server);
  stage.onClose(() => made.close());
  return made;
};
const overTcp = async (): Promise<Phone> => phone(await StreamTransport.listen('127.0.0.1', 0), at('tcp'));
const overWs = async (): Promise<Phone> => phone(await BrowserTransport.open(at('ws')), at('ws'));
/** A call in that stands. */
const calledBy = async (caller: Phone) => {
  const asked = caller.ask('INVITE', {}, sdp(4000));
  const { req, res } = await calls.next();
  const answering = srf.createUAS(req, res, { localSdp: sdp(5000) });
  const ok = await asked.response(200);
  const near = (await answering) as unknown as NearDialog;
  const acked = once(near, 'ack');
  const far = caller.acknowledge(asked, ok);
  await acked;
  return { asked, req, ok, near, far };
};
/** A call out that stands. */
const calling = async (uri: string, callee: Phone) => {
  const dialling = srf.createUAC(uri, { localSdp: sdp(5000) });
  const offered = await callee.request('INVITE');
  const far = callee.accept(offered);
  const [near, ack] = await Promise.all([dialling, callee.ack()]);
  return { near: near as unknown as NearDialog, far, offered, ack };
};
/** Ends a call from here, and looks how the BYE comes. */
const hangUp = async (near: NearDialog, callee: Phone): Promise<SipRequest> => {
  const ending = near.destroy();
  const { tx, request: bye } = await callee.request('BYE');
  tx.reply(200);
  await ending;
  return bye;
};
/** All ends, but for the connections that stand. */
const nothingLeft = async (...phones: Phone[]): Promise<void> => {
  for (const one of phones) await one.close();
  await soon(() => stage.leftovers()).toEqual(nothing);
};

it('an application is told every contact', async () => {
  await open([tcp, secure, ws, six]);
  const [port] = [stage.server.sipPort];
  const told = new Srf();
  const connected = once(told, 'connect');
  await stage.connect(told);
  const [, hostports] = (await connected) as [unknown, string];
  expect(hostports.split(',')).toEqual(stage.server.contacts);
  expect(stage.server.contacts.map((name) => name.replace(/\d+$/, ''))).toEqual([
    'udp/127.0.0.1:',
    'tcp/127.0.0.1:',
    'tls/127.0.0.1:',
    'ws/127.0.0.1:',
    'udp/[::1]:',
  ]);
  expect(stage.server.contacts[0]).toBe(`udp/127.0.0.1:${port}`);
});

it('listens at every contact or at none', async () => {
  await open([tcp]);
  const { port } = at('tcp');
  const taken = { ...tcp, port };
  const first = { host: '127.0.0.1', port: 0 };
  const admin = { host: '127.0.0.1', port: 0, secret: 'x' };
  const { startSipServer } = await import('./server.ts');
  await expect(startSipServer({ sip: first, contacts: [taken], admin })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await expect(startSipServer({ sip: first, contacts: [{ ...tcp, protocol: 'wss' }], admin })).rejects.toThrow(
    'wss/127.0.0.1:0 has no key and certificate',
  );
});

describe('a phone with TCP', () => {
  it('calls: everything goes by its connection', async () => {
    await open([tcp]);
    const caller = await overTcp();
    const { req, ok, near, asked } = await calledBy(caller);
    const { protocol, receivedOn, source_port } = req as unknown as Record<string, string>;
    expect([protocol, receivedOn]).toEqual(['tcp', `127.0.0.1:${at('tcp').port}`]);
    expect(ok.get('contact')).toBe(`<sip:127.0.0.1:${at('tcp').port};transport=tcp>`);
    expect(ok.via.params.get('rport')).toBe(String(source_port));
    expect(Number(source_port)).not.toBe(caller.port);
    const bye = await hangUp(near, caller);
    expect([bye.uri, bye.via.transport, bye.via.port]).toEqual([caller.uri, 'TCP', at('tcp').port]);
    expect((caller.layer.transport as StreamTransport).connections).toBe(1);
    // Timer K is zero where nothing is repeated (RFC 3261 §17.1.2.2).
    stage.clock.advance(0);
    expect(stage.server.dump().transactions).toEqual({ clients: {}, servers: { 'INVITE accepted': 1 } });
    expect(asked.responses.rest.map(({ status }) => status)).toEqual([100]);
    await nothingLeft(caller);
  });

  it('is called', async () => {
    await open([tcp]);
    const callee = await overTcp();
    const { near, far, offered, ack } = await calling(callee.uri, callee);
    const here = `127.0.0.1:${at('tcp').port}`;
    const { request: invite } = offered;
    expect([invite.via.transport, `${invite.via.host}:${invite.via.port}`]).toEqual(['TCP', here]);
    expect(invite.get('contact')).toBe(`<sip:${here};transport=tcp>`);
    expect(invite.from.uri).toBe(`sip:${here};transport=tcp`);
    expect(ack.via.transport).toBe('TCP');
    const over = once(near, 'destroy');
    await callee.send(far.request('BYE')).response(200);
    await over;
    await nothingLeft(callee);
  });

  it('is spoken to by its connection, though its Contact says no transport', async () => {
    await open([tcp]);
    const one = await overTcp();
    const dialling = srf.createUAC(one.uri, { localSdp: sdp(5000) });
    one.accept(await one.request('INVITE'), sdp(4000), { Contact: `<sip:phone@127.0.0.1:${one.port}>` });
    const [near] = await Promise.all([dialling, one.ack()]);
    expect((await hangUp(near as unknown as NearDialog, one)).via.transport).toBe('TCP');
    // SIPp names the port its connection comes from.
    const asking = one.ask('MESSAGE');
    const { req, res } = await calls.next();
    res.send(200);
    await asking.response(200);
    const asked = one.ask('INVITE', { Contact: `<sip:phone@127.0.0.1:${req.source_port}>` }, sdp(4000));
    const invited = await calls.next();
    const answering = srf.createUAS(invited.req, invited.res, { localSdp: sdp(5000) });
    const ok = await asked.response(200);
    const called = (await answering) as unknown as NearDialog;
    const acked = once(called, 'ack');
    one.acknowledge(asked, ok);
    await acked;
    expect((await hangUp(called, one)).via.transport).toBe('TCP');
  });

  it('is called back by its new connection after it has come again', async () => {
    await open([tcp]);
    const before = await overTcp();
    const { near, far, asked } = await calledBy(before);
    await before.close();
    const now = phone(await StreamTransport.listen('127.0.0.1', 0), at('tcp'));
    const moved = once(near, 'modify');
    const again = now.send(far.request('INVITE', { headers: { 'Content-Type': 'application/sdp' }, body: sdp(4000) }));
    const [, res] = (await moved) as [unknown, SrfResponse];
    res.send(200, { body: sdp(5000) });
    const ok = await again.response(200);
    now.layer.sendStateless(far.ack(again.request.cseq.number), at('tcp'));
    expect((await hangUp(near, now)).callId).toBe(asked.request.callId);
    expect(ok.status).toBe(200);
  });

  it('is answered where it listens when its connection is gone', async () => {
    await open([tcp]);
    const caller = await overTcp();
    const asked = caller.ask('INVITE', {}, sdp(4000));
    const { req, res } = await calls.next();
    const { connections } = caller.layer.transport as StreamTransport;
    expect(connections).toBe(1);
    // What it sent by that connection is lost with it; what it listens at is not.
    const [flow] = [caller.layer.transport.send(Buffer.from('\r\n'), at('tcp'))];
    (flow as unknown as { close(why: string): void }).close('the network changed');
    await soon(() => stage.log.lines.some(({ text }) => text === 'connection closed')).toBe(true);
    res.send(486);
    await soon(() => stage.server.metrics().sent['INVITE 486']).toBe(1);
    await soon(() => (caller.layer.transport as StreamTransport).connections).toBe(1);
    expect([req.method, asked.responses.rest.length]).toEqual(['INVITE', 1]);
  });

  it('is spoken to where it listens when the connection of its dialog is gone', async () => {
    await open([tcp]);
    const caller = await overTcp();
    const { near } = await calledBy(caller);
    const [flow] = [caller.layer.transport.send(Buffer.from('\r\n'), at('tcp'))];
    (flow as unknown as { close(why: string): void }).close('the network changed');
    await soon(() => stage.log.lines.some(({ text }) => text === 'connection closed')).toBe(true);
    const bye = await hangUp(near, caller);
    expect([bye.uri, bye.via.transport]).toEqual([caller.uri, 'TCP']);
    await nothingLeft(caller);
  });

  it('that goes away while it rings makes 503', async () => {
    await open([tcp]);
    const callee = await overTcp();
    const rang: number[] = [];
    const dialling = srf.createUAC(
      callee.uri,
      { localSdp: sdp(5000) },
      { cbProvisional: (response) => void rang.push(response.status) },
    );
    const refusal = expect(dialling).rejects.toMatchObject({ status: 503 });
    const { tx } = await callee.request('INVITE');
    tx.reply(180);
    await soon(() => rang).toEqual([180]);
    await callee.close();
    await refusal;
    await nothingLeft();
  });

  it('that refuses, or is not there in time, makes 503', async () => {
    await open([tcp], { connections: { connect: 2000 } });
    const gone = await overTcp();
    await gone.close();
    expect((await request(srf, { uri: gone.uri, method: 'OPTIONS' })).status).toBe(503);
    await nothingLeft();
  });
});

it('TLS: sips and transport=tls', async () => {
  await open([tcp, secure]);
  const callee = phone(await StreamTransport.listen('127.0.0.1', 0, { tls: { ...tls, ca: tls.cert } }), at('tls'));
  const { near, offered } = await calling(`sips:phone@127.0.0.1:${callee.port}`, callee);
  expect([offered.request.via.transport, offered.request.get('contact')]).toEqual([
    'TLS',
    `<sip:127.0.0.1:${at('tls').port};transport=tls>`,
  ]);
  await hangUp(near, callee);
  const asking = request(srf, { uri: `sip:phone@127.0.0.1:${callee.port};transport=TLS`, method: 'MESSAGE' });
  (await callee.request('MESSAGE')).tx.reply(202);
  expect((await asking).status).toBe(202);
  callee.ask('MESSAGE');
  const { req, res } = await calls.next();
  expect(req.protocol).toBe('tls');
  res.send(200);
  await nothingLeft(callee);
});

it('a transport that is not there is refused', async () => {
  await open([tcp]);
  for (const uri of ['sips:a@127.0.0.1', 'sip:a@127.0.0.1;transport=ws', 'sip:a@h;transport=sctp', 'sip:a@[::1]'])
    await expect(request(srf, { uri, method: 'OPTIONS' })).rejects.toThrow(
      'requested protocol/transport not available',
    );
  await expect(
    request(srf, { uri: `sip:a@127.0.0.1:${at('tcp').port};transport=tcp`, method: 'OPTIONS' }),
  ).rejects.toThrow('can not send request to myself');
});

it('a Contact that an application leaves to this server says how to come', async () => {
  await open([tcp]);
  const callee = await overTcp();
  const here = `127.0.0.1:${at('tcp').port}`;
  for (const [given, expected] of [
    ['<sip:300@localhost>', `<sip:300@${here};transport=tcp>`],
    ['sip:300@localhost;expires=60', `<sip:300@${here};transport=tcp>;expires=60`],
    ['<sip:300@localhost;transport=udp>', `<sip:300@${here};transport=udp>`],
    ['<sip:300@192.0.2.1>', '<sip:300@192.0.2.1>'],
  ] as const) {
    const asking = request(srf, { uri: callee.uri, method: 'MESSAGE', headers: { Contact: given } });
    const { tx, request: message } = await callee.request('MESSAGE');
    expect([message.get('contact'), message.from.uri]).toEqual([expected, `sip:${here};transport=tcp`]);
    tx.reply(200);
    await asking;
  }
});

describe('IPv6', () => {
  const overSix = async (): Promise<Phone> => phone(await UdpTransport.bind('::1', 0), at('udp', '::1'));

  it('calls in and out, hosts in brackets', async () => {
    await open([six]);
    const one = await overSix();
    const here = `[::1]:${at('udp', '::1').port}`;
    const { req, ok, near } = await calledBy(one);
    expect([req.source_address, Number(req.source_port)]).toEqual(['::1', one.port]);
    expect((req as unknown as { receivedOn: string }).receivedOn).toBe(`::1:${at('udp', '::1').port}`);
    expect(ok.get('contact')).toBe(`<sip:${here}>`);
    expect(ok.via.params.get('received')).toBe('::1');
    const bye = await hangUp(near, one);
    expect([bye.via.host, bye.uri]).toEqual(['[::1]', `sip:phone@[::1]:${one.port}`]);
    const { near: second, offered } = await calling(one.uri, one);
    expect([offered.request.get('contact'), offered.request.from.uri]).toEqual([`<sip:${here}>`, `sip:${here}`]);
    expect((await hangUp(second, one)).uri).toBe(one.uri);
    await nothingLeft();
  });

  it('a name of this server in a header is that of the address it goes from', async () => {
    await open([six]);
    const one = await overSix();
    const headers = { From: '<sip:ann@localhost>' };
    const asking = request(srf, { uri: one.uri, method: 'MESSAGE', headers });
    const { tx, request: message } = await one.request('MESSAGE');
    tx.reply(200);
    await asking;
    expect(message.from.uri).toBe(`sip:ann@[::1]:${at('udp', '::1').port}`);
  });
});

describe('a browser', () => {
  const registering = async (browser: Phone, expires: number, status = 200): Promise<void> => {
    const asked = browser.ask('REGISTER', { Contact: `${browser.contact};expires=${expires}` });
    const { req, res } = await calls.next();
    res.send(status, { headers: { Contact: `${req.get('Contact')}` } });
    await asked.response(status);
  };

  it('registers, and is called by the connection it did so by', async () => {
    await open([ws]);
    const browser = await overWs();
    await registering(browser, 600);
    expect(browser.uri).toMatch(/^sip:phone@[0-9a-f]+\.invalid:5060;transport=ws$/);
    const { near, offered } = await calling(browser.uri, browser);
    const { request: invite } = offered;
    expect([invite.via.transport, invite.get('contact')]).toEqual([
      'WS',
      `<sip:127.0.0.1:${at('ws').port};transport=ws>`,
    ]);
    expect((await hangUp(near, browser)).uri).toBe(browser.uri);
    await nothingLeft(browser);
  });

  it('calls: the application sees tcp, as drachtio shows it', async () => {
    await open([ws]);
    const browser = await overWs();
    const { req, ok, near } = await calledBy(browser);
    expect(req.protocol).toBe('tcp');
    expect(ok.get('contact')).toBe(`<sip:127.0.0.1:${at('ws').port};transport=ws>`);
    await hangUp(near, browser);
    await nothingLeft(browser);
  });

  it.each([
    ['has not registered', async () => undefined],
    ['was not accepted', (browser: Phone) => registering(browser, 600, 403)],
    [
      'has unregistered',
      async (browser: Phone) => {
        await registering(browser, 600);
        await registering(browser, 0);
      },
    ],
    [
      'was registered too long ago',
      async (browser: Phone) => {
        await registering(browser, 600);
        stage.clock.advance(600_000);
      },
    ],
    [
      'has closed',
      async (browser: Phone) => {
        await registering(browser, 600);
        await browser.close();
        await soon(() => stage.log.lines.some(({ text }) => text === 'connection closed')).toBe(true);
      },
    ],
  ])('that %s is not reached', async (_what, before) => {
    await open([ws]);
    const browser = await overWs();
    await before(browser);
    expect((await request(srf, { uri: browser.uri, method: 'MESSAGE' })).status).toBe(503);
    expect(browser.unexpected).toEqual([]);
  });
});

describe('a request too long for UDP', () => {
  const long = { method: 'MESSAGE', body: 'x'.repeat(1300), headers: { 'Content-Type': 'text/plain' } };
  /** A phone with UDP, and perhaps with TCP, at one port, which must be nobody else's by TCP. */
  const both = async (withTcp: boolean): Promise<{ udp: Phone; other: Phone | undefined; uri: string }> => {
    const byUdp = await UdpTransport.bind('127.0.0.1', 0);
    const { port } = byUdp.local;
    const byTcp = await StreamTransport.listen('127.0.0.1', port).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error;
    });
    if (!byTcp) {
      await byUdp.close();
      return both(withTcp);
    }
    if (!withTcp) await byTcp.close();
    const other = withTcp ? phone(byTcp, at('tcp')) : undefined;
    return { udp: phone(byUdp, at('udp')), other, uri: `sip:phone@127.0.0.1:${port}` };
  };

  it('goes by TCP, a short one by UDP', async () => {
    await open([tcp], { udpMtu: 1300 });
    const { udp, other, uri } = await both(true);
    const asking = request(srf, { ...long, uri });
    const { tx, request: got } = (await other?.request('MESSAGE')) ?? expect.unreachable();
    expect(got.via.transport).toBe('TCP');
    tx.reply(200);
    expect((await asking).status).toBe(200);
    const short = request(srf, { ...long, body: 'x', uri });
    (await udp.request('MESSAGE')).tx.reply(200);
    expect((await short).status).toBe(200);
  });

  it('goes by UDP where TCP is refused, and where nothing was said of a bound', async () => {
    await open([tcp], { udpMtu: 1300 });
    const { udp, uri } = await both(false);
    const asking = request(srf, { ...long, uri });
    const { tx, request: got } = await udp.request('MESSAGE');
    expect([got.via.transport, got.body.length]).toEqual(['UDP', 1300]);
    tx.reply(200);
    expect((await asking).status).toBe(200);
    await nothingLeft();
    await stage.close();
    await open([tcp]);
    const free = await both(true);
    const plain = request(srf, { ...long, uri: free.uri });
    (await free.udp.request('MESSAGE')).tx.reply(200);
    expect((await plain).status).toBe(200);
  });
});

it('a message that nobody can read closes the connection after its answer', async () => {
  await open([tcp]);
  const caller = await overTcp();
  const asked = caller.ask('MESSAGE');
  const { res } = await calls.next();
  res.send(200);
  await asked.response(200);
  const request = new SipRequest('OPTIONS', 'sip:a@h').add(
    'Via',
    `SIP/2.0/TCP 127.0.0.1:${caller.port};branch=z9hG4bKx`,
  );
  request.add('From', '<sip:a@h>;tag=1').add('To', '<sip:a@h>').add('Call-ID', 'c').add('CSeq', '1 OPTIONS');
  const stray = new Promise<SipResponse>((resolve) => (caller.layer.onStrayResponse = resolve));
  caller.raw(request.toString().replace(/Content-Length.*\r\n/, ''));
  expect((await stray).startLine).toBe('SIP/2.0 400 Bad Request (no Content-Length)');
  await soon(() => (caller.layer.transport as StreamTransport).connections).toBe(0);
  expect(stage.server.metrics().malformed).toBe(1);
});

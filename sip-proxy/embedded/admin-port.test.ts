import Srf from 'drachtio-srf';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FrameReader } from './frames.ts';
import { Inbox } from './testing/inbox.ts';
import { sdp } from './testing/phone.ts';
import { soon } from './testing/soon.ts';
import { secret, Stage } from './testing/stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.close());

/** A client that says exactly what a test says. */
class Raw {
  readonly frames = new Inbox<string[]>();
  readonly closed: Promise<unknown>;
  readonly #socket: Socket;

  constructor() {
    this.#socket = connect(stage.server.adminPort, '127.0.0.1');
    this.closed = once(this.#socket, 'close');
    const reader = new FrameReader();
    this.#socket.on('data', (chunk) => {
      for (const payload of reader.push(chunk)) this.frames.push(payload.toString().split('|'));
    });
    stage.onClose(() => this.#socket.destroy());
  }

  write(text: string): void {
    this.#socket.write(text);
  }

  say(text: string): void {
    this.write(`${Buffer.byteLength(text)}#${text}`);
  }

  /** Everything after the message's own id. */
  async heard(): Promise<string> {
    return (await this.frames.next()).slice(1).join('|');
  }

  close(): void {
    this.#socket.destroy();
  }
}

describe('the admin port', () => {
  it('wants the secret first', async () => {
    const client = new Raw();
    client.say('1|route|invite');
    expect(await client.heard()).toBe('response|1|NO|not authenticated');
    await client.closed;
    expect(stage.server.dump().routes).toEqual({});
  });

  it('closes on a wrong secret, and never logs it', async () => {
    const client = new Raw();
    client.say('1|authenticate|guess');
    expect(await client.heard()).toBe('response|1|NO|incorrect secret');
    await client.closed;
    await soon(() => stage.log.lines.at(-1)?.text).toBe('client dropped');
    expect(JSON.stringify(stage.log.lines)).not.toMatch(/guess|open sesame/);
  });

  it('answers authentication, routes and pings', async () => {
    const client = new Raw();
    const here = `udp/127.0.0.1:${stage.server.sipPort}`;
    client.say(`1|authenticate|${secret}|blue,green`);
    expect(await client.heard()).toBe(`response|1|OK|${here}|v0.9.10|${here}`);
    for (const text of [
      '2|ping',
      '3|route|invite',
      '4|route|invite',
      '5|route|options',
      '6|remove_route|options',
      '7|proxy|t|||||||sip:a\r\nINVITE sip:a SIP/2.0\r\n\r\n',
    ])
      client.say(text);
    expect([await client.heard(), await client.heard(), await client.heard()]).toEqual([
      'response|2|OK|pong',
      'response|3|OK',
      'response|4|OK',
    ]);
    expect([await client.heard(), await client.heard(), await client.heard()]).toEqual([
      'response|5|OK',
      'response|6|OK',
      'response|7|NOK|Unknown transaction id: t',
    ]);
    const { clients, routes } = stage.server.dump();
    expect(clients).toMatchObject([{ authenticated: true, tags: ['blue', 'green'] }]);
    expect(routes).toEqual({ invite: [clients[0]?.id, clients[0]?.id] });
    client.close();
    await soon(() => stage.server.dump().routes).toEqual({});
    expect(stage.log.lines.map(({ text }) => text)).toEqual([
      'SIP server started',
      'client connected',
      'client authenticated',
      'client gone',
    ]);
  });

  it.each([
    ['2|route|fly', 'response|2|NO|Route request includes unsupported verb'],
    ['2|sip|t|\r\nBYE sip:x SIP/2.0\r\n\r\n', 'response|2|NO|only CANCEL may name a transaction'],
    ['2|sip||d\r\nSIP/2.0 200 OK\r\n\r\n', 'response|2|NO|transaction id missing'],
    ['2|dance', 'response|2|NO|Unknown message type'],
    ['2', 'response|2|NO|Invalid message format'],
  ])('closes on %j', async (text, answer) => {
    const client = new Raw();
    client.say(`1|authenticate|${secret}`);
    await client.heard();
    client.say(text);
    expect(await client.heard()).toBe(answer);
    await client.closed;
  });

  it.each(['hello', '123456#x', '#'])('closes on the bytes %j, and serves others', async (text) => {
    const client = new Raw();
    client.write(text);
    await client.closed;
    await stage.connect(new Srf());
    expect(stage.server.metrics().clients).toBe(1);
  });

  it('gives up a client that does not say who it is', async () => {
    const client = new Raw();
    await stage.connect(new Srf());
    await soon(() => stage.server.metrics().clients).toBe(2);
    stage.clock.advance(10_000);
    await client.closed;
    await soon(() => stage.server.metrics().clients).toBe(1);
    expect(stage.log.lines.at(-1)?.text).toBe('client turned away');
  });

  it('takes frames in any pieces', async () => {
    const client = new Raw();
    const text = `1|authenticate|${secret}`;
    for (const piece of [`${text.length}`, '#', text.slice(0, 5), `${text.slice(5)}6#2|p`]) {
      client.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    client.write('ing');
    expect(await client.heard()).toContain('response|1|OK');
    expect(await client.heard()).toBe('response|2|OK|pong');
  });

  it('what is sent in the same breath as a mistake is not done', async () => {
    const phone = await stage.phone();
    const client = new Raw();
    const texts = [`1|authenticate|${secret}`, '2|dance', `3|sip||\r\nOPTIONS ${phone.uri} SIP/2.0\r\n\r\n`];
    client.write(texts.map((text) => `${text.length}#${text}`).join(''));
    await client.closed;
    expect(stage.server.metrics().sent).toEqual({});
  });

  it('the first To tag of a client’s response stays', async () => {
    const phone = await stage.phone();
    const client = new Raw();
    client.say(`1|authenticate|${secret}`);
    client.say('2|route|invite');
    await client.heard();
    await client.heard();
    const asked = phone.ask('INVITE', {}, sdp(4000));
    const id = (await client.frames.next())[8] ?? '';
    for (const [status, tag] of [
      [180, 'first'],
      [183, 'second'],
      [486, ''],
    ] as const) {
      client.say(`3|sip|${id}|\r\nSIP/2.0 ${status} X\r\nto: <sip:x>${tag && `;tag=${tag}`}\r\n\r\n`);
      expect((await asked.response(status)).to.tag).toBe('first');
    }
  });

  it('says where a request came in, and of a response nothing of the kind', async () => {
    const phone = await stage.phone();
    const client = new Raw();
    client.say(`1|authenticate|${secret}`);
    await client.heard();
    client.say('2|route|message');
    await client.heard();
    client.say(`3|sip||\r\nMESSAGE ${phone.uri} SIP/2.0\r\n\r\n`);
    (await phone.request('MESSAGE')).tx.reply(200);
    await client.heard();
    const response = await client.frames.next();
    expect(response.slice(9)).toEqual(['', expect.stringMatching(/^\r\nSIP\/2\.0 200 /)]);
    phone.ask('MESSAGE');
    const request = await client.frames.next();
    const { sipPort } = stage.server;
    expect(request.slice(9)).toEqual(['', '127.0.0.1', String(sipPort), expect.stringMatching(/^\r\nMESSAGE /)]);
  });

  it('shows a request as it is on the wire, and responses with their ids', async () => {
    const phone = await stage.phone();
    const client = new Raw();
    client.say(`1|authenticate|${secret}`);
    await client.heard();
    client.say(`2|sip||\r\nINVITE ${phone.uri} SIP/2.0\r\nfrom: sip:1@localhost\r\n\r\n${sdp(5000)}`);
    const offered = await phone.request('INVITE');
    const echo = await client.frames.next();
    const [, kind, id, verdict, source, octets, protocol, address, port, time, transaction = '', sent, message = ''] =
      echo;
    const wire = message.slice(2);
    expect([kind, id, verdict, source, protocol, address, port, sent]).toEqual([
      'response',
      '2',
      'OK',
      'application',
      'udp',
      '127.0.0.1',
      String(stage.server.sipPort),
      'Msg sent:',
    ]);
    expect(time).toMatch(/^\d\d:\d\d:\d\d\.\d{6}$/);
    expect(transaction).toMatch(/^[0-9a-f-]{36}$/);
    expect(Number(octets)).toBe(wire.length);
    expect(wire).toBe(offered.request.raw?.toString());
    const dialogId = `${offered.request.callId};from-tag=${offered.request.from.tag}`;
    offered.tx.reply(100);
    phone.accept(offered);
    // the 100 is for this server alone
    const [, type, from, , , host, sourcePort, , id2, dialog, text] = await client.frames.next();
    expect([type, from, host, sourcePort, id2, dialog]).toEqual([
      'sip',
      'network',
      '127.0.0.1',
      String(phone.port),
      transaction,
      dialogId,
    ]);
    expect(text).toMatch(new RegExp(`^\r\nSIP/2.0 200 `));
    client.say(`3|sip||${dialogId}\r\nACK sip:placeholder SIP/2.0\r\n\r\n`);
    await phone.ack();
    expect((await client.frames.next()).slice(1, 5)).toEqual(['response', '3', 'OK', 'application']);
    client.say(`4|sip||nonsense\r\nACK sip:placeholder SIP/2.0\r\n\r\n`);
    expect(await client.heard()).toBe(
      'response|4|NOK|Server error: ACK for non-success final response is automatically generated by server',
    );
    client.say(`5|sip||${dialogId}\r\nDANCE sip:placeholder SIP/2.0\r\n\r\n`);
    expect(await client.heard()).toMatch(/^response\|5\|NOK\|Server error: invalid or missing method/);
    client.say(`6|sip||${dialogId}\r\nINFO sip:placeholder SIP/2.0\r\n\r\nhello`);
    expect(await client.heard()).toBe('response|6|NOK|Server error: missing content-type');
    client.say('7|sip|nonsense|\r\nSIP/2.0 200 OK\r\nCSeq: 1 CANCEL\r\n\r\n');
    expect(await client.heard()).toBe(
      'response|7|NOK|200 OK to incoming CANCEL is automatically generated by the stack',
    );
  });

  it('gives a request with bare line feeds in a form that clients can read', async () => {
    const phone = await stage.phone();
    const client = new Raw();
    client.say(`1|authenticate|${secret}`);
    client.say('2|route|options');
    await client.heard();
    await client.heard();
    phone.raw(
      `OPTIONS sip:x SIP/2.0\nv: SIP/2.0/UDP 127.0.0.1:${phone.port};branch=z9hG4bKx\nf: <sip:a@h>;tag=1\nt: <sip:b@h>\ni: c\nCSeq: 1 OPTIONS\n\nabc`,
    );
    const text = (await client.frames.next()).at(-1) ?? '';
    expect(text.split('\r\n').slice(1)).toEqual([
      'OPTIONS sip:x SIP/2.0',
      `v: SIP/2.0/UDP 127.0.0.1:${phone.port};branch=z9hG4bKx`,
      'f: <sip:a@h>;tag=1',
      't: <sip:b@h>',
      'i: c',
      'CSeq: 1 OPTIONS',
      '',
      'abc',
    ]);
  });

  it('says which port is taken, and gives the other one back', async () => {
    const taken = { host: '127.0.0.1', port: stage.server.adminPort, secret };
    await expect(Stage.open({ admin: taken })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(Stage.open({ sip: { host: '127.0.0.1', port: stage.server.sipPort } })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});

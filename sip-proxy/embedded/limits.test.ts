import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { frame, FrameReader } from './frames.ts';
import { Inbox } from './testing/inbox.ts';
import { sdp, type Phone } from './testing/phone.ts';
import { soon } from './testing/soon.ts';
import { secret, Stage } from './testing/stage.ts';

let stage: Stage;
let phone: Phone;
const open = async (limits: object = {}): Promise<void> => {
  stage = await Stage.open({ limits });
  phone = await stage.phone();
};
afterEach(() => stage.close());

/** A client that takes INVITEs and MESSAGEs and answers what it is told to. */
const client = async () => {
  const socket = connect(stage.server.adminPort, '127.0.0.1');
  await once(socket, 'connect');
  const inbox = new Inbox<string[]>();
  const reader = new FrameReader();
  socket.on('data', (chunk) => {
    for (const payload of reader.push(chunk)) {
      const tokens = payload.toString().split('|');
      if (tokens[1] === 'sip') inbox.push(tokens);
    }
  });
  stage.onClose(() => socket.destroy());
  for (const text of [`1|authenticate|${secret}`, '2|route|invite', '3|route|message']) socket.write(frame(text));
  await soon(() => Object.keys(stage.server.dump().routes)).toEqual(['invite', 'message']);
  const answer = (tokens: string[], status: number): void =>
    void socket.write(frame(`9|sip|${tokens[8]}|`, Buffer.from(`SIP/2.0 ${status} Word\r\n\r\n`)));
  return { inbox, answer };
};

describe('requests that a client does not answer', () => {
  beforeEach(() => open({ mostWaiting: 2, mostWaitingOfOne: 2 }));

  it('are as many as may wait; the next is 503, until one is answered', async () => {
    const { inbox, answer } = await client();
    const [first] = [phone.ask('INVITE', {}, sdp(1)), phone.ask('INVITE', {}, sdp(1))];
    const [one, two] = [await inbox.next(), await inbox.next()];
    const refused = await phone.ask('INVITE', {}, sdp(1)).response(503);
    expect(refused.get('retry-after')).toBe('5');
    // A phone that rings waits for a person, not for the client.
    answer(one, 180);
    await first.response(180);
    phone.ask('INVITE', {}, sdp(1));
    const three = await inbox.next();
    await phone.ask('MESSAGE').response(503);
    answer(two, 486);
    answer(three, 486);
    answer(one, 486);
    await soon(() => stage.server.metrics().waitingForClient).toBe(0);
    for (let n = 0; n < 2; n++) phone.ask('MESSAGE');
    await inbox.next();
    await inbox.next();
    await phone.ask('MESSAGE').response(503);
    // Those that no client ever answers are not counted for ever either.
    stage.clock.advance(64_000);
    phone.ask('MESSAGE');
    await inbox.next();
  });
});

describe('a flood', () => {
  beforeEach(() => open({ mostReceived: 3, mostReceivedOfOne: 3 }));

  it('is turned away, counted, and told of once a second', async () => {
    for (let n = 0; n < 3; n++) await phone.ask('OPTIONS').response(503);
    for (let n = 0; n < 4; n++) expect((await phone.ask('OPTIONS').response(503)).has('retry-after')).toBe(true);
    expect(stage.server.metrics().tooMany).toBe(4);
    const told = (): unknown[] =>
      stage.log.lines.filter(({ text }) => text.startsWith('too many')).map(({ facts }) => facts['untold']);
    expect(told()).toEqual([0]);
    stage.clock.advance(1000);
    await phone.ask('OPTIONS').response(503);
    expect(told()).toEqual([0, 3]);
  });

  it('does not keep a call from ending', async () => {
    const { inbox } = await client();
    const asked = phone.ask('INVITE', {}, sdp(1));
    const tokens = await inbox.next();
    const socket = connect(stage.server.adminPort, '127.0.0.1');
    stage.onClose(() => socket.destroy());
    socket.write(frame(`1|authenticate|${secret}`));
    const body = Buffer.from(`SIP/2.0 200 OK\r\nContent-Type: application/sdp\r\n\r\n${sdp(2)}`);
    socket.write(frame(`2|sip|${tokens[8]}|`, body));
    const dialog = phone.acknowledge(asked, await asked.response(200));
    for (let n = 0; n < 2; n++) await phone.ask('OPTIONS').response(503);
    expect((await phone.ask('OPTIONS').response(503)).has('retry-after')).toBe(true);
    phone.send(dialog.request('BYE'));
    expect((await inbox.next((one) => one.at(-1)?.includes('BYE') === true)).at(-1)).toContain('BYE');
  });
});

describe('strangers at the admin port', () => {
  beforeEach(() => open());

  it('are 64 at most, and those who know the secret come in', async () => {
    const sockets = Array.from({ length: 80 }, () =>
      connect(stage.server.adminPort, '127.0.0.1').on('error', () => undefined),
    );
    for (const socket of sockets) stage.onClose(() => socket.destroy());
    await soon(() => stage.server.metrics().strangersTurnedAway).toBe(16);
    await client();
    expect(stage.server.metrics().clients).toBeLessThanOrEqual(65);
    expect(stage.log.lines.filter(({ text }) => text === 'client connected').length).toBeLessThan(20);
  });
});

it('an answer that would be longer than a frame may be is not sent', async () => {
  await open();
  const socket = connect(stage.server.adminPort, '127.0.0.1');
  const heard: Buffer[] = [];
  socket.on('data', (chunk) => heard.push(chunk));
  // The number of a message is repeated in its answer.
  socket.write(frame(`${'1'.repeat(99_980)}|ping`));
  await once(socket, 'close');
  expect(Buffer.concat(heard).length).toBe(0);
});

describe('a message', () => {
  beforeEach(() => open());
  const request = (start: string, more = ''): string =>
    `${start}\r\nVia: SIP/2.0/UDP 127.0.0.1:${phone.port};branch=z9hG4bK${Math.random()}\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: ${Math.random()}\r\nCSeq: 1 ${start.split(' ')[0]}\r\n${more}\r\n`;

  it('keeps its octets, whatever they are, and gets the line ends and the version that clients read', async () => {
    const { inbox } = await client();
    phone.raw(Buffer.from(request('MESSAGE sip:b@h sip/2.0', 'X-A: \xe9\xff\r\n').replaceAll('\r\n', '\n'), 'latin1'));
    const tokens = await inbox.next();
    const text = tokens.slice(12).join('|');
    expect(text).toMatch(/^\r\nMESSAGE sip:b@h SIP\/2\.0\r\nVia: /);
    expect(text).not.toMatch(/[^\r]\n/);
    // Two octets that are no UTF-8 stay two octets: the length in front says so.
    expect(Number(tokens[3])).toBe(Buffer.byteLength(text, 'utf8') - 2 - 2 * 2);
  });

  it('whose URI has a scheme of others’ invention is 416, and one with empty Contacts 400', async () => {
    const { inbox } = await client();
    const why = (): unknown => stage.log.lines.findLast(({ text }) => text === 'request refused')?.facts['why'];
    phone.raw(request('MESSAGE soap.beep://h SIP/2.0'));
    await soon(() => stage.server.metrics().refused).toEqual({ 416: 1 });
    for (const contact of ['<sip:a@h>,', ',<sip:a@h>', '<sip:a@h>,,<sip:b@h>']) {
      phone.raw(request('MESSAGE sip:b@h SIP/2.0', `Contact: ${contact}\r\n`));
      await soon(why).toBe('empty Contact');
      stage.log.lines.length = 0;
    }
    for (const scheme of ['sips:b@h', 'tel:+12135550100', 'urn:service:sos']) {
      phone.raw(request(`MESSAGE ${scheme} SIP/2.0`));
      expect((await inbox.next()).at(-1)).toContain(`MESSAGE ${scheme}`);
    }
  });

  it('with routes that are none, or more than any request passes, is 400', async () => {
    await client();
    const route = (value: string): void =>
      phone.raw(request('INVITE sip:b@h SIP/2.0', `Contact: <sip:a@h>\r\nRecord-Route: ${value}\r\n`));
    for (const [n, value] of [
      'sip:h',
      '<http://h>',
      'a',
      Array.from({ length: 257 }, () => '<sip:h>').join(),
    ].entries()) {
      route(value);
      await soon(() => stage.server.metrics().refused).toEqual({ 400: n + 1 });
    }
    route(Array.from({ length: 256 }, () => '<sip:h>').join());
    await soon(() => stage.server.metrics().waitingForClient).toBe(1);
  });
});

import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EslClient } from '#media/embedded/testing/esl-client.ts';
import { FakeServer, type FakeParty } from '#media/embedded/testing/fake-party.ts';
import { InboundEventSocket } from './inbound.ts';

let server: FakeServer;
let party: FakeParty;
let inbound: InboundEventSocket;
beforeEach(async () => {
  server = new FakeServer();
  party = server.party();
  inbound = await InboundEventSocket.listen(server.engine, { host: '127.0.0.1', port: 0, password: 'ClueCon' });
});
afterEach(() => inbound.close());

const client = (): Promise<EslClient> => EslClient.authorised(inbound.port, 'ClueCon');
const reply = async (esl: EslClient, command: string): Promise<string> =>
  (await esl.command(command)).headers['Reply-Text']!;

describe('an inbound connection', () => {
  it('asks for the password and takes the right one only', async () => {
    const esl = await EslClient.open(inbound.port);
    expect((await esl.next()).headers).toEqual({ 'Content-Type': 'auth/request' });
    expect(await reply(esl, 'api status')).toBe('-ERR command not found');
    expect(await reply(esl, 'auth ClueCo')).toBe('-ERR invalid');
    expect((await esl.next()).headers['Content-Type']).toBe('text/disconnect-notice');
    await esl.closed;
    const good = await EslClient.open(inbound.port);
    await good.next();
    expect(await reply(good, 'auth ClueCon')).toBe('+OK accepted');
    good.close();
  });

  it('hears no event before the password', async () => {
    const esl = await EslClient.open(inbound.port);
    await esl.next();
    esl.write('event json ALL\n\n');
    expect((await esl.next()).headers['Reply-Text']).toBe('-ERR command not found');
    inbound.beat();
    expect(await reply(esl, 'auth ClueCon')).toBe('+OK accepted');
    esl.close();
  });

  it('answers many commands in the order they came, however they were cut', async () => {
    const esl = await client();
    const wire = 'api version short\n\napi uuid_exists x\n\nevent json HEARTBEAT\n\napi hostname\n\nexit\n\n';
    for (const c of wire) esl.write(c);
    const answers = [await esl.next(), await esl.next(), await esl.next(), await esl.next(), await esl.next()];
    expect(answers.map(({ headers, body }) => headers['Reply-Text'] ?? body)).toEqual([
      '1.11.1\n',
      'false',
      '+OK event listener enabled json',
      server.engine.bus.hostname,
      '+OK bye',
    ]);
    expect(answers[0]!.headers).toEqual({ 'Content-Type': 'api/response', 'Content-Length': '7' });
    await esl.next();
    await esl.closed;
  });

  it.each([
    ['fly', '-ERR command not found'],
    ['connect', '-ERR command not found'],
    ['event json', '-ERR no keywords supplied'],
    ['event plain HEARTBEAT', '+OK event listener enabled plain'],
    ['filter Unique-ID', '-ERR invalid syntax'],
    ['filter Unique-ID abc', '+OK filter added. [Unique-ID]=[abc]'],
    ['filter delete Unique-ID abc', '+OK filter deleted. [Unique-ID][abc]'],
    ['noevents', '-ERR not listening for events'],
    ['nixevent HEARTBEAT', '+OK events nixed'],
    ['myevents', '-ERR not controlling a session.'],
    ['linger', '-ERR not controlling a session'],
    ['sendmsg nobody\ncall-command: hangup', '-ERR invalid session id [nobody]'],
  ])('answers %j with %j', async (command, answer) => {
    const esl = await client();
    expect(await reply(esl, command)).toBe(answer);
    esl.close();
  });

  it('beats with the headers that the client reads', async () => {
    const esl = await client();
    await esl.command('event json HEARTBEAT');
    inbound.beat();
    const event = await esl.event('HEARTBEAT');
    const wanted =
      'Core-UUID Max-Sessions Session-Count Session-Per-Sec FreeSWITCH-Hostname FreeSWITCH-IPv4 FreeSWITCH-IPv6'.split(
        ' ',
      );
    expect(Object.keys(event)).toEqual(
      expect.arrayContaining([...wanted, 'FreeSWITCH-Version', 'Idle-CPU', 'Event-Sequence']),
    );
    expect(event).toMatchObject({ 'Session-Count': '1', 'Max-Sessions': '100', 'Event-Info': 'System Ready' });
    esl.close();
  });

  it('runs a bgapi and tells its end as BACKGROUND_JOB', async () => {
    const esl = await client();
    await esl.command('event json BACKGROUND_JOB');
    const answer = await esl.command('bgapi uuid_getvar x y\nJob-UUID: my-job');
    expect(answer.headers).toEqual({
      'Content-Type': 'command/reply',
      'Reply-Text': '+OK Job-UUID: my-job',
      'Job-UUID': 'my-job',
    });
    expect(await esl.event('BACKGROUND_JOB')).toMatchObject({
      'Job-UUID': 'my-job',
      'Job-Command': 'uuid_getvar',
      'Job-Command-Arg': 'x y',
      _body: '-ERR No such channel!\n',
    });
    esl.close();
  });

  it('tells everybody an event of a client, which cannot speak for the server', async () => {
    const [esl, other] = [await client(), await client()];
    await other.command('event json CUSTOM my::news');
    const answer = await reply(esl, 'sendevent CUSTOM\nEvent-Subclass: my::news\nMy-Word: a b\nCore-UUID: false');
    expect(await other.event('CUSTOM')).toMatchObject({
      'Event-Subclass': 'my::news',
      'My-Word': 'a b',
      'Event-UUID': answer.slice('+OK '.length),
      'Core-UUID': server.engine.bus.coreUuid,
    });
    expect(await reply(esl, 'sendevent not an event')).toBe('-ERR command not found');
    for (const one of [esl, other]) one.close();
  });

  it('runs applications on a channel by sendmsg, arguments also as a body', async () => {
    const esl = await client();
    await esl.command('event json CHANNEL_EXECUTE_COMPLETE');
    await esl.command(`filter Unique-ID ${party.uuid}`);
    const other = server.party();
    other.execute('set', 'unheard=1');
    await esl.command(
      `sendmsg ${party.uuid}\ncall-command: execute\nexecute-app-name: set\nEvent-UUID: ev-1\nContent-Type: text/plain\nContent-Length: 7\n\na=b c=d`.trimEnd(),
    );
    expect(await esl.event('CHANNEL_EXECUTE_COMPLETE')).toMatchObject({
      'Unique-ID': party.uuid,
      Application: 'set',
      'Application-Data': 'a=b c=d',
      'Application-Response': '_none_',
      'Application-UUID': 'ev-1',
      variable_a: 'b c=d',
    });
    await esl.command(`sendmsg ${party.uuid}\ncall-command: hangup\nhangup-cause: USER_BUSY`);
    expect(party.channel.hangupCause).toBe('USER_BUSY');
    esl.close();
  });

  it('formats plain events with encoded values and a body', async () => {
    const esl = await client();
    await esl.command('event plain CUSTOM my::news');
    server.engine.bus.fire('CUSTOM', { subclass: 'other::news', headers: () => ({}) });
    server.engine.bus.fire('CUSTOM', { subclass: 'my::news', headers: () => ({ Odd: 'a b: é%' }), body: 'hélas\n' });
    const { headers, body } = await esl.next();
    expect(headers['Content-Type']).toBe('text/event-plain');
    expect(Number(headers['Content-Length'])).toBe(Buffer.byteLength(body));
    expect(body).toMatch(/\nOdd: a%20b%3A%20%C3%A9%25\nContent-Length: 7\n\nhélas\n$/);
    esl.close();
  });

  it.each([`${'x'.repeat(70_000)}`, 'sendmsg x\nContent-Length: -1\n\n', 'sendmsg x\nContent-Length: 9999999999\n\n'])(
    'closes the connection on what is no command, and lives on',
    async (bytes) => {
      const esl = await client();
      esl.write(bytes);
      await esl.closed;
      (await client()).close();
    },
  );

  it('cuts off a client that does not read', async () => {
    const socket: Socket = await new Promise((resolve) => {
      const one = connect(inbound.port, '127.0.0.1', () => resolve(one));
    });
    socket.write('auth ClueCon\n\nevent plain CUSTOM big\n\n');
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    await new Promise<void>((resolve) => {
      let seen = '';
      socket.on('data', (piece) => {
        seen += piece.toString();
        if (seen.includes('listener enabled')) resolve();
      });
    });
    socket.pause();
    const body = 'x'.repeat(1_000_000);
    for (let n = 0; n < 40; n += 1) server.engine.bus.fire('CUSTOM', { subclass: 'big', headers: () => ({}), body });
    socket.resume();
    await closed;
    expect(inbound.connections).toBe(0);
  });
});

describe('an outbound connection', () => {
  it('shows the channel, and its end as a disconnect notice after the last events', async () => {
    const controller = createServer();
    await new Promise<void>((resolve) => controller.listen(0, '127.0.0.1', resolve));
    const { port } = controller.address() as AddressInfo;
    party.channel.variables.set('sip_user_agent', 'drachtio-fsmrf:abc');
    const arrived = new Promise<Socket>((resolve) => controller.once('connection', resolve));
    party.channel.apps.reroute([{ app: 'socket', argument: `127.0.0.1:${port} async full` }]);
    const esl = EslClient.of(await arrived);
    const { headers } = await esl.command('connect');
    expect(headers).toMatchObject({
      'Event-Name': 'CHANNEL_DATA',
      'Content-Type': 'command/reply',
      'Reply-Text': '+OK',
      'Socket-Mode': 'async',
      Control: 'full',
      'Unique-ID': party.uuid,
      'Channel-Unique-ID': party.uuid,
      variable_sip_user_agent: 'drachtio-fsmrf%3Aabc',
    });
    const events =
      'CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE CHANNEL_CALLSTATE DTMF SWITCH_EVENT_PLAYBACK_START CUSTOM conference::maintenance';
    expect((await esl.command(`event json ${events}`)).headers['Reply-Text']).toBe('+OK event listener enabled json');
    await esl.command(`filter Unique-ID ${party.uuid}`);
    expect(party.channel.controlled).toBe(true);
    esl.write(
      'sendmsg\ncall-command: execute\nexecute-app-name: hangup\nexecute-app-arg: CALL_REJECTED\nevent-uuid: h\n\n',
    );
    expect((await esl.event('CHANNEL_EXECUTE'))['Application']).toBe('hangup');
    expect(await esl.event('CHANNEL_CALLSTATE')).toMatchObject({
      'Channel-Call-State': 'HANGUP',
      'Hangup-Cause': 'CALL_REJECTED',
    });
    let message = await esl.next();
    const seen: string[] = [];
    for (; message.headers['Content-Type'] === 'text/event-json'; message = await esl.next()) {
      const event = JSON.parse(message.body) as Record<string, string>;
      seen.push(`${event['Event-Name']} ${event['Application']}`);
    }
    expect(seen).toEqual(['CHANNEL_EXECUTE_COMPLETE hangup']);
    expect(message.headers).toMatchObject({
      'Content-Type': 'text/disconnect-notice',
      'Controlled-Session-UUID': party.uuid,
      'Content-Disposition': 'disconnect',
    });
    await esl.closed;
    controller.close();
  });

  it('that cannot be made, or breaks, ends the channel that waited for it', async () => {
    const controller = createServer();
    await new Promise<void>((resolve) => controller.listen(0, '127.0.0.1', resolve));
    const { port } = controller.address() as AddressInfo;
    const arrived = new Promise<Socket>((resolve) => controller.once('connection', resolve));
    party.channel.apps.reroute([{ app: 'socket', argument: `127.0.0.1:${port} async full` }]);
    const esl = EslClient.of(await arrived);
    await esl.command('connect');
    server.run(1);
    expect(party.channel.hangupCause).toBeUndefined();
    esl.close();
    await new Promise<void>((resolve) => controller.close(() => resolve()));
    while (party.channel.controlled) await new Promise((resolve) => setImmediate(resolve));
    server.run(1);
    expect(party.channel.hangupCause).toBe('NORMAL_CLEARING');
    const refused = server.party();
    refused.channel.apps.reroute([{ app: 'socket', argument: `127.0.0.1:${port} async full` }]);
    while (refused.channel.controlled) await new Promise((resolve) => setImmediate(resolve));
    server.run(1);
    expect(refused.channel.hangupCause).toBe('NORMAL_CLEARING');
  });
});

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WavReader } from '#media/audio/wav-reader.ts';
import { WavWriter } from '#media/audio/wav-writer.ts';
import { parseTone, ToneFault, ToneRound } from '#media/audio/tone.ts';
import { InboundEventSocket } from './event-socket/inbound.ts';
import { CommandFault, CommandReader, LONGEST, LONGEST_OF_STRANGERS } from './event-socket/command-reader.ts';
import { EslClient } from './testing/esl-client.ts';
import { FakeServer, type FakeParty } from './testing/fake-party.ts';
import { SoundFolder } from './testing/fake-sounds.ts';

const folder = new SoundFolder();
afterAll(() => folder.remove());
let server: FakeServer;
let party: FakeParty;
beforeEach(() => {
  server = new FakeServer();
  party = server.party();
});

describe('strangers at the event socket', () => {
  let inbound: InboundEventSocket;
  beforeEach(async () => {
    inbound = await InboundEventSocket.listen(server.engine, { host: '127.0.0.1', port: 0, password: 'ClueCon' });
  });
  afterEach(() => inbound.close());

  it('have one guess a connection', async () => {
    const esl = await EslClient.open(inbound.port);
    await esl.next();
    esl.write(`auth wrong\n\nauth ClueCon\n\napi uuid_kill ${party.uuid}\n\n`);
    expect((await esl.next()).headers['Reply-Text']).toBe('-ERR invalid');
    expect((await esl.next()).headers['Content-Type']).toBe('text/disconnect-notice');
    await esl.closed;
    expect(party.channel.hangupCause).toBeUndefined();
  });

  it('are cut off when they say more than a password', async () => {
    for (const octets of ['x'.repeat(1100), 'auth x\ncontent-length: 1\n\n', `auth ${'x'.repeat(1100)}\n\n`]) {
      const esl = await EslClient.open(inbound.port);
      esl.write(octets);
      await esl.closed;
    }
    expect(inbound.connections).toBe(0);
  });

  it('are 64 at most; who knows the password comes in and is not one of them', async () => {
    const sockets = Array.from({ length: 80 }, () => connect(inbound.port, '127.0.0.1').on('error', () => undefined));
    await expect.poll(() => inbound.strangersTurnedAway).toBe(16);
    const known = await EslClient.authorised(inbound.port, 'ClueCon');
    const more = Array.from({ length: 64 }, () => connect(inbound.port, '127.0.0.1').on('error', () => undefined));
    await expect.poll(() => inbound.strangersTurnedAway).toBe(16 + 1 + 63);
    expect((await known.command('api hostname')).body).toBe(server.engine.bus.hostname);
    const long = `api ${'x'.repeat(60_000)}`;
    expect((await known.command(long)).body).toContain('Command not found');
    for (const socket of [...sockets, ...more]) socket.destroy();
    known.close();
  });
});

describe('reading commands', () => {
  it('takes as much as it is told, to the octet', () => {
    const read = (reader: CommandReader, text: string): unknown[] => [...reader.read(Buffer.from(text))];
    expect(() => read(new CommandReader(LONGEST_OF_STRANGERS), `${'x'.repeat(1025)}\n\n`)).toThrow(CommandFault);
    expect(read(new CommandReader(LONGEST_OF_STRANGERS), `${'x'.repeat(1024)}\n\n`)).toHaveLength(1);
    expect(() => read(new CommandReader(), `${'x'.repeat(LONGEST.head + 1)}`)).toThrow(CommandFault);
    expect(() => read(new CommandReader(), `a\ncontent-length: ${LONGEST.body + 1}\n\n`)).toThrow(CommandFault);
    expect(read(new CommandReader(), `a\ncontent-length: ${LONGEST.body}\n\n${'y'.repeat(LONGEST.body)}`)).toHaveLength(
      1,
    );
  });

  it('of a megabyte in small pieces takes no longer than it should', () => {
    const reader = new CommandReader();
    const found = [...reader.read(Buffer.from(`a\ncontent-length: ${LONGEST.body}\n\n`))];
    const piece = Buffer.alloc(64, 0x79);
    const start = process.cpuUsage().user;
    for (let at = 0; at < LONGEST.body; at += piece.length) found.push(...reader.read(piece));
    expect(found).toHaveLength(1);
    // Copied anew for each piece it would be eight gigabytes.
    expect((process.cpuUsage(undefined).user - start) / 1000).toBeLessThan(400);
  });
});

describe('keys', () => {
  it('that come faster than anybody presses them are left out, and counted', () => {
    const press = (count: number): void => {
      for (let n = 0; n < count; n++) party.channel.keys.pressed({ digit: '1', duration: 800, source: 'RTP' });
    };
    party.execute('sleep', '100000');
    press(60);
    expect(server.seen('DTMF')).toHaveLength(50);
    expect(party.channel.keys.leftOut).toBe(10);
    server.nowMs += 1000;
    press(1);
    expect(server.seen('DTMF')).toHaveLength(51);
    server.api(`uuid_recv_dtmf ${party.uuid} ${'2'.repeat(60)}`);
    expect(server.seen('DTMF')).toHaveLength(111);
    party.channel.hangup('NORMAL_CLEARING');
    expect(server.engine.past.keysLeftOut).toBe(10);
  });
});

describe('what would never come to an end', () => {
  it('is a tone without a sample', () => {
    expect(() => new ToneRound(parseTone('%(0.01,0,400);loops=-1'), 8000)).toThrow(ToneFault);
    expect(() => new ToneRound(parseTone('l=100;%(0.05,0.05,400)'), 8000)).toThrow(ToneFault);
    expect(new ToneRound(parseTone('%(0.1,0,400)'), 8000)).toHaveLength(1);
    expect(() => parseTone('l=100;%(1,0,400);'.repeat(11))).toThrow('too many tones');
    expect(parseTone('l=100;%(1,0,400);'.repeat(10)).elements).toHaveLength(1000);
  });

  it('is a pipe that nobody writes into, or reads from', () => {
    const pipe = join(folder.path, 'pipe.wav');
    execFileSync('mkfifo', [pipe]);
    expect(() => WavReader.open(pipe)).toThrow('not a file');
    expect(() => new WavWriter(pipe, { channels: 1, rate: 8000 })).toThrow('ENXIO');
  });

  it('is an application that takes no time and is to be repeated', () => {
    party.execute('set', 'a=1', { loops: -1 });
    party.execute('set', 'b=2', { loops: 1_000_000 });
    expect(server.seen('CHANNEL_EXECUTE')).toHaveLength(3);
    server.run(2);
    expect(party.channel.hangupCause).toBeUndefined();
  });
});

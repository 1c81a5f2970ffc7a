import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { coded, linear, namedFrames, SoundFolder, voiceFrame } from './testing/fake-sounds.ts';
import { FakeServer, PLAIN_AGREEMENT, type FakeParty } from './testing/fake-party.ts';

const folder = new SoundFolder();
afterAll(() => folder.remove());

let server: FakeServer;
let caller: FakeParty;
let called: FakeParty;

const CALLER = 1;
const CALLED = 2;
const WARNING = 3;

/** Both talk for so many frames; `from` numbers the first. */
const talk = (frames: number, from = 0): void =>
  server.run(frames, (n) => {
    caller.say(voiceFrame(CALLER, from + n));
    called.say(voiceFrame(CALLED, from + n));
  });
const names = (party: FakeParty, voices: readonly number[], from = 0): string[] =>
  party.heard.slice(from).flatMap((codes) => namedFrames(linear(codes), voices));
const voiceOf = (voice: number, from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, n) => `v${voice}:${from + n}`);

beforeEach(() => {
  server = new FakeServer();
  caller = server.party();
  called = server.party();
});

describe('a bridge', () => {
  it('carries every code of each party to the other, unchanged and in order', () => {
    expect(server.api(`uuid_bridge ${caller.uuid} ${called.uuid}`)).toBe(`+OK ${called.uuid}\n`);
    talk(40);
    const expected = Array.from({ length: 39 }, (_, n) => Buffer.from(voiceFrame(CALLER, n)));
    expect(called.heard).toEqual(expected);
    expect(caller.heard.map((codes) => codes[0])).toEqual(Array.from({ length: 39 }, () => CALLED * 4));
  });

  it('writes one continuous stream: sequence, timestamp and SSRC run on from what was played before', () => {
    called.execute('playback', 'silence_stream://100');
    server.run(8);
    server.api(`uuid_bridge ${caller.uuid} ${called.uuid}`);
    talk(20);
    server.api(`uuid_transfer ${caller.uuid} -both park inline`);
    server.run(5);
    const { packets } = called;
    for (const [n, packet] of packets.entries()) {
      const first = packets[0]!;
      expect(packet.ssrc).toBe(first.ssrc);
      expect(packet.sequence).toBe((first.sequence + n) & 0xffff);
      expect(packet.timestamp).toBe((first.timestamp + n * 160) >>> 0);
      expect(packet.marker).toBe(n === 0);
    }
    expect(packets.length).toBeGreaterThan(28);
  });

  it('passes keys on as telephone events and tells of them, unless told to filter', () => {
    server.api(`uuid_bridge ${caller.uuid} ${called.uuid}`);
    talk(5);
    caller.press('7');
    server.run(12);
    const events = called.packets.filter((packet) => packet.payloadType === 101);
    expect(events.map((packet) => packet.payload[0])).toEqual([7, 7, 7, 7, 7, 7, 7]);
    expect(events.map((packet) => (packet.payload[1]! & 0x80) !== 0)).toEqual([
      false,
      false,
      false,
      false,
      true,
      true,
      true,
    ]);
    expect(new Set(events.map((packet) => packet.timestamp)).size).toBe(1);
    expect(
      server.seen('DTMF').map((event) => [event['Unique-ID'], event['DTMF-Digit'], event['DTMF-Duration']]),
    ).toEqual([[caller.uuid, '7', '800']]);
    server.api(`uuid_drop_dtmf ${called.uuid} on mask_digits *`);
    caller.press('8');
    server.run(12);
    expect(called.packets.filter((packet) => packet.payloadType === 101).at(-1)!.payload[0]).toBe(10);
    server.api(`uuid_drop_dtmf ${called.uuid} on mask_file x`);
    caller.press('9');
    server.run(12);
    expect(called.packets.filter((packet) => packet.payloadType === 101)).toHaveLength(14);
  });

  it('does not pass keys on when bridge_filter_dtmf was set where they come in', () => {
    caller.channel.variables.set('bridge_filter_dtmf', 'true');
    server.api(`uuid_bridge ${caller.uuid} ${called.uuid}`);
    caller.press('7');
    server.run(12);
    expect(called.packets.filter((packet) => packet.payloadType === 101)).toHaveLength(0);
    expect(server.seen('DTMF')).toHaveLength(1);
  });

  it('transcodes between mu-law and A-law', () => {
    const other = server.party({ ...PLAIN_AGREEMENT, law: 'PCMA', audioType: 8 });
    server.api(`uuid_bridge ${caller.uuid} ${other.uuid}`);
    server.run(10, (n) => caller.say(voiceFrame(CALLER, n)));
    const packet = other.packets.find((one) => one.payloadType === 8 && one.payload[0] !== 0xd5)!;
    // 0x04 in mu-law is -28028; the nearest A-law value is -28160
    expect(packet.payload[0]).toBe(0x2a ^ 0x04);
  });

  it('leaves the other one parked when one hangs up, and it can be played to', () => {
    server.api(`uuid_bridge ${caller.uuid} ${called.uuid}`);
    talk(5);
    server.api(`uuid_kill ${caller.uuid} USER_BUSY`);
    expect(called.channel.hangupCause).toBeUndefined();
    expect(called.channel.state).toBe('CS_PARK');
    called.execute('playback', folder.voice('after.wav', WARNING, 3));
    server.run(6);
    expect(names(called, [WARNING]).slice(-6)).toEqual(['v3:0', 'v3:1', 'v3:2', '-', '-', '-']);
    expect(server.api(`uuid_exists ${caller.uuid}`)).toBe('false');
  });

  it('hangs the other one up without park_after_bridge', () => {
    called.channel.variables.set('park_after_bridge', 'false');
    server.api(`uuid_bridge ${caller.uuid} ${called.uuid}`);
    server.api(`uuid_kill ${caller.uuid}`);
    expect(called.channel.hangupCause).toBe('NORMAL_CLEARING');
  });

  it('stops while something is played on top, and goes on after it', () => {
    server.api(`uuid_bridge ${caller.uuid} ${called.uuid}`);
    talk(5);
    const file = folder.voice('broadcast.wav', WARNING, 4);
    expect(server.api(`uuid_broadcast ${caller.uuid} ${file} both`)).toBe('+OK Message sent\n');
    const before = [caller.heard.length, called.heard.length];
    talk(8, 5);
    for (const [party, voice, from] of [
      [caller, CALLED, before[0]],
      [called, CALLER, before[1]],
    ] as const) {
      const heard = names(party, [WARNING, voice], from);
      expect(heard.slice(0, 4)).toEqual(voiceOf(WARNING, 0, 4));
      expect(heard.slice(4).every((name) => name.startsWith(`v${voice}:`))).toBe(true);
    }
  });

  it('refuses unknown and unanswered channels', () => {
    expect(server.api(`uuid_bridge ${caller.uuid} nobody`)).toBe('-ERR Invalid uuid\n');
    expect(server.api(`uuid_bridge ${caller.uuid} ${caller.uuid}`)).toBe('-ERR Invalid uuid\n');
    expect(server.api(`uuid_bridge ${caller.uuid}`)).toMatch(/^-USAGE/);
    called.channel.times.answered = 0;
    expect(server.api(`uuid_bridge ${caller.uuid} ${called.uuid}`)).toBe('-ERR Invalid uuid\n');
  });
});

describe('a recording of a bridge', () => {
  const record = (name: string): string => {
    const path = folder.file(name);
    caller.channel.variables.set('RECORD_STEREO', 'true');
    expect(server.api(`uuid_record ${caller.uuid} start ${path}`)).toBe('+OK Success\n');
    return path;
  };
  const stop = (path: string): void => {
    expect(server.api(`uuid_record ${caller.uuid} stop ${path}`)).toBe('+OK Success\n');
  };

  it('holds on the left what the party says and on the right what it hears, sample by sample, on one grid', () => {
    server.api(`uuid_bridge ${caller.uuid} ${called.uuid}`);
    const path = record('talk.wav');
    talk(60);
    stop(path);
    const file = folder.read(path);
    expect(file.channels).toBe(2);
    expect(file.headerBytes).toBe(61 * 640);
    // the first 20 ms of both wait in the jitter buffers; the called party's clock ticks after the caller's
    expect(namedFrames(file.lanes[0]!, [CALLER, CALLED])).toEqual(['-', ...voiceOf(CALLER, 0, 59), '-']);
    expect(namedFrames(file.lanes[1]!, [CALLER, CALLED])).toEqual(['-', '-', ...voiceOf(CALLED, 0, 59)]);
  });

  it('loses nothing and shifts nothing when one party stalls and then catches up', () => {
    server.api(`uuid_bridge ${caller.uuid} ${called.uuid}`);
    const path = record('stall.wav');
    talk(10);
    server.run(6, (n) => caller.say(voiceFrame(CALLER, 10 + n)));
    for (let n = 0; n < 6; n += 1) called.say(voiceFrame(CALLED, 10 + n));
    talk(30, 16);
    stop(path);
    const file = folder.read(path);
    expect(namedFrames(file.lanes[0]!, [CALLER])).toEqual(['-', ...voiceOf(CALLER, 0, 45), '-']);
    expect(namedFrames(file.lanes[1]!, [CALLED])).toEqual(['-', '-', ...voiceOf(CALLED, 0, 45)]);
    expect(names(caller, [CALLED]).filter((name) => name !== '-')).toEqual(voiceOf(CALLED, 0, 45));
  });

  it('holds silence in the place of lost frames', () => {
    server.api(`uuid_bridge ${caller.uuid} ${called.uuid}`);
    const path = record('lost.wav');
    server.run(20, (n) => {
      if (n === 7 || n === 8) caller.lose();
      else caller.say(voiceFrame(CALLER, n));
      called.say(voiceFrame(CALLED, n));
    });
    stop(path);
    const left = namedFrames(folder.read(path).lanes[0]!, [CALLER]);
    expect(left).toEqual(['-', ...voiceOf(CALLER, 0, 7), '-', '-', ...voiceOf(CALLER, 9, 19), '-']);
  });

  it('is zeros while masked, keeps its length, and leaves paused time out', () => {
    server.api(`uuid_bridge ${caller.uuid} ${called.uuid}`);
    const path = record('mask.wav');
    talk(10);
    expect(server.api(`uuid_record ${caller.uuid} mask ${path}`)).toBe('+OK Success\n');
    talk(5, 10);
    expect(server.api(`uuid_record ${caller.uuid} unmask ${path}`)).toBe('+OK Success\n');
    talk(5, 15);
    expect(server.api(`uuid_record ${caller.uuid} pause ${path}`)).toBe('+OK Success\n');
    talk(7, 20);
    expect(server.api(`uuid_record ${caller.uuid} resume ${path}`)).toBe('+OK Success\n');
    talk(3, 27);
    stop(path);
    const expected = (voice: number): string[] => [
      ...voiceOf(voice, 0, 9),
      ...Array.from({ length: 5 }, () => '-'),
      ...voiceOf(voice, 14, 19),
      ...voiceOf(voice, 26, 29),
    ];
    const { lanes } = folder.read(path);
    expect(namedFrames(lanes[0]!, [CALLER])).toEqual(['-', ...expected(CALLER), '-']);
    expect(namedFrames(lanes[1]!, [CALLED])).toEqual(['-', '-', ...expected(CALLED)]);
  });

  it.each([
    ['mf', true],
    ['m', false],
  ])(
    'with a warning laid over as %s contains it: %s; the party hears it mixed into the talk either way',
    (flags, contained) => {
      server.api(`uuid_bridge ${caller.uuid} ${called.uuid}`);
      const path = record(`warning-${flags}.wav`);
      const warning = folder.voice('warning.wav', WARNING, 5);
      talk(10);
      expect(server.api(`uuid_displace ${caller.uuid} start ${warning} 0 ${flags}`)).toBe('+OK Success\n');
      expect(server.api(`uuid_displace ${caller.uuid} start ${warning} 0 ${flags}`)).toBe(
        '-ERR Cannot displace session!\n',
      );
      talk(10, 10);
      stop(path);
      const mixed = (n: number): Int16Array => {
        const [voice, sound] = [linear(voiceFrame(CALLED, 9 + n)), linear(voiceFrame(WARNING, n))];
        return voice.map((sample, i) => Math.max(-32768, Math.min(32767, sample + sound[i]!)));
      };
      expect(caller.heard.slice(9, 14)).toEqual(Array.from({ length: 5 }, (_, n) => coded(mixed(n))));
      expect(names(caller, [CALLED], 14)).toEqual(voiceOf(CALLED, 14, 19));
      const right = folder.read(path).lanes[1]!;
      const expected = Array.from({ length: 5 }, (_, n) => (contained ? mixed(n) : linear(voiceFrame(CALLED, 9 + n))));
      expect(right.slice(11 * 160, 16 * 160)).toEqual(Int16Array.from(expected.flatMap((samples) => [...samples])));
      expect(namedFrames(folder.read(path).lanes[0]!, [CALLER])).toEqual(['-', ...voiceOf(CALLER, 0, 19), '-']);
      // it ended by itself: the same file can be laid over again
      expect(server.api(`uuid_displace ${caller.uuid} start ${warning} 0 ${flags}`)).toBe('+OK Success\n');
      expect(server.api(`uuid_displace ${caller.uuid} stop ${warning}`)).toBe('+OK Success\n');
    },
  );

  it('lets a party hear the warning although nobody talks to it', () => {
    server.api(`uuid_bridge ${caller.uuid} ${called.uuid}`);
    server.run(20);
    const before = caller.heard.length;
    server.api(`uuid_displace ${caller.uuid} start ${folder.voice('alone.wav', WARNING, 4)} 0 mf`);
    server.run(8);
    expect(names(caller, [WARNING], before).filter((name) => name !== '-')).toEqual(voiceOf(WARNING, 0, 4));
  });

  it('replaces the talk without m, and what others hear with r', () => {
    server.api(`uuid_bridge ${caller.uuid} ${called.uuid}`);
    talk(10);
    server.api(`uuid_displace ${caller.uuid} start ${folder.voice('replace.wav', WARNING, 3)} 0 r`);
    talk(6, 10);
    expect(names(called, [CALLER, WARNING], 9)).toEqual(['v3:0', 'v3:1', 'v3:2', 'v1:12', 'v1:13', 'v1:14']);
  });
});

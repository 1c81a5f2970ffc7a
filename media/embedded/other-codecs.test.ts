import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { encode } from '#media/audio/g711.ts';
import { G722Decoder, G722Encoder } from '#media/audio/g722.ts';
import { Opus } from '#media/audio/opus.ts';
import { FakeServer, PLAIN_AGREEMENT, type FakeParty } from './testing/fake-party.ts';
import { coded, linear, SoundFolder } from './testing/fake-sounds.ts';

const folder = new SoundFolder();
afterAll(() => folder.remove());

const wave = (hertz: number, rate: number, from: number, length: number): Int16Array =>
  Int16Array.from({ length }, (_, i) => Math.round(9000 * Math.sin((2 * Math.PI * hertz * (from + i)) / rate)));
const level = (samples: Int16Array): number =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
/** How often it changes its sign in a second, halved: the frequency of a tone. */
const hertzOf = (samples: Int16Array, rate: number): number => {
  let changes = 0;
  for (let i = 1; i < samples.length; i += 1) if (samples[i]! < 0 !== samples[i - 1]! < 0) changes += 1;
  return (changes * rate) / (2 * samples.length);
};
const together = (frames: readonly Int16Array[]): Int16Array => Int16Array.from(frames.flatMap((frame) => [...frame]));
const payloads = (party: FakeParty, from: number): Buffer[] =>
  party.packets
    .slice(from)
    .filter((packet) => packet.payloadType === 0)
    .map((packet) => packet.payload);

describe('G.722', () => {
  it('is heard by a G.711 phone and hears it, each packet 160 bytes and 160 units after the one before', () => {
    const server = new FakeServer();
    const wide = server.party({ ...PLAIN_AGREEMENT, codec: 'G722' });
    const narrow = server.party();
    server.api(`uuid_bridge ${wide.uuid} ${narrow.uuid}`);
    const encoder = new G722Encoder();
    server.run(60, (n) => {
      const bytes = new Uint8Array(160);
      encoder.encode(wave(1000, 16_000, n * 320, 320), 160, bytes, 0);
      wide.say(bytes);
      narrow.say(coded(wave(600, 8000, n * 160, 160)));
    });
    const heard = together(payloads(narrow, 10).map(linear));
    expect(level(heard) / 6364).toBeCloseTo(1, 1);
    expect(hertzOf(heard, 8000)).toBeCloseTo(1000, -2);
    const sent = payloads(wide, 0);
    expect(sent.every((payload) => payload.length === 160)).toBe(true);
    const decoder = new G722Decoder();
    const out = sent.map((payload) => {
      const samples = new Int16Array(320);
      decoder.decode(payload, 0, 160, samples);
      return samples;
    });
    expect(level(together(out.slice(10))) / 6364).toBeCloseTo(1, 1);
    expect(hertzOf(together(out.slice(10)), 16_000)).toBeCloseTo(600, -2);
    const times = wide.packets.filter((packet) => packet.payloadType === 0).map((packet) => packet.timestamp);
    expect(new Set(times.slice(5).map((time, n) => time - times[n + 4]!))).toEqual(new Set([160]));
  });

  it('is told as what it is, and keys go on beside it', () => {
    const server = new FakeServer();
    const wide = server.party({ ...PLAIN_AGREEMENT, codec: 'G722' });
    wide.execute('set', 'x=y');
    const [event] = server.seen('CHANNEL_EXECUTE').slice(-1);
    expect([event!['Channel-Read-Codec-Name'], event!['Channel-Read-Codec-Rate']]).toEqual(['G722', '16000']);
    wide.press('5');
    server.run(3);
    expect(server.seen('DTMF').map((digit) => digit['DTMF-Digit'])).toEqual(['5']);
  });

  it('that stalls goes on in the same stream, as G.711 does', () => {
    const server = new FakeServer();
    const wide = server.party({ ...PLAIN_AGREEMENT, codec: 'G722' });
    const narrow = server.party();
    server.api(`uuid_bridge ${wide.uuid} ${narrow.uuid}`);
    const say = (): void => wide.say(new Uint8Array(160).fill(0xd5));
    server.run(10, say);
    server.run(15);
    server.run(10, say);
    const packets = narrow.packets.slice(3).filter((packet) => packet.payloadType === 0);
    expect(packets.filter((packet) => packet.marker)).toHaveLength(0);
    expect(new Set(packets.slice(1).map((packet, n) => packet.timestamp - packets[n]!.timestamp))).toEqual(
      new Set([160]),
    );
  });

  it('agreed on anew goes on where it was', () => {
    const talk = (again: boolean): Buffer[] => {
      const server = new FakeServer();
      const wide = server.party({ ...PLAIN_AGREEMENT, codec: 'G722' });
      const narrow = server.party();
      server.api(`uuid_bridge ${wide.uuid} ${narrow.uuid}`);
      server.run(30, (n) => {
        if (again && n === 15) wide.channel.leg.agree({ ...PLAIN_AGREEMENT, codec: 'G722' });
        narrow.say(coded(wave(600, 8000, n * 160, 160)));
      });
      return payloads(wide, 0);
    };
    expect(talk(true)).toEqual(talk(false));
  });

  it('given up for G.711, that is spoken', () => {
    const server = new FakeServer();
    const wide = server.party({ ...PLAIN_AGREEMENT, codec: 'G722' });
    server.run(3);
    const from = wide.packets.length;
    wide.channel.leg.agree(PLAIN_AGREEMENT);
    server.run(3);
    expect(payloads(wide, from).every((payload) => payload.every((code) => code === 0xff))).toBe(true);
  });
});

describe('L16', () => {
  const bytesOf = (samples: Int16Array): Uint8Array =>
    Uint8Array.from([...samples].flatMap((sample) => [(sample >> 8) & 0xff, sample & 0xff]));

  it('is heard by a G.711 phone, and gets its 16 bits', () => {
    const server = new FakeServer();
    const exact = server.party({ ...PLAIN_AGREEMENT, codec: 'L16' });
    const narrow = server.party();
    server.api(`uuid_bridge ${exact.uuid} ${narrow.uuid}`);
    server.run(40, (n) => {
      // its timestamps count samples, of two bytes each
      exact.say(bytesOf(wave(500, 8000, n * 160, 160)), 160);
      narrow.say(coded(wave(700, 8000, n * 160, 160)));
    });
    const expected = Buffer.alloc(160);
    encode('PCMU', wave(500, 8000, 0, 160), 160, expected, 0);
    const heard = payloads(narrow, 10);
    expect(heard.length).toBeGreaterThan(20);
    expect(heard.every((payload) => payload.equals(expected))).toBe(true);
    const sent = payloads(exact, 10);
    expect(sent.every((payload) => payload.length === 320)).toBe(true);
    const samples = together(
      sent.map((payload) => Int16Array.from({ length: 160 }, (_, i) => payload.readInt16BE(2 * i))),
    );
    expect(hertzOf(samples, 8000)).toBeCloseTo(700, -2);
    expect(linear(coded(samples.slice(0, 160)))).toEqual(samples.slice(0, 160));
  });

  it('of half a sample is nothing', () => {
    const server = new FakeServer();
    const exact = server.party({ ...PLAIN_AGREEMENT, codec: 'L16' });
    exact.say(Uint8Array.of(1), 0);
    server.run(5);
    expect(exact.channel.leg.counts.packetsIn).toBe(1);
  });
});

describe('Opus', () => {
  const OPUS = { ...PLAIN_AGREEMENT, codec: 'OPUS', eventRate: 48_000 } as const;
  /** What a browser with Opus says, frame by frame. */
  const speaker = (hertz: number): ((n: number) => Uint8Array) => {
    const opus = new Opus();
    opened.push(opus);
    return (n) => {
      const packet = new Uint8Array(400);
      return packet.slice(0, opus.encode(wave(hertz, 8000, n * 160, 160), packet, 0));
    };
  };
  const opened: Opus[] = [];
  afterEach(() => {
    for (const opus of opened.splice(0)) opus.close();
  });
  const ears = (packets: readonly Buffer[]): Int16Array => {
    const opus = new Opus();
    opened.push(opus);
    return together(
      packets.map((payload) => {
        const samples = new Int16Array(960);
        return samples.slice(0, opus.decode(payload, samples));
      }),
    );
  };

  it('is heard by a G.711 phone and hears it, each packet 960 units of 48 kHz after the one before', () => {
    const server = new FakeServer();
    const browser = server.party(OPUS);
    const narrow = server.party();
    server.api(`uuid_bridge ${browser.uuid} ${narrow.uuid}`);
    const say = speaker(1000);
    server.run(60, (n) => {
      browser.say(say(n), 960);
      narrow.say(coded(wave(600, 8000, n * 160, 160)));
    });
    const heard = together(payloads(narrow, 15).map(linear));
    expect(level(heard) / 6364).toBeCloseTo(1, 0);
    expect(hertzOf(heard, 8000)).toBeCloseTo(1000, -2);
    const times = narrow.packets.filter((packet) => packet.payloadType === 0).map((packet) => packet.timestamp);
    expect(new Set(times.slice(5).map((time, n) => time - times[n + 4]!))).toEqual(new Set([160]));
    expect(narrow.channel.leg.jitter.counts.lost + browser.channel.leg.jitter.counts.lost).toBe(0);
    const sent = payloads(browser, 0);
    expect(hertzOf(ears(sent.slice(10)), 8000)).toBeCloseTo(600, -2);
    const spoken = browser.packets.filter((packet) => packet.payloadType === 0).map((packet) => packet.timestamp);
    expect(new Set(spoken.slice(5).map((time, n) => (time - spoken[n + 4]!) >>> 0))).toEqual(new Set([960]));
  });

  it('is told as what it is; its keys have the durations of its clock, ours to it as well', () => {
    const server = new FakeServer();
    const browser = server.party(OPUS);
    browser.execute('set', 'x=y');
    const [event] = server.seen('CHANNEL_EXECUTE').slice(-1);
    expect([event!['Channel-Read-Codec-Name'], event!['Channel-Read-Codec-Rate']]).toEqual(['opus', '48000']);
    browser.press('5', 4800);
    server.run(3);
    expect(server.seen('DTMF').map((digit) => [digit['DTMF-Digit'], digit['DTMF-Duration']])).toEqual([['5', '800']]);
    browser.channel.leg.sendDigit('3', 1600);
    server.run(20);
    const events = browser.packets.filter((packet) => packet.payloadType === 101);
    const durations = events.map(({ payload }) => payload.readUInt16BE(2));
    expect(durations.slice(0, 3)).toEqual([960, 1920, 2880]);
    expect(durations.at(-1)).toBe(9600);
    expect(new Set(events.map(({ timestamp }) => timestamp)).size).toBe(1);
    const before = browser.packets.find(({ payloadType }) => payloadType === 0)!;
    expect(((events[0]!.timestamp - before.timestamp) >>> 0) % 960).toBe(0);
    browser.channel.leg.sendDigit('4', 16_000);
    server.run(120);
    expect(browser.packets.at(-1)!.payloadType === 101 || payloads(browser, 0).length > 0).toBe(true);
    const long = browser.packets
      .filter((packet) => packet.payloadType === 101)
      .map(({ payload }) => payload.readUInt16BE(2));
    expect(Math.max(...long)).toBe(0xffff);
  });

  it('that comes late is left out, once; what is lost is concealed for who wants samples', () => {
    const server = new FakeServer();
    const browser = server.party(OPUS);
    const narrow = server.party();
    server.api(`uuid_bridge ${browser.uuid} ${narrow.uuid}`);
    const say = speaker(800);
    const path = folder.file('opus.wav');
    server.api(`uuid_record ${browser.uuid} start ${path}`);
    server.run(80, (n) => {
      const frame = say(n);
      if (n === 40 || n === 50) browser.lose(960);
      else browser.say(frame, 960);
    });
    server.api(`uuid_record ${browser.uuid} stop ${path}`);
    expect(browser.channel.leg.jitter.counts.lost).toBe(2);
    const lane = folder.read(path).lanes[0]!;
    // the second loss is concealed (the first of a call stays a gap)
    const around = lane.slice(46 * 160, 56 * 160);
    expect(level(around) / 6364).toBeGreaterThan(0.7);
  });

  it('gives what it was made of back when the call ends', () => {
    const server = new FakeServer();
    const browser = server.party(OPUS);
    const closed = vi.spyOn(Opus.prototype, 'close');
    browser.channel.hangup('NORMAL_CLEARING');
    expect(closed).toHaveBeenCalledTimes(1);
    const other = server.party(OPUS);
    other.channel.leg.agree(PLAIN_AGREEMENT);
    expect(closed).toHaveBeenCalledTimes(2);
    closed.mockRestore();
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RTP_HEADER_BYTES, writeRtpHeader } from '#media/rtp/packet.ts';
import { writeEvent } from '#media/rtp/telephone-event.ts';
import { Ear } from './ear.ts';
import { encoded, type Audio } from './reference.ts';
import { babble, repeated, sequence, silence, tone } from './sound.ts';

interface Packet {
  readonly bytes: Buffer;
  readonly dueMs: number;
}

interface Sending {
  readonly ssrc?: number;
  readonly sequence?: number;
  readonly timestamp?: number;
  readonly startMs?: number;
  readonly law?: 'PCMU' | 'PCMA';
}

/** A sound as a sender would packet it, one each 20 ms from `startMs`. */
const packets = (audio: Audio, options: Sending = {}): Packet[] => {
  const { ssrc = 7, sequence: first = 65_530, timestamp = 0xffff_f000, startMs = 1000, law = 'PCMU' } = options;
  const bytes = encoded(audio, law);
  return Array.from({ length: Math.floor(bytes.length / 160) }, (_, i) => {
    const packet = Buffer.alloc(RTP_HEADER_BYTES + 160);
    const type = law === 'PCMU' ? 0 : 8;
    writeRtpHeader(packet, i === 0, type, (first + i) & 0xffff, (timestamp + 160 * i) >>> 0, ssrc);
    packet.set(bytes.subarray(160 * i, 160 * (i + 1)), RTP_HEADER_BYTES);
    return { bytes: packet, dueMs: startMs + 20 * i };
  });
};

const take = (ear: Ear, all: readonly Packet[]): void =>
  all.forEach(({ bytes, dueMs }) => ear.take(bytes, dueMs, there));

const there = { address: '127.0.0.1', port: 4000 };
const prompt = sequence(silence(100), babble({ ms: 900, seed: 3 }), silence(40));

test('a prompt is found at the arrival of its first audible sample', () => {
  const ear = new Ear();
  take(ear, packets(sequence(silence(500), prompt, silence(200))));
  const heard = ear.heard(prompt);
  // 500 ms of silence, then the prompt's own 100 ms: the packet that was due 600 ms after the first.
  expect(heard).toMatchObject({ atMs: 1600, complete: true, likeness: 'exact' });
  expect(heard!.untilMs).toBeGreaterThanOrEqual(2440);
  expect(heard!.untilMs).toBeLessThanOrEqual(2480);
  expect(ear.heard(prompt, { from: 1700 })?.complete ?? false).toBe(false);
});

test.each([
  [1, 'exact', 1],
  [4, 'exact', 4],
  [5, undefined, 0],
] as const)(
  'a sender that comes %i ticks late without a packet is heard whole where it may',
  async (ticks, likeness, closed) => {
    const late = (ear: Ear): Ear => {
      const [before, after] = [sequence(silence(500), prompt), sequence(silence(200), babble({ ms: 400, seed: 8 }))];
      const all = packets(sequence(before, after));
      const [begun, rest] = [all.slice(0, 36), all.slice(36)];
      for (const { bytes } of rest) bytes.writeUInt32BE((bytes.readUInt32BE(4) + 160 * ticks) >>> 0, 4);
      take(ear, [...begun, ...rest.map(({ bytes, dueMs }) => ({ bytes, dueMs: dueMs + 20 * ticks }))]);
      return ear;
    };
    const closing = late(new Ear(undefined, { closing: true }));
    expect(closing.heard(prompt)?.complete).toBe(likeness !== undefined);
    expect(closing.counts).toMatchObject({ closed, lost: 0, jumps: 0 });
    const strict = late(new Ear(undefined, { closing: false }));
    expect(strict.heard(prompt)?.complete).toBe(false);
    expect(strict.counts.closed).toBe(0);
  },
);

test('a sound with a frame of which 40 ms of silence took the place is heard torn, but for what was lost', () => {
  const all = packets(sequence(silence(500), prompt, silence(200)));
  const quiet = packets(silence(40));
  const lost = 36;
  const torn = [...all.slice(0, lost), ...quiet, ...all.slice(lost + 1)].map(({ bytes }, n) => {
    const copy = Buffer.from(bytes);
    copy.writeUInt16BE((all[0]!.bytes.readUInt16BE(2) + n) & 0xffff, 2);
    copy.writeUInt32BE((all[0]!.bytes.readUInt32BE(4) + 160 * n) >>> 0, 4);
    all[0]!.bytes.copy(copy, 8, 8, 12);
    return { bytes: copy, dueMs: all[0]!.dueMs + 20 * n };
  });
  const ear = new Ear(undefined, { closing: false });
  take(ear, torn);
  const missing = (tolerance: 'encoder' | 'torn') => {
    const heard = ear.heard(prompt, { tolerance });
    return (heard?.audibleSamples ?? NaN) - (heard?.matchedSamples ?? NaN);
  };
  expect(missing('torn')).toBeGreaterThanOrEqual(160);
  expect(missing('torn')).toBeLessThanOrEqual(240);
  expect(missing('encoder')).toBeGreaterThan(1_000);
});

test('a sound that fades into silence is heard to its end at once, after other sounds and silence', async () => {
  const { pcm } = babble({ ms: 1_000, seed: 5 });
  const fading = { pcm: pcm.map((sample, at) => (at < 6_000 ? sample : sample / 400)), endless: false };
  // The faintest thing that is audible ends it.
  fading.pcm[pcm.length - 1] = 64;
  const ear = new Ear();
  const heard = ear.waitFor(fading);
  take(ear, packets(sequence(silence(2_000), babble({ ms: 600, seed: 6 }), silence(400), fading, silence(100))));
  ear.close();
  expect(await heard).toMatchObject({ atMs: 4_000, complete: true });
});

test('of two times the first after `from` is found', () => {
  const ear = new Ear();
  take(ear, packets(sequence(prompt, silence(300), prompt)));
  expect(ear.heard(prompt)).toMatchObject({ atMs: 1100, complete: true });
  expect(ear.heard(prompt, { from: 1500 })).toMatchObject({ atMs: 1000 + 1040 + 300 + 100, complete: true });
});

test('a prompt that was cut off is told from one heard to its end', () => {
  const ear = new Ear();
  take(ear, packets(sequence({ pcm: prompt.pcm.subarray(0, 4000), endless: false }, silence(500))));
  const heard = ear.heard(prompt)!;
  expect(heard).toMatchObject({ atMs: 1100, complete: false });
  expect(heard.matchedSamples / heard.audibleSamples).toBeGreaterThan(0.3);
  expect(heard.matchedSamples / heard.audibleSamples).toBeLessThan(0.55);
});

test('a single wrong sample makes a prompt incomplete when it must be exact', () => {
  const ear = new Ear();
  const all = packets(prompt);
  const packet = all[25]!.bytes;
  packet[RTP_HEADER_BYTES + 80]! ^= 0x10;
  take(ear, all);
  const heard = ear.heard(prompt, { tolerance: 'exact' })!;
  expect(heard.complete).toBe(false);
  expect(heard.audibleSamples - heard.matchedSamples).toBe(80);
});

test('loss, reordering and duplicates are counted, and the samples lie where they belong', () => {
  const ear = new Ear();
  const all = packets(prompt);
  const lost = all.splice(20, 2);
  const late = { bytes: all[30]!.bytes, dueMs: all[31]!.dueMs };
  all.splice(30, 2, all[31]!, late);
  all.splice(40, 0, all[39]!);
  take(ear, all);
  expect(lost).toHaveLength(2);
  expect(ear.counts).toMatchObject({ packets: 51, lost: 2, reordered: 1, duplicates: 1, markers: 1, overwritten: 0 });
  const heard = ear.heard(prompt)!;
  expect(heard).toMatchObject({ complete: false, atMs: 1100 });
  expect(heard.audibleSamples - heard.matchedSamples).toBeLessThanOrEqual(400);
  expect(ear.spacing()).toMatchObject({ p50: 20, max: 60 });
});

test('two senders at once, a stranger and a broken clock do not pass unseen', () => {
  const ear = new Ear();
  const [one, other] = [packets(prompt), packets(prompt, { ssrc: 8, startMs: 1010 })];
  for (const [i, packet] of one.entries()) {
    ear.take(packet.bytes, packet.dueMs, there);
    ear.take(other[i]!.bytes, other[i]!.dueMs, { ...there, port: 4002 });
  }
  const { ssrcChanges, overwritten, elsewhere } = ear.counts;
  expect(ssrcChanges).toBe(103);
  expect(elsewhere).toBe(52);
  expect(overwritten).toBeGreaterThan(40);
  const jumpy = new Ear();
  take(jumpy, [...packets(prompt), ...packets(prompt, { sequence: 65_582, timestamp: 5, startMs: 2040 })]);
  expect(jumpy.counts).toMatchObject({ jumps: 0, lost: 0 });
  take(jumpy, packets(prompt, { sequence: 65_634, timestamp: 99_000_000, startMs: 3080 }));
  expect(jumpy.counts.jumps).toBe(1);
  expect(jumpy.heard(prompt, { from: 3080 })).toMatchObject({ atMs: 3180, complete: true });
});

test('a new SSRC goes on where the old one ended, or as much later as it came', () => {
  const ear = new Ear();
  take(ear, packets(prompt));
  take(ear, packets(prompt, { ssrc: 9, startMs: 2040 }));
  take(ear, packets(prompt, { ssrc: 10, startMs: 4080 }));
  expect(ear.counts).toMatchObject({ ssrcChanges: 2, overwritten: 0, jumps: 0, markers: 3 });
  expect(ear.track.length).toBe((3 * 1040 + 1000) * 8);
  expect(ear.heard(prompt, { from: 2200 })).toMatchObject({ atMs: 4180, complete: true });
});

test.each(['PCMU', 'PCMA'] as const)('what came as %s is recognised exactly', (law) => {
  const ear = new Ear();
  take(ear, packets(prompt, { law }));
  expect(ear.heard(prompt)).toMatchObject({ complete: true, likeness: 'exact' });
});

test('another encoder is within a step or two, another voice is not', () => {
  const ear = new Ear();
  const other = Int16Array.from(prompt.pcm, (sample) => Math.round(sample * 1.004) + 3);
  take(ear, packets(other));
  expect(ear.heard(prompt, { tolerance: 'exact' })?.complete ?? false).toBe(false);
  expect(ear.heard(prompt)).toMatchObject({ complete: true, likeness: 'encoder', atMs: 1100 });
  expect(ear.heard(babble({ ms: 900, seed: 4 }))).toBeUndefined();
});

test('the same prompt 3 dB softer is another sound, unless mixing is allowed', () => {
  const ear = new Ear();
  take(ear, packets(Int16Array.from(prompt.pcm, (sample) => Math.round(sample * 0.7))));
  expect(ear.heard(prompt)?.complete ?? false).toBe(false);
  expect(ear.heard(prompt, { tolerance: 'mixed' })).toMatchObject({ complete: true, atMs: 1100 });
});

test('a prompt at half the volume under a tone is found when mixing is allowed', () => {
  const ear = new Ear();
  const hum = tone({ hz: 300, level: -32, ms: 3000 }).pcm;
  const mixed = Int16Array.from(hum, (sample, i) => sample + Math.round((prompt.pcm[i - 8000] ?? 0) / 2));
  take(ear, packets(mixed));
  expect(ear.heard(prompt)).toBeUndefined();
  const heard = ear.heard(prompt, { tolerance: 'mixed' })!;
  expect(heard).toMatchObject({ likeness: 'mixed', atMs: 2100 });
  expect(heard.matchedSamples / heard.audibleSamples).toBeGreaterThan(0.6);
  expect(ear.heard(babble({ ms: 900, seed: 5 }), { tolerance: 'mixed' })).toBeUndefined();
});

test('levels: a tone is measured at its own frequency and nowhere else', () => {
  const ear = new Ear();
  take(ear, packets(sequence(silence(500), tone({ hz: 1000, level: -12, ms: 500 }))));
  expect(ear.tone(1000, 1500, 2000)).toBeCloseTo(-12, 0);
  expect(ear.tone(700, 1500, 2000)).toBeLessThan(-45);
  expect(ear.level(1500, 2000)).toBeCloseTo(-15, 0);
  expect(ear.silence(1000, 1500)).toBe(true);
  expect(ear.silence(1000, 1520)).toBe(false);
  expect(ear.level(5000, 6000)).toBe(-Infinity);
});

test('waiting ends at the packet with the last audible sample, and with nothing at the end of the call', async () => {
  const ear = new Ear();
  const [whole, begun] = [ear.waitFor(prompt), ear.waitFor(prompt, { until: 'start' })];
  const never = ear.waitFor(babble({ ms: 500, seed: 8 }));
  let [wholeBy, begunBy] = [NaN, NaN];
  let now = 0;
  void whole.then(() => (wholeBy = now));
  void begun.then(() => (begunBy = now));
  for (const { bytes, dueMs } of packets(sequence(silence(200), prompt, silence(200)))) {
    now = dueMs;
    ear.take(bytes, dueMs);
    await Promise.resolve();
    await Promise.resolve();
  }
  expect(await whole).toMatchObject({ atMs: 1300, complete: true });
  expect(await begun).toMatchObject({ atMs: 1300, complete: true });
  expect(begunBy).toBeGreaterThanOrEqual(1480);
  expect(begunBy).toBeLessThanOrEqual(1520);
  expect(wholeBy).toBe(ear.heard(prompt)!.untilMs);
  ear.close();
  expect(await never).toBeUndefined();
  expect(await ear.waitFor(prompt)).toMatchObject({ atMs: 1300 });
});

test('waiting can be given up', async () => {
  const ear = new Ear();
  const giveUp = new AbortController();
  const waiting = ear.waitFor(prompt, { signal: giveUp.signal });
  giveUp.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await expect(ear.waitFor(prompt, { signal: giveUp.signal })).rejects.toThrow('enough');
});

test('a key is heard once, whatever is repeated or lost of it', () => {
  const keys: string[] = [];
  const ear = new Ear((key) => keys.push(key));
  const event = (sequenceNumber: number, timestamp: number, end: boolean, duration: number): void => {
    const packet = Buffer.alloc(RTP_HEADER_BYTES + 4);
    writeRtpHeader(packet, false, 101, sequenceNumber, timestamp, 7);
    writeEvent(packet, RTP_HEADER_BYTES, 11, end, 10, duration);
    ear.take(packet, 1000 + sequenceNumber * 20);
  };
  [160, 320, 480].forEach((duration, i) => event(i, 5000, false, duration));
  [3, 4, 5].forEach((n) => event(n, 5000, true, 640));
  [6, 7].forEach((n) => event(n, 9000, false, 160 * (n - 5)));
  expect(keys).toEqual(['#', '#']);
  expect(ear.digits).toEqual([
    { key: '#', atMs: 1000, endedMs: 1060, durationMs: 80, packets: 6 },
    { key: '#', atMs: 1120, endedMs: undefined, durationMs: 40, packets: 2 },
  ]);
});

test('no datagram breaks the ear', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 }), fc.boolean(), (datagrams, like) => {
      const ear = new Ear();
      for (const [i, bytes] of datagrams.entries()) {
        const packet = Buffer.from(bytes);
        if (like && packet.length > 1) packet.set([0x80, packet[1]! % 2 ? 0 : 101]);
        ear.take(packet, 1000 + i * 20);
      }
      ear.heard(prompt);
      expect(ear.counts.packets + ear.counts.odd).toBeGreaterThanOrEqual(datagrams.length);
    }),
  );
});

test('a second of prompt in a minute of hearing is found in a few milliseconds', () => {
  const ear = new Ear();
  const minute = sequence(babble({ ms: 58_000, seed: 11 }), prompt);
  take(ear, packets(minute));
  ear.heard(prompt);
  const before = performance.now();
  expect(ear.heard(prompt)).toMatchObject({ complete: true });
  expect(performance.now() - before).toBeLessThan(250);
});

test('a steady tone is recognised too', () => {
  const ear = new Ear();
  const beep = tone({ hz: 1000, ms: 500 });
  take(ear, packets(sequence(silence(300), beep, silence(300))));
  expect(ear.heard(beep)).toMatchObject({ complete: true, atMs: 1300 });
  expect(ear.heard({ ...repeated(beep), pcm: beep.pcm.subarray(0, 2000) })).toMatchObject({ atMs: 1300 });
});

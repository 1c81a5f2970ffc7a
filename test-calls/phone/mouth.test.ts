import { expect, test } from 'vitest';
import { emptyPacket, parseRtp, type RtpPacket } from '#media/rtp/packet.ts';
import { Ear } from './ear.ts';
import { Mouth } from './mouth.ts';
import { babble, silence, tone } from './sound.ts';

type Sent = RtpPacket & { bytes: Buffer };

/** A mouth whose beat the test gives. */
const mouth = (): { mouth: Mouth; frames: (count: number) => void; sent: Sent[]; ear: Ear } => {
  const sent: Sent[] = [];
  const ear = new Ear();
  let frame: (dueMs: number) => void = () => undefined;
  const join = (one: (dueMs: number) => void): (() => void) => {
    frame = one;
    return () => (frame = () => undefined);
  };
  const send = (packet: Buffer): void => {
    const header = emptyPacket();
    expect(parseRtp(packet, header)).toBe(true);
    sent.push({ ...header, bytes: Buffer.from(packet) });
    ear.take(packet, 1000 + 20 * sent.length);
  };
  const one = new Mouth(send, { join });
  const frames = (count: number): void => {
    for (let i = 0; i < count; i++) frame(0);
  };
  return { mouth: one, frames, sent, ear };
};

test('nothing is sent before it opens and after it closes; between, one packet each beat', async () => {
  const { mouth: one, frames, sent } = mouth();
  frames(3);
  one.open();
  frames(5);
  const speaking = one.speak(silence(100));
  one.close();
  frames(5);
  expect(sent).toHaveLength(5);
  expect(sent.map(({ marker }) => marker)).toEqual([true, false, false, false, false]);
  expect(new Set(sent.map(({ ssrc }) => ssrc)).size).toBe(1);
  for (const [i, { sequence, timestamp, bytes }] of sent.entries()) {
    expect((sequence - sent[0]!.sequence) & 0xffff).toBe(i);
    expect((timestamp - sent[0]!.timestamp) >>> 0).toBe(160 * i);
    expect(bytes.subarray(12).every((byte) => byte === 0xff)).toBe(true);
  }
  expect(await speaking).toMatchObject({ complete: false, fromMs: NaN });
  expect(await one.speak(silence(100))).toMatchObject({ complete: false });
  expect(await one.press('1', 80, 'rfc4733')).toEqual({ firstMs: NaN, endMs: NaN });
});

test('while it is mute time goes on, and the next packet carries the marker', () => {
  const { mouth: one, frames, sent } = mouth();
  one.open();
  frames(2);
  one.mute();
  frames(10);
  one.unmute();
  frames(2);
  expect(sent.map(({ marker }) => marker)).toEqual([true, false, true, false]);
  expect((sent[2]!.timestamp - sent[1]!.timestamp) >>> 0).toBe(11 * 160);
  expect((sent[2]!.sequence - sent[1]!.sequence) & 0xffff).toBe(1);
});

test('a sound shorter than a packet is filled with silence, and the next begins a packet', async () => {
  const { mouth: one, frames, ear } = mouth();
  one.open();
  const [word, other] = [babble({ ms: 130, seed: 1 }), babble({ ms: 150, seed: 2 })];
  const first = one.speak(word);
  frames(7);
  expect(await first).toMatchObject({ complete: true });
  const second = one.speak(other);
  frames(8);
  await second;
  expect(ear.heard(word, { tolerance: 'exact' })).toMatchObject({ complete: true, atMs: 1020 });
  expect(ear.heard(other, { tolerance: 'exact' })).toMatchObject({ complete: true, atMs: 1160 });
});

test('an endless tone has no seam, and the next word ends it', async () => {
  const { mouth: one, frames, ear } = mouth();
  one.open();
  const endless = one.speak(tone({ hz: 333 }));
  frames(130);
  expect(ear.heard(tone({ hz: 333, ms: 2600 }), { tolerance: 'exact' })).toMatchObject({ complete: true });
  void one.speak(silence(20));
  expect(await endless).toMatchObject({ complete: false });
});

test('a key: marker, growing duration, three ends, then a pause before the next', async () => {
  const { mouth: one, frames, sent } = mouth();
  one.open();
  frames(2);
  const keys = Promise.all([one.press('0', 60, 'rfc4733'), one.press('D', 20, 'rfc4733')]);
  frames(5 + 3 + 3);
  const events = sent.filter(({ payloadType }) => payloadType === 101);
  const fields = events.map(({ bytes, marker }) => [bytes[12], bytes[13]! >> 7, bytes.readUInt16BE(14), marker]);
  expect(fields).toEqual([
    [0, 0, 160, true],
    [0, 0, 320, false],
    [0, 1, 480, false],
    [0, 1, 480, false],
    [0, 1, 480, false],
    [15, 1, 160, true],
    [15, 1, 160, false],
    [15, 1, 160, false],
  ]);
  expect(new Set(events.slice(0, 5).map(({ timestamp }) => timestamp)).size).toBe(1);
  expect(events[5]!.timestamp - events[0]!.timestamp).toBe(160 * 8);
  const [first, second] = await keys;
  expect(first.endMs).toBeGreaterThanOrEqual(first.firstMs);
  expect(second.firstMs).toBeGreaterThanOrEqual(first.endMs);
});

test('a key held for twenty seconds is one key', () => {
  const { mouth: one, frames, ear, sent } = mouth();
  one.open();
  void one.press('5', 20_000, 'rfc4733');
  frames(1002);
  expect(ear.digits).toEqual([{ key: '5', atMs: 1020, endedMs: 21_000, durationMs: 20_000, packets: 1002 }]);
  expect(new Set(sent.map(({ timestamp }) => timestamp)).size).toBe(3);
});

test('what is no key cannot be pressed, and events only where they are taken', () => {
  const { mouth: one } = mouth();
  expect(() => one.press('x', 80, 'rfc4733')).toThrow(RangeError);
  one.agree('PCMU', undefined);
  expect(() => one.press('1', 80, 'rfc4733')).toThrow('takes no telephone-event');
  expect(() => one.press('1', 80, 'inband')).not.toThrow();
});

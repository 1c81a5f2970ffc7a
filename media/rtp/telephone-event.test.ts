import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyPacket, type RtpPacket } from './packet.ts';
import { TelephoneEventReceiver, writeEvent, type HeardDigit } from './telephone-event.ts';
import { TelephoneEventSender } from './telephone-event-sender.ts';

type Sent = { code: number; timestamp: number; duration: number; end: boolean };

/** One key as phones send it: growing durations, then the end three times. */
const key = (code: number, timestamp: number, packets = 4): Sent[] => {
  const sent = Array.from({ length: packets }, (_, i) => ({ code, timestamp, duration: 160 * (i + 1), end: false }));
  const end = { code, timestamp, duration: 160 * (packets + 1), end: true };
  return [...sent, end, end, end];
};

const hear = (receiver: TelephoneEventReceiver, sent: Sent, nowMs = 0): HeardDigit | undefined => {
  const bytes = new Uint8Array(4);
  writeEvent(bytes, 0, sent.code, sent.end, 10, sent.duration);
  const header: RtpPacket = { ...emptyPacket(), timestamp: sent.timestamp, length: 4 };
  return receiver.packet(header, bytes, nowMs);
};

const digits = (packets: readonly Sent[], receiver = new TelephoneEventReceiver()): string => {
  const heard = packets.map((sent, i) => hear(receiver, sent, i * 20)?.digit ?? '');
  return heard.join('') + (receiver.tick(packets.length * 20 + 1000)?.digit ?? '');
};

describe('hearing telephone events', () => {
  it('hears a key once, at its first end, with its full duration', () => {
    const receiver = new TelephoneEventReceiver();
    const heard = key(5, 1000).map((sent) => hear(receiver, sent));
    expect(heard).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      { digit: '5', duration: 800, timestamp: 1000 },
      undefined,
      undefined,
    ]);
  });

  it('hears all sixteen keys', () => {
    expect(digits(Array.from({ length: 16 }, (_, code) => key(code, 1000 * (code + 1))).flat())).toBe(
      '0123456789*#ABCD',
    );
  });

  it('hears two presses of the same key as two', () => {
    expect(digits([...key(1, 1000), ...key(1, 3000)])).toBe('11');
  });

  it('hears a key whose three ends were lost when the next key begins', () => {
    expect(digits([...key(1, 1000).slice(0, 4), ...key(2, 3000)])).toBe('12');
  });

  it('hears a key whose three ends were lost after 100 ms without packets, not before', () => {
    const receiver = new TelephoneEventReceiver();
    for (const sent of key(7, 1000).slice(0, 3)) hear(receiver, sent, 500);
    expect(receiver.tick(599)).toBeUndefined();
    expect(receiver.tick(600)).toEqual({ digit: '7', duration: 480, timestamp: 1000 });
    expect(receiver.tick(700)).toBeUndefined();
    expect(hear(receiver, { code: 7, timestamp: 1000, duration: 800, end: true }, 710)).toBeUndefined();
  });

  it('keeps the longest duration heard when packets come in another order', () => {
    const receiver = new TelephoneEventReceiver();
    const [first, second, third] = key(7, 1000);
    for (const sent of [first!, third!, second!]) hear(receiver, sent, 500);
    expect(receiver.tick(700)).toEqual({ digit: '7', duration: 480, timestamp: 1000 });
  });

  it('hears a key of which only one end packet arrived', () => {
    expect(digits(key(9, 1000).slice(-1))).toBe('9');
  });

  it('does not hear a straggler of the former key again', () => {
    const [first, second] = [key(1, 1000), key(2, 2000)];
    expect(digits([...first, ...second, first.at(-1)!, first[0]!])).toBe('12');
  });

  it('hears a key held over the longest duration (two segments) once', () => {
    const first = { code: 3, timestamp: 1000, duration: 0xffff, end: false };
    expect(digits([first, ...key(3, 1000 + 0xffff)])).toBe('3');
  });

  it('counts each key exactly once under any loss that leaves one packet of it, any duplication, and local reordering', () => {
    const plan = fc.record({
      codes: fc.array(fc.integer({ min: 0, max: 15 }), { minLength: 1, maxLength: 8 }),
      keep: fc.array(fc.boolean(), { minLength: 64, maxLength: 64 }),
      twice: fc.array(fc.boolean(), { minLength: 64, maxLength: 64 }),
    });
    fc.assert(
      fc.property(plan, ({ codes, keep, twice }) => {
        const wire = codes.flatMap((code, n) => {
          const all = key(code, 1000 + n * 4000);
          const kept = all.filter((_, i) => keep[(n * 7 + i) % 64]);
          return (kept.length > 0 ? kept : all.slice(2, 3)).flatMap((sent, i) =>
            twice[(n * 7 + i) % 64] ? [sent, sent] : [sent],
          );
        });
        const receiver = new TelephoneEventReceiver();
        let heard = '';
        wire.forEach((sent, i) => {
          heard += hear(receiver, sent, i * 20)?.digit ?? '';
          if (wire[i + 1]?.timestamp !== sent.timestamp) heard += receiver.tick(i * 20 + 150)?.digit ?? '';
        });
        expect(heard).toBe(codes.map((code) => '0123456789*#ABCD'[code]).join(''));
      }),
    );
  });

  it('ignores flash and short packets, and never throws', () => {
    expect(digits(key(16, 1000))).toBe('');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 8 }), fc.nat(), (bytes, timestamp) => {
        const receiver = new TelephoneEventReceiver();
        receiver.packet({ ...emptyPacket(), timestamp, length: bytes.length }, bytes, 0);
        receiver.reset();
      }),
    );
  });
});

describe('sending telephone events', () => {
  const run = (sender: TelephoneEventSender, ticks: number) =>
    Array.from({ length: ticks }, () => {
      const packet = sender.tick();
      return packet ? { ...packet } : undefined;
    });

  it('sends one packet each 20 ms with growing duration, marks the first and ends three times', () => {
    const sender = new TelephoneEventSender();
    expect(sender.push('5', 640)).toBe(true);
    const packets = run(sender, 6);
    expect(packets.map((packet) => packet?.duration)).toEqual([160, 320, 480, 640, 640, 640]);
    expect(packets.map((packet) => packet?.end)).toEqual([false, false, false, true, true, true]);
    expect(packets.map((packet) => packet?.marker)).toEqual([true, false, false, false, false, false]);
    expect(run(sender, 4)).toEqual([undefined, undefined, undefined, undefined]);
    expect(sender.active).toBe(false);
  });

  it('is heard by the receiver, digit by digit', () => {
    const sender = new TelephoneEventSender();
    for (const digit of '12#w3') sender.push(digit, 800);
    const receiver = new TelephoneEventReceiver();
    let heard = '';
    let timestamp = 0;
    for (let tick = 0; sender.active && tick < 200; tick += 1) {
      const packet = sender.tick();
      if (packet?.newEvent) timestamp = tick * 160;
      if (packet) heard += hear(receiver, { ...packet, timestamp }, tick * 20)?.digit ?? '';
    }
    expect(heard).toBe('12#3');
  });

  it('refuses what is no digit and clamps durations', () => {
    const sender = new TelephoneEventSender();
    expect(sender.push('x')).toBe(false);
    sender.push('1', 1);
    expect(run(sender, 8).filter((packet) => packet?.end === false)).toHaveLength(2);
  });
});

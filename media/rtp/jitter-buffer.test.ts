import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JitterBuffer } from './jitter-buffer.ts';
import { emptyPacket, type RtpPacket } from './packet.ts';
import { freeRooms } from './payloads.ts';

const made = new Map<string, Uint8Array>();
/** The sound of packet `n`; it repeats after 256 packets. */
const frameOf = (n: number, length = 160): Uint8Array => {
  const key = `${n % 256} ${length}`;
  let frame = made.get(key);
  if (!frame) made.set(key, (frame = Uint8Array.from({ length }, (_, i) => ((n % 256) * 31 + i * 7) & 0xff)));
  return frame;
};

type Options = { sequence?: number; timestamp?: number; ssrc?: number; length?: number };

/** Packet `n` of a stream: sequence and timestamp begin just before their wraps. */
const put = (
  buffer: JitterBuffer,
  n: number,
  { sequence, timestamp, ssrc = 1, length = 160 }: Options = {},
  audio = true,
): void => {
  const packet: RtpPacket = {
    ...emptyPacket(),
    sequence: (sequence ?? 0xfff0 + n) & 0xffff,
    timestamp: (timestamp ?? 0xfffff000 + n * length) >>> 0,
    ssrc,
    length,
  };
  buffer.put(packet, frameOf(n, length), audio);
};

type Out = { n: number; gap: number; fresh: boolean };

/** One tick; which frames came out, by their number. */
const tick = (buffer: JitterBuffer): Out[] => {
  buffer.tick();
  const out: Out[] = [];
  for (let frame = buffer.next(); frame; frame = buffer.next()) {
    // 31 * 223 = 1 (mod 256): the number of the packet, below 256
    const n = (frame.codes[0]! * 223) & 0xff;
    out.push({ n, gap: frame.gap, fresh: frame.fresh });
  }
  return out;
};
const numbers = (out: readonly Out[]): number[] => out.map(({ n }) => n);

describe('the jitter buffer', () => {
  it('starts when two frames are there, then gives one frame a tick', () => {
    const buffer = new JitterBuffer();
    put(buffer, 0);
    expect(tick(buffer)).toEqual([]);
    put(buffer, 1);
    expect(tick(buffer)).toEqual([{ n: 0, gap: 0, fresh: true }]);
    put(buffer, 2);
    expect(tick(buffer)).toEqual([{ n: 1, gap: 0, fresh: false }]);
    expect(tick(buffer)).toEqual([{ n: 2, gap: 0, fresh: false }]);
  });

  it('does not keep waiting for what came in a bunch at the start', () => {
    const buffer = new JitterBuffer();
    for (const n of [0, 1, 2, 3, 4, 5]) put(buffer, n);
    const out = [numbers(tick(buffer))];
    for (let n = 6; n < 10; n += 1) {
      put(buffer, n);
      out.push(numbers(tick(buffer)));
    }
    expect(out).toEqual([[0, 1], [2, 3], [4, 5], [6, 7], [8]]);
    expect(buffer.held).toBe(1);
  });

  it('loses nothing when the sender stalls: what came late goes out two frames a tick', () => {
    const buffer = new JitterBuffer();
    for (const n of [0, 1]) put(buffer, n);
    const out: number[][] = [
      numbers(tick(buffer)),
      numbers(tick(buffer)),
      numbers(tick(buffer)),
      numbers(tick(buffer)),
    ];
    for (const n of [2, 3, 4, 5]) put(buffer, n);
    for (let n = 6; n < 10; n += 1) {
      out.push(numbers(tick(buffer)));
      put(buffer, n);
    }
    expect(out).toEqual([[0], [1], [], [], [2, 3], [4, 5], [6], [7]]);
    expect(buffer.counts).toEqual({ lost: 0, duplicate: 0, late: 0, resync: 0 });
  });

  it('puts reordered packets in order and drops repetitions', () => {
    const buffer = new JitterBuffer();
    for (const n of [1, 0, 2, 2]) put(buffer, n);
    const out = [...tick(buffer), ...tick(buffer)];
    put(buffer, 1);
    out.push(...tick(buffer));
    expect(numbers(out)).toEqual([0, 1, 2]);
    expect(buffer.counts).toEqual({ lost: 0, duplicate: 1, late: 1, resync: 0 });
  });

  it('counts a packet as lost only when a later one is due, and says how long the hole is', () => {
    const buffer = new JitterBuffer();
    for (const n of [0, 1]) put(buffer, n);
    expect(numbers(tick(buffer))).toEqual([0]);
    put(buffer, 4);
    expect(numbers(tick(buffer))).toEqual([1]);
    expect([tick(buffer), tick(buffer)]).toEqual([[], []]);
    expect(buffer.counts.lost).toBe(0);
    expect(tick(buffer)).toEqual([{ n: 4, gap: 320, fresh: false }]);
    expect(buffer.counts.lost).toBe(2);
  });

  it('passes over telephone events: they keep their place and make no sound', () => {
    const buffer = new JitterBuffer();
    const at = (n: number) => ({ sequence: 100 + n, timestamp: 1600 });
    put(buffer, 0, { sequence: 98, timestamp: 1280 });
    put(buffer, 1, { sequence: 99, timestamp: 1440 });
    for (let n = 0; n < 5; n += 1) put(buffer, 0, at(n), false);
    put(buffer, 2, { sequence: 105, timestamp: 1600 + 800 });
    const out = Array.from({ length: 8 }, () => tick(buffer)).flat();
    expect(out).toEqual([
      { n: 0, gap: 0, fresh: true },
      { n: 1, gap: 0, fresh: false },
      { n: 2, gap: 800, fresh: false },
    ]);
    expect(buffer.counts.lost).toBe(0);
  });

  it('survives a lost packet directly before a telephone event', () => {
    const buffer = new JitterBuffer();
    put(buffer, 0, { sequence: 10, timestamp: 0 });
    put(buffer, 1, { sequence: 11, timestamp: 160 });
    put(buffer, 0, { sequence: 13, timestamp: 480 }, false);
    put(buffer, 4, { sequence: 14, timestamp: 640 });
    expect(numbers(Array.from({ length: 8 }, () => tick(buffer)).flat())).toEqual([0, 1, 4]);
    expect(buffer.counts.lost).toBe(1);
  });

  it.each([80, 240, 320, 480])('cuts packets of %i samples into frames of 160 without a seam', (length) => {
    const buffer = new JitterBuffer();
    const sent: number[] = [];
    const heard: number[] = [];
    let packets = 0;
    for (let n = 0; n < 60; n += 1) {
      while (packets * length < (n + 1) * 160) {
        put(buffer, packets, { length });
        sent.push(...frameOf(packets, length));
        packets += 1;
      }
      buffer.tick();
      for (let frame = buffer.next(); frame; frame = buffer.next()) {
        heard.push(...frame.codes);
        expect(frame.gap).toBe(0);
      }
    }
    expect(heard.length).toBeGreaterThan(50 * 160);
    expect(heard).toEqual(sent.slice(0, heard.length));
    expect(buffer.counts.lost).toBe(0);
  });

  it('begins anew with another source, and after a jump of the timestamps', () => {
    const buffer = new JitterBuffer();
    for (const n of [0, 1, 2]) put(buffer, n);
    tick(buffer);
    for (const n of [10, 11]) put(buffer, n, { ssrc: 2 });
    expect(tick(buffer)).toEqual([{ n: 10, gap: 0, fresh: true }]);
    put(buffer, 12, { ssrc: 2, timestamp: 77_777_777 });
    put(buffer, 13, { ssrc: 2, timestamp: 77_777_777 + 160 });
    const out = Array.from({ length: 4 }, () => tick(buffer)).flat();
    expect(out).toEqual([
      { n: 11, gap: 0, fresh: false },
      { n: 12, gap: 0, fresh: true },
      { n: 13, gap: 0, fresh: false },
    ]);
    expect(buffer.counts.resync).toBe(2);
  });

  it('waits longer after the sender was late twice, up to 60 ms', () => {
    const buffer = new JitterBuffer();
    let n = 0;
    const run = (ticks: number, arriving: boolean): void => {
      for (let i = 0; i < ticks; i += 1) {
        if (arriving) put(buffer, n++);
        tick(buffer);
      }
    };
    run(20, true);
    for (let stall = 0; stall < 6; stall += 1) {
      run(3, false);
      for (let i = 0; i < 3; i += 1) put(buffer, n++);
      run(20, true);
    }
    expect(buffer.target).toBe(3);
    expect(buffer.counts.lost).toBe(0);
  });

  it('gives back the wait when the network has been calm for long', () => {
    const buffer = new JitterBuffer();
    for (let n = 0; n < 250 * 14; n += 1) {
      put(buffer, n);
      tick(buffer);
    }
    expect(buffer.target).toBe(1);
    expect(buffer.held).toBeLessThanOrEqual(1);
  });

  it('does not wait on and on for a sender whose timestamps ran ahead of time', () => {
    const buffer = new JitterBuffer();
    let heard = 0;
    for (let n = 0; n < 60; n += 1) {
      put(buffer, n, { timestamp: n * 160 + (n < 20 ? 0 : 12_000) });
      heard += tick(buffer).length;
    }
    expect(60 - heard).toBeLessThanOrEqual(3);
    expect(buffer.counts).toEqual({ lost: 0, duplicate: 0, late: 0, resync: 0 });
  });

  it.each([0.999, 1.001])(
    'follows a sender whose clock runs %f times as fast for five minutes without loss',
    (speed) => {
      const buffer = new JitterBuffer();
      let sent = 0;
      let heard = 0;
      let most = 0;
      for (let i = 0; i < 15_000; i += 1) {
        while (sent < (i + 1) * speed) put(buffer, sent++);
        buffer.tick();
        while (buffer.next()) heard += 1;
        most = Math.max(most, buffer.held);
      }
      expect(sent - heard).toBeLessThanOrEqual(6);
      expect(most).toBeLessThanOrEqual(8);
      expect(buffer.counts).toEqual({ lost: 0, duplicate: 0, late: 0, resync: 0 });
    },
  );

  it('gives every packet exactly once and in order, whatever the delays, when none is lost', () => {
    const delays = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 40, maxLength: 150 });
    fc.assert(
      fc.property(delays, fc.integer({ min: 0, max: 19 }), (delayMs, phase) => {
        const buffer = new JitterBuffer();
        // a network that keeps the order: a late packet holds up those behind it
        let last = 0;
        const arrivals = delayMs.map(
          (delay, n) => (last = Math.max(last, n * 20 + (delay > 360 ? delay : delay % 40))),
        );
        const out: Out[] = [];
        let next = 0;
        for (let i = 0; i < delayMs.length + 60; i += 1) {
          for (; next < arrivals.length && arrivals[next]! <= i * 20 + phase; next += 1) put(buffer, next);
          out.push(...tick(buffer));
        }
        expect(numbers(out)).toEqual(delayMs.map((_, n) => n));
        expect(out.every(({ gap, fresh }, i) => gap === 0 && fresh === (i === 0))).toBe(true);
      }),
    );
  });

  it('never throws and never gives more than two frames a tick, whatever comes', () => {
    const packets = fc.array(
      fc.record({
        sequence: fc.integer({ min: 0, max: 0xffff }),
        timestamp: fc.integer({ min: 0, max: 0xffffffff }),
        ssrc: fc.integer({ min: 1, max: 2 }),
        length: fc.constantFrom(0, 1, 80, 160, 480, 1400),
        audio: fc.boolean(),
        ticks: fc.integer({ min: 0, max: 3 }),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(packets, (list) => {
        const buffer = new JitterBuffer();
        for (const one of list) {
          put(buffer, 1, one, one.audio);
          for (let i = 0; i < one.ticks; i += 1) expect(tick(buffer).length).toBeLessThanOrEqual(2);
        }
      }),
    );
  });
});

describe('the memory of what waits', () => {
  it('is a copy: the bytes of a packet are the socket’s again at once', () => {
    const buffer = new JitterBuffer();
    const bytes = new Uint8Array(200).fill(5, 12, 172);
    for (const [n, sequence] of [1, 2].entries()) {
      buffer.put({ ...emptyPacket(), ssrc: 1, sequence, timestamp: n * 160, offset: 12, length: 160 }, bytes, true);
      bytes.fill(9);
    }
    buffer.tick();
    expect([...buffer.next()!.codes]).toEqual(Array.from({ length: 160 }, () => 5));
  });

  it('stays with a frame until the next one is taken, also when the buffer is emptied and others fill theirs', () => {
    const [buffer, other] = [new JitterBuffer(), new JitterBuffer()];
    for (const n of [0, 1, 2]) put(buffer, n);
    buffer.tick();
    const { codes } = buffer.next()!;
    const before = codes.slice();
    buffer.reset();
    for (let n = 40; n < 50; n += 1) put(other, n);
    expect(codes).toEqual(before);
  });

  it('goes round: a stream takes no more of it however long it lasts, and gives it back', () => {
    const [buffer, former] = [new JitterBuffer(), new JitterBuffer()];
    for (let n = 0; n < 100; n += 1) put(former, n);
    former.reset();
    const stream = (from: number): void => {
      for (let n = from; n < from + 20; n += 1) {
        put(buffer, n);
        tick(buffer);
      }
    };
    stream(0);
    const free = freeRooms();
    for (let n = 20; n < 200; n += 20) stream(n);
    expect(freeRooms()).toBe(free);
    const { held } = buffer;
    expect(held).toBeGreaterThan(0);
    buffer.reset();
    expect(freeRooms()).toBe(free + held);
  });

  it('comes back from packets that were cut into other frames, too', () => {
    const buffer = new JitterBuffer();
    put(buffer, 0, { sequence: 0, timestamp: 0, length: 80 });
    for (let n = 1; n < 40; n += 1) put(buffer, n, { sequence: n, timestamp: n * 160 - 80 });
    const free = freeRooms();
    for (let n = 0; n < 10; n += 1) expect(tick(buffer).length).toBeGreaterThan(0);
    expect(freeRooms() - free).toBe(39 - buffer.held);
  });

  it('is kept for later up to a bound', () => {
    const buffers = Array.from({ length: 40 }, () => new JitterBuffer());
    for (const buffer of buffers) for (let n = 0; n < 127; n += 1) put(buffer, n);
    for (const buffer of buffers) buffer.reset();
    expect(freeRooms()).toBe(4096);
  });

  it('frames cut from packets of other lengths stay as they are, too', () => {
    const buffer = new JitterBuffer();
    for (const n of [0, 1, 2, 3]) put(buffer, n, { length: 240 });
    buffer.tick();
    const whole = [...frameOf(0, 240), ...frameOf(1, 240), ...frameOf(2, 240)];
    expect([...buffer.next()!.codes]).toEqual(whole.slice(0, 160));
    expect([...buffer.next()!.codes]).toEqual(whole.slice(160, 320));
    buffer.tick();
    expect([...buffer.next()!.codes]).toEqual(whole.slice(320, 480));
  });

  it('a packet of one frame between packets of other lengths is heard in its place', () => {
    const buffer = new JitterBuffer();
    const lengths = [80, 160, 80, 160, 240, 160];
    let timestamp = 0;
    for (const [n, length] of lengths.entries()) {
      put(buffer, n, { sequence: n, timestamp, length });
      timestamp += length;
    }
    const heard: number[] = [];
    for (let n = 0; n < 10; n += 1) {
      buffer.tick();
      for (let frame = buffer.next(); frame; frame = buffer.next()) heard.push(...frame.codes);
    }
    const said = lengths.flatMap((length, n) => [...frameOf(n, length)]);
    expect(heard).toEqual(said.slice(0, heard.length));
    expect(heard.length).toBeGreaterThanOrEqual(800);
  });
});

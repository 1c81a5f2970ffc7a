import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTone, ToneFault, ToneRound } from './tone.ts';

const whole = (text: string): Int16Array => {
  const round = new ToneRound(parseTone(text), 8000);
  return round.slice(0, round.length);
};

const amplitude = (samples: Int16Array, hertz: number, from: number, to: number): number => {
  let [re, im] = [0, 0];
  for (let i = from; i < to; i += 1) {
    re += samples[i]! * Math.cos((2 * Math.PI * hertz * i) / 8000);
    im += samples[i]! * Math.sin((2 * Math.PI * hertz * i) / 8000);
  }
  return (2 * Math.hypot(re, im)) / (to - from);
};

describe('tone programs', () => {
  it('reads the North American ringing tone', () => {
    expect(parseTone('%(2000,4000,440,480);loops=-1')).toEqual({
      elements: [{ onMs: 2000, offMs: 4000, hertz: [440, 480], decibels: -7 }],
      loops: -1,
    });
  });

  it('reads level, repetition and several elements', () => {
    const program = parseTone('v=-20;%(100,50,440);l=2;%(10,0,350,440);loops=3');
    expect(program.loops).toBe(3);
    expect(program.elements.map(({ onMs, decibels }) => [onMs, decibels])).toEqual([
      [100, -20],
      [10, -20],
      [10, -20],
    ]);
  });

  it('renders tone and pause with both frequencies at their level', () => {
    const samples = whole('v=-20;%(1000,500,440,480)');
    expect(samples).toHaveLength(12_000);
    // -20 dBm0 per tone: 10^((-20 - 6.16) / 20) * 32767 * sqrt(2) = 2280
    expect(amplitude(samples, 440, 0, 8000)).toBeCloseTo(2280, -1.5);
    expect(amplitude(samples, 480, 0, 8000)).toBeCloseTo(2280, -1.5);
    expect(amplitude(samples, 1000, 0, 8000)).toBeLessThan(50);
    expect(samples.subarray(8000).every((sample) => sample === 0)).toBe(true);
  });

  it('is the same made in pieces, as it is played', () => {
    const text = 'v=-20;%(103,17,440,480);v=-10;l=2;%(11,0,350);%(0,30,1)';
    const round = new ToneRound(parseTone(text), 8000);
    const pieces: number[] = [];
    for (let at = 0; at < round.length; at += 160) pieces.push(...round.slice(at, Math.min(round.length, at + 160)));
    expect(pieces).toEqual([...whole(text)]);
    expect([...round.slice(0, 160)]).toEqual(pieces.slice(0, 160));
  });

  it('does not overflow', () => {
    const samples = whole('v=0;%(100,0,400,800,1200,1600,2000)');
    expect(Math.max(...samples)).toBe(32767);
  });

  it.each([
    '',
    ';;',
    '%(100)',
    '%(100,100)',
    `%(100,100${',440'.repeat(19)})`,
    '%(a,b,c)',
    '%(-1,0,440)',
    '%(100,0,5000)',
    '%(0,0,440)',
    '%(999999,0,440)',
    'loops=2',
    'x=1;%(1,1,1)',
    '%(100,0,440',
  ])('refuses %j', (text) => expect(() => parseTone(text)).toThrow(ToneFault));

  it('refuses with its own fault whatever it is given', () => {
    const piece = fc.constantFrom('%', '(', ')', ',', ';', '440', '-', 'v=', 'l=', 'loops=', '2000', ' ', '1e9', '.');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((all) => all.join('')),
        ),
        (text) => {
          try {
            parseTone(text);
          } catch (error) {
            expect(error).toBeInstanceOf(ToneFault);
          }
        },
      ),
    );
  });
});

import { describe, expect, it } from 'vitest';
import type { Law } from '#media/audio/g711.ts';
import { holdMusic } from '#media/music/hold-music.ts';
import { readSound } from '#media/prompts/sound.ts';
import { StudioProcess } from '#media/prompts/synthesiser.ts';
import type { Language } from '#media/prompts/utterance.ts';
import type { ToneKey } from './tone-keys.ts';
import { ToneKeys } from './tone-keys.ts';
import { frames, joined, keyTone, mixed, noise, silence, sound } from './testing/tones.ts';

/** With many open vowels, which are the most like tones. */
const spoken: Record<Language, string> = {
  en: 'Who owes you all those yellow balloons? We do, you see, and so do they.',
  es: 'Aquella mañana la mamá de Amalia llamaba a la casa amarilla.',
};

const laws: readonly Law[] = ['PCMU', 'PCMA'];
const all = [...'1234567890*#ABCD'];

function heard(samples: ArrayLike<number>, law: Law = 'PCMU'): ToneKey[] {
  const keys = new ToneKeys();
  return [...frames(joined(Float64Array.from(samples), silence(100)), law)].flatMap((frame) => keys.hear(frame) ?? []);
}
const digits = (samples: ArrayLike<number>, law?: Law): string =>
  heard(samples, law)
    .map(({ digit }) => digit)
    .join('');

/** Each key after a pause, at another place of the frames each time. */
const each = (press: (key: string) => Float64Array, pauseMs = 43): Float64Array =>
  joined(...all.flatMap((key) => [silence(pauseMs), press(key)]));

describe.each(laws)('keys as tones, in %s', (law) => {
  it('are heard from 40 ms on, 40 ms apart', () => {
    expect(
      digits(
        each((key) => keyTone(key)),
        law,
      ),
    ).toBe(all.join(''));
    expect(
      digits(
        each((key) => keyTone(key), 40),
        law,
      ),
    ).toBe(all.join(''));
  });

  it('are not heard of 23 ms and less', () => {
    for (const ms of [23, 15, 5])
      expect(
        digits(
          each((key) => keyTone(key, { ms })),
          law,
        ),
      ).toBe('');
  });

  it('are heard from 0 to -25 dBm0, and not at -55', () => {
    for (const level of [-3, -15, -25])
      expect(
        digits(
          each((key) => keyTone(key, { level })),
          law,
        ),
      ).toBe(all.join(''));
    expect(
      digits(
        each((key) => keyTone(key, { level: -55, ms: 200 })),
        law,
      ),
    ).toBe('');
  });

  it('may be twisted by 4 dB up and 8 dB down, and not much more', () => {
    for (const twist of [3.8, -7.8])
      expect(
        digits(
          each((key) => keyTone(key, { twist })),
          law,
        ),
      ).toBe(all.join(''));
    for (const twist of [8, -12])
      expect(
        digits(
          each((key) => keyTone(key, { twist, ms: 200 })),
          law,
        ),
      ).toBe('');
  });

  it('may be 1.5 % beside their frequency, and not 3.5 %', () => {
    for (const off of [0.015, -0.015])
      expect(
        digits(
          each((key) => keyTone(key, { off })),
          law,
        ),
      ).toBe(all.join(''));
    for (const off of [0.035, -0.035])
      expect(
        digits(
          each((key) => keyTone(key, { off, ms: 200 })),
          law,
        ),
      ).toBe('');
  });

  it('are heard through noise 15 dB below them', () => {
    const pressed = each((key) => keyTone(key, { ms: 60 }));
    expect(digits(mixed(pressed, noise(pressed.length / 8, -25)), law)).toBe(all.join(''));
  });
});

describe('a key', () => {
  it('that is held is one, told when it is let go with how long it was held', () => {
    const [key, ...more] = heard(joined(silence(30), keyTone('5', { ms: 700 })));
    expect(more).toEqual([]);
    expect(key?.digit).toBe('5');
    expect(Math.abs((key?.duration ?? 0) - 5_600)).toBeLessThanOrEqual(102);
  });

  it('that is interrupted for 10 ms is one, and for 40 ms two', () => {
    const twice = (ms: number) => joined(silence(30), keyTone('5', { ms: 80 }), silence(ms), keyTone('5', { ms: 80 }));
    expect(digits(twice(10))).toBe('5');
    expect(digits(twice(40))).toBe('55');
  });

  it('after which another follows without a pause is heard with it', () => {
    expect(digits(joined(keyTone('1', { ms: 100 }), keyTone('9', { ms: 100 })))).toBe('19');
  });

  it('is told of once it is let go, not before', () => {
    const keys = new ToneKeys();
    for (const frame of frames(keyTone('7', { ms: 400 }), 'PCMU')) expect(keys.hear(frame)).toBeUndefined();
    expect(keys.pressed).toBe(true);
  });
});

describe('no key', () => {
  it('is in silence, noise, and the tones of telephones', () => {
    const second = 3_000;
    const sounds: Record<string, Float64Array> = {
      silence: silence(second),
      'loud noise': noise(10_000, -10, 7),
      'soft noise': noise(10_000, -35, 8),
      'a dial tone': sound(second, [350, -13], [440, -13]),
      ringing: sound(second, [440, -19], [480, -19]),
      'a busy line': sound(second, [480, -24], [620, -24]),
      'a fax that calls (ITU-T T.30: 1100 Hz)': sound(second, [1100, -10]),
      'a fax that answers (2100 Hz)': sound(second, [2100, -10]),
      'a key whose low tone is 3.5 % beside': sound(second, [697 * 1.035, -10], [1209, -10]),
      'a key whose high tone is 3.5 % beside': sound(second, [697, -10], [1209 * 0.965, -10]),
      'a key with half of another': sound(second, [697, -10], [852, -15], [1336, -8]),
      'a voice that swells as no key does': joined(
        ...Array.from({ length: 45 }, () =>
          keyTone('5', { ms: 45 }).map((sample, at) => sample * 10 ** ((at / 8 - 45) * 0.045)),
        ),
      ),
      'one tone of a key': sound(second, [697, -10]),
      'three tones': sound(second, [697, -10], [1209, -10], [1477, -10]),
      'all keys at once': sound(
        second,
        ...[697, 770, 852, 941, 1209, 1336, 1477].map((hertz) => [hertz, -18] as const),
      ),
    };
    const found = Object.entries(sounds).filter(([, samples]) => digits(samples) !== '');
    expect(found.map(([name]) => name)).toEqual([]);
  });

  it('is in music', () => {
    expect(digits(holdMusic().map((sample) => sample * 32_767))).toBe('');
  });

  it('is in speech', { timeout: 60_000 }, async () => {
    const studio = new StudioProcess();
    try {
      for (const [language, text] of Object.entries(spoken) as [Language, string][]) {
        const { samples } = readSound(await studio.speak(language, text, AbortSignal.timeout(30_000)));
        for (const law of laws)
          expect(
            digits(
              samples.map((sample) => sample * 32_767),
              law,
            ),
            text,
          ).toBe('');
      }
    } finally {
      studio.close();
    }
  });
});

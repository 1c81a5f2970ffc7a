import { expect, test } from 'vitest';
import { readSound, writeSound } from './sound.ts';
import { SpokenDigits } from './spoken-digits.ts';

/** A voice whose digits are tones: 5 says 500 Hz. */
function voice() {
  const asked: string[] = [];
  const speak = async (language: string, text: string) => {
    asked.push(`${language} ${text}`);
    const hertz = 100 * Number(text) || 50;
    const samples = Float32Array.from({ length: 2_400 }, (_, n) => 0.3 * Math.sin((2 * Math.PI * hertz * n) / 8_000));
    return writeSound({ rate: 8_000, samples });
  };
  return { asked, speak };
}

function counted(seed: number) {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

/** Where it is loud: how many stretches, each between others that are not. */
function stretches(samples: Float32Array): number {
  let [many, loud] = [0, false];
  for (let at = 0; at + 400 <= samples.length; at += 400) {
    const now = Math.sqrt(samples.subarray(at, at + 400).reduce((sum, one) => sum + one * one, 0) / 400) > 0.13;
    if (now && !loud) many++;
    loud = now;
  }
  return many;
}

test('each digit is heard by itself, with something behind it, and never twice alike', async () => {
  const spoken = new SpokenDigits(voice(), counted(5));
  const one = readSound(await spoken.say('472915', 'en'));
  expect(one.rate).toBe(8_000);
  expect(stretches(one.samples)).toBe(6);
  // Nowhere is it still: what lies between the digits is no silence to cut at.
  for (let at = 0; at + 800 <= one.samples.length; at += 800)
    expect(Math.max(...one.samples.subarray(at, at + 800))).toBeGreaterThan(0.004);
  // And somebody else speaks before the first.
  expect(Math.max(...one.samples.subarray(0, 3_000))).toBeGreaterThan(0.03);
  const two = readSound(await spoken.say('472915', 'en'));
  expect(Buffer.from(two.samples.buffer).equals(Buffer.from(one.samples.buffer))).toBe(false);
});

test('the digits come in their order', async () => {
  const spoken = new SpokenDigits(voice(), counted(9));
  const { samples } = readSound(await spoken.say('999111', 'es'));
  // The higher the tone the more often it crosses zero.
  const crossings = (part: Float32Array) => {
    const loud = part.filter((one) => Math.abs(one) > 0.12);
    return loud.reduce((sum, one, n) => sum + Number(one > 0 !== (loud[n - 1] ?? 0) > 0), 0);
  };
  const half = Math.floor(samples.length / 2);
  expect(crossings(samples.subarray(0, half))).toBeGreaterThan(1.5 * crossings(samples.subarray(half)));
});

test('a digit is made once for each language; one that could not be made is asked for again', async () => {
  const { asked, speak } = voice();
  let broken = true;
  const spoken = new SpokenDigits({ speak: async (language, text) => (broken ? Promise.reject(new Error('no voice')) : speak(language, text)) }, () => 0); // prettier-ignore
  await expect(spoken.say('112233', 'en')).rejects.toThrow('no voice');
  broken = false;
  await spoken.say('112233', 'en');
  await spoken.say('332211', 'en');
  expect(asked.sort()).toEqual(['en 0', 'en 1', 'en 2', 'en 3']);
  await spoken.say('111111', 'es');
  expect(asked).toContain('es 1');
});

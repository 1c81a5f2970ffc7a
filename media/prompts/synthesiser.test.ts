import { afterAll, describe, expect, it } from 'vitest';
import { UnreadableSound, writeSound } from './sound.ts';
import { spokenCheck } from './spoken-check.ts';
import { StudioProcess } from './synthesiser.ts';
import type { Language } from './utterance.ts';

const studio = new StudioProcess();
const always = new AbortController().signal;
afterAll(() => studio.close());

describe('the voices', { timeout: 60_000 }, () => {
  it.each<[Language, string, number, number]>([
    ['en', 'To accept this call, press one.', 1.5, 3.5],
    ['en', 'Goodbye.', 0.4, 1.4],
    ['es', 'Para aceptar esta llamada, oprima uno.', 1.8, 4],
    ['es', 'Adiós.', 0.4, 1.4],
  ])('say in %s: %s', async (language, text, shortest, longest) => {
    const check = spokenCheck(await studio.speak(language, text, always));
    expect(check.rate).toBe(8000);
    expect(check.seconds).toBeGreaterThan(shortest);
    expect(check.seconds).toBeLessThan(longest);
    expect(check.activeLevelDbov).toBeGreaterThan(-20.5);
    expect(check.activeLevelDbov).toBeLessThan(-19.5);
    expect(check.peakDbfs).toBeLessThan(-3);
    expect(check.clipped).toBe(0);
    expect(check.leadingSilenceMs).toBeGreaterThanOrEqual(20);
    expect(check.leadingSilenceMs).toBeLessThanOrEqual(40);
    expect(check.trailingSilenceMs).toBeGreaterThanOrEqual(100);
    expect(check.trailingSilenceMs).toBeLessThanOrEqual(150);
    expect(check.speechBandRatio).toBeGreaterThan(0.97);
    expect(Math.abs(check.offset)).toBeLessThan(1e-3);
  });

  it('name themselves with their version, for the cache', () => {
    expect(studio.identity('en')).toMatch(/^@echogarden\/[\w-]+ \d+\.\d+\.\d+ [\w+-]+ [\d.]+ \d+$/);
    expect(studio.identity('es')).toMatch(/^@echogarden\/espeak-ng-emscripten \d+\.\d+\.\d+ es-419\+klatt4 /);
  });

  it("bring an artist's recording to the telephone, and refuse what is none", async () => {
    const samples = Float32Array.from({ length: 44100 }, (_, n) => 0.9 * Math.sin(n / 10) * Math.sin(n / 4000));
    const check = spokenCheck(await studio.convert(writeSound({ rate: 44100, samples }), always));
    expect(check.rate).toBe(8000);
    expect(check.activeLevelDbov).toBeCloseTo(-20, 0);
    await expect(studio.convert(Buffer.from('no sound'), always)).rejects.toThrow(UnreadableSound);
  });

  it('are given up when their time is over, and the next prompt is said all the same', async () => {
    const stopping = new AbortController();
    const long = studio.speak('en', 'A very long sentence, said over and over again. '.repeat(400), stopping.signal);
    const next = studio.speak('en', 'Goodbye.', always);
    stopping.abort(new Error('too long'));
    await expect(long).rejects.toThrow('too long');
    expect(spokenCheck(await next).seconds).toBeGreaterThan(0.4);
  });

  it('keep the event loop of their caller free', async () => {
    const before = performance.eventLoopUtilization();
    await studio.speak('es', 'Esta llamada será grabada y puede ser monitoreada.', always);
    expect(performance.eventLoopUtilization(before).active).toBeLessThan(150); // ms; in this process it would be half a second
  });
});

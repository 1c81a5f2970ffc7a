import { describe, expect, it } from 'vitest';
import { writeSound, UnreadableSound, type Sound } from './sound.ts';
import { activeSpeechLevel } from './speech-level.ts';
import { bandRatio, powerSpectrum, spokenCheck } from './spoken-check.ts';
import { forTelephone, levelled } from './telephone-sound.ts';

const sine = (rate: number, seconds: number, hz: number, peak: number): Float32Array =>
  Float32Array.from({ length: rate * seconds }, (_, n) => peak * Math.sin((2 * Math.PI * hz * n) / rate));
const silence = (rate: number, seconds: number): Float32Array => new Float32Array(rate * seconds);
const joined = (...pieces: Float32Array[]): Float32Array => Float32Array.from(pieces.flatMap((piece) => [...piece]));
const checked = (sound: Sound) => spokenCheck(writeSound(sound));

/** Something like speech: four syllables a second of a voice at 120 Hz. */
const babble = (rate: number, seconds: number, loudness: number): Float32Array =>
  Float32Array.from({ length: rate * seconds }, (_, n) => {
    const t = n / rate;
    const syllable = Math.max(0, Math.sin(2 * Math.PI * 4 * t)) ** 3;
    let voice = 0;
    for (let harmonic = 1; harmonic <= 30; harmonic++)
      voice += Math.cos(2 * Math.PI * 120 * harmonic * t + harmonic * harmonic) / harmonic; // phases apart, as a mouth sets them
    return (loudness * syllable * voice) / 4;
  });

describe('the active speech level (ITU-T P.56)', () => {
  it('is the power of a steady tone: 3 dB below its peak', () => {
    expect(activeSpeechLevel({ rate: 8000, samples: sine(8000, 4, 1000, 0.1) })).toBeCloseTo(-23.01, 1);
  });

  it('leaves pauses out, where the mean over all would fall by 3 dB', () => {
    const tone = sine(8000, 4, 1000, 0.1);
    const level = activeSpeechLevel({ rate: 8000, samples: joined(tone, silence(8000, 4)) });
    expect(level).toBeGreaterThan(-23.4);
    expect(level).toBeLessThan(-23);
  });

  it('has no level for silence', () => {
    expect(activeSpeechLevel({ rate: 8000, samples: silence(8000, 1) })).toBe(-Infinity);
  });
});

describe('sound for the telephone', () => {
  it.each([
    ['too loud', 48000, 0.99],
    ['too quiet', 44100, 0.02],
    ['from a voice of 22.05 kHz', 22050, 0.2],
    ['from telephone sound', 8000, 0.2],
  ])('is 8 kHz at -20 dBov below -3 dBFS: %s', (_what, rate, loudness) => {
    const check = checked(
      forTelephone({ rate, samples: joined(silence(rate, 1), babble(rate, 2, loudness), silence(rate, 1)) }),
    );
    expect(check.rate).toBe(8000);
    expect(check.activeLevelDbov).toBeGreaterThan(-20.3);
    expect(check.activeLevelDbov).toBeLessThan(-19.7);
    expect(check.peakDbfs).toBeLessThan(-3);
    expect(check.clipped).toBe(0);
    expect(check.leadingSilenceMs).toBeGreaterThanOrEqual(20);
    expect(check.leadingSilenceMs).toBeLessThanOrEqual(40);
    expect(check.trailingSilenceMs).toBeGreaterThanOrEqual(110);
    expect(check.trailingSilenceMs).toBeLessThanOrEqual(150);
    expect(check.speechBandRatio).toBeGreaterThan(0.97);
  });

  it('is limited too when its level needs no gain', () => {
    const atLevel = forTelephone({ rate: 8000, samples: babble(8000, 2, 0.2) }).samples;
    const click = atLevel.map((sample, n) => (n === 8000 ? 0.95 : sample));
    expect(activeSpeechLevel({ rate: 8000, samples: click })).toBeCloseTo(-20, 1);
    expect(Math.max(...levelled(click))).toBeLessThan(10 ** (-3 / 20));
  });

  it('keeps a tone at its pitch and folds nothing back from above', () => {
    const tones = joined(sine(48000, 2, 1000, 0.2)).map(
      (sample, n) => sample + 0.2 * Math.sin((2 * Math.PI * 5000 * n) / 48000),
    );
    const { samples } = forTelephone({ rate: 48000, samples: tones });
    const spectrum = powerSpectrum(samples, 8000);
    const strongest = spectrum.indexOf(Math.max(...spectrum));
    expect(strongest * (8000 / ((spectrum.length - 1) * 2))).toBeCloseTo(1000, -1);
    expect(bandRatio(samples, 8000, 2900, 3100)).toBeLessThan(1e-5); // where 5 kHz would fold to
  });

  it('removes a direct offset', () => {
    const offset = babble(16000, 1, 0.2).map((sample) => sample + 0.3);
    const check = checked(forTelephone({ rate: 16000, samples: offset }));
    expect(Math.abs(check.offset)).toBeLessThan(1e-3);
  });

  it('is not made of silence', () => {
    expect(() => forTelephone({ rate: 8000, samples: silence(8000, 1) })).toThrow(UnreadableSound);
  });
});

describe('the check', () => {
  it('counts clipped samples and finds the silence at both ends', () => {
    const samples = joined(silence(8000, 0.1), sine(8000, 1, 1000, 1.2), silence(8000, 0.25));
    const check = checked({ rate: 8000, samples });
    expect(check.clipped).toBeGreaterThan(1000);
    expect(check.peakDbfs).toBeCloseTo(0, 3);
    expect(check.leadingSilenceMs).toBe(100);
    expect(check.trailingSilenceMs).toBe(250);
    expect(check.seconds).toBeCloseTo(1.35);
  });

  it('tells how much lies in the telephone band', () => {
    expect(checked({ rate: 8000, samples: sine(8000, 1, 150, 0.5) }).speechBandRatio).toBeLessThan(0.01);
    expect(checked({ rate: 8000, samples: sine(8000, 1, 1000, 0.5) }).speechBandRatio).toBeGreaterThan(0.999);
  });
});

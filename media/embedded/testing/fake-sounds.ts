import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode, encode, FRAME_SAMPLES } from '#media/audio/g711.ts';
import { WavWriter } from '#media/audio/wav-writer.ts';

/** For unit tests: sounds whose every frame can be told from the others, and a folder for files that goes away again. */

/** Frame `n` of voice `voice`, in mu-law; no two of 16 voices and 64 frames are alike, and none is silence. */
export const voiceFrame = (voice: number, n: number): Uint8Array => {
  const m = n % 64;
  return Uint8Array.from({ length: FRAME_SAMPLES }, (_, i) =>
    i === 0 ? voice * 4 : i === 1 ? m : (m * 5 + i * 3 + voice * 17) % 120,
  );
};

export const linear = (codes: Uint8Array): Int16Array => {
  const samples = new Int16Array(codes.length);
  decode('PCMU', codes, 0, codes.length, samples);
  return samples;
};

export const coded = (samples: Int16Array): Buffer => {
  const codes = Buffer.alloc(samples.length);
  encode('PCMU', samples, samples.length, codes, 0);
  return codes;
};

export class SoundFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'sounds-'));

  /** Writes `frames` frames of a voice as a WAV file, plus `extra` samples of a further frame; returns its path. */
  voice(name: string, voice: number, frames: number, extra = 0): string {
    const path = join(this.path, name);
    const writer = new WavWriter(path, { channels: 1, rate: 8000 });
    for (let n = 0; n < frames; n += 1) writer.write(n * FRAME_SAMPLES, linear(voiceFrame(voice, n)));
    if (extra > 0) writer.write(frames * FRAME_SAMPLES, linear(voiceFrame(voice, frames)).subarray(0, extra));
    writer.close();
    return path;
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** The lanes of a 16-bit WAV file this server wrote. */
  read(path: string): { channels: number; headerBytes: number; lanes: Int16Array[] } {
    const bytes = readFileSync(path);
    const channels = bytes.readUInt16LE(22);
    const frames = Math.floor((bytes.length - 44) / (2 * channels));
    const lanes = Array.from({ length: channels }, (_, lane) =>
      Int16Array.from({ length: frames }, (_unused, i) => bytes.readInt16LE(44 + 2 * (i * channels + lane))),
    );
    return { channels, headerBytes: bytes.readUInt32LE(40), lanes };
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Cuts a lane into frames and names each: `v3:5` is frame 5 of voice 3, `-` is silence, `?` anything else. */
export function namedFrames(samples: Int16Array, voices: readonly number[], offset = 0): string[] {
  const known = new Map<string, string>();
  for (const voice of voices) {
    for (let n = 0; n < 64; n += 1) known.set(linear(voiceFrame(voice, n)).join(), `v${voice}:${n}`);
  }
  const names: string[] = [];
  for (let at = offset; at + FRAME_SAMPLES <= samples.length; at += FRAME_SAMPLES) {
    const frame = samples.subarray(at, at + FRAME_SAMPLES);
    names.push(frame.every((sample) => sample === 0) ? '-' : (known.get(frame.join()) ?? '?'));
  }
  return names;
}

import { readFileSync } from 'node:fs';
import type { Scene } from '../scene.ts';

const SILENT = 8;
const RATE = 8000;

/** What of a recording is the same in every run: its form, its length in whole seconds, and which lanes hold sound. */
export function recordingFact(scene: Scene, path: string): void {
  const bytes = readFileSync(path);
  const channels = bytes.readUInt16LE(22);
  const data = bytes.indexOf('data') + 8;
  const frames = Math.floor((bytes.length - data) / (2 * channels));
  const lanes = Array.from({ length: channels }, (_, lane) => {
    let loud = 0;
    for (let n = 0; n < frames; n += 1)
      if (Math.abs(bytes.readInt16LE(data + 2 * (n * channels + lane))) > SILENT) loud += 1;
    return loud > frames / 50 ? 'sound' : 'silence';
  });
  scene.fact(`recording ${path.slice(path.lastIndexOf('/') + 1)}`, {
    channels: String(channels),
    rate: String(bytes.readUInt32LE(24)),
    bits: String(bytes.readUInt16LE(34)),
    seconds: String(Math.round(frames / RATE)),
    lanes: lanes.join(', '),
  });
}

/** Which part of a recording's lane is silence, in tenths of its length: `.` sound, `0` silence. */
export function maskedFact(scene: Scene, path: string, lane = 0): void {
  const bytes = readFileSync(path);
  const channels = bytes.readUInt16LE(22);
  const data = bytes.indexOf('data') + 8;
  const frames = Math.floor((bytes.length - data) / (2 * channels));
  let [zero, longest] = [0, 0];
  for (let n = 0; n < frames; n += 1) {
    zero = bytes.readInt16LE(data + 2 * (n * channels + lane)) === 0 ? zero + 1 : 0;
    longest = Math.max(longest, zero);
  }
  scene.fact('longest silence', { 'a second or more': String(longest > 0.9 * RATE) });
}

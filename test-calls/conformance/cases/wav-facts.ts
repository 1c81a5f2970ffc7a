import { readFileSync } from 'node:fs';
import type { Event } from '../event-socket.ts';
import type { Scene } from '../scene.ts';

const SILENT = 8;
const RATE = 8000;
/** How far a recording's length may be from the time that it ran: the frames at its ends, and a server that is late to say so. Milliseconds. */
const ENDS_MS = 300;

/** Milliseconds between two events, by the server's own clock. */
export const between = (first: Event, last: Event): number =>
  (Number(last['Event-Date-Timestamp']) - Number(first['Event-Date-Timestamp'])) / 1000;

/** What of a recording is the same in every run: its form, whether it is as long as it ran (milliseconds), and which lanes hold sound. */
export function recordingFact(scene: Scene, path: string, ranMs: number): void {
  const bytes = readFileSync(path);
  const channels = bytes.readUInt16LE(22);
  const data = bytes.indexOf('data') + 8;
  const frames = Math.floor((bytes.length - data) / (2 * channels));
  const lengthMs = (1000 * frames) / RATE;
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
    length: Math.abs(lengthMs - ranMs) <= ENDS_MS ? 'as long as it ran' : `${lengthMs} ms, it ran for ${ranMs} ms`,
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

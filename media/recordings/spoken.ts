import { readFile } from 'node:fs/promises';
import { NoWav, parseHeader } from './wav.ts';

/** WAVE_FORMAT_PCM. */
const pcm = 1;
const partMs = 20;
/** The mean amplitude below which the media server takes a part for silence, too (endpoint.recordVoice). */
const quietLevel = 100;

/**
 * How long somebody speaks in a recorded voice, seconds: from the first sound to the last, whatever silence there is before and after. Throws
 * {@link NoWav}, also for anything but 16-bit mono, and the system's errors.
 */
export async function spokenSeconds(path: string): Promise<number> {
  const file = await readFile(path);
  const { format, channels, blockAlign, sampleRate, dataAt } = parseHeader(file);
  if (format !== pcm || channels !== 1 || blockAlign !== 2) throw new NoWav('It is no 16-bit mono sound.');
  const part = Math.round((sampleRate * partMs) / 1000);
  const samples = Math.floor((file.length - dataAt) / 2);
  let [first, last] = [-1, -1];
  for (let at = 0; at + part <= samples; at += part) {
    let sum = 0;
    for (let n = 0; n < part; n++) sum += Math.abs(file.readInt16LE(dataAt + (at + n) * 2));
    if (sum / part < quietLevel) continue;
    if (first < 0) first = at;
    last = at + part;
  }
  return first < 0 ? 0 : (last - first) / sampleRate;
}

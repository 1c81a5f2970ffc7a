import { extname } from 'node:path';
import { WavFault } from '#media/audio/wav-header.ts';
import { WavReader } from '#media/audio/wav-reader.ts';
import { SoundFault, type SoundSource } from './source.ts';

const isSystemError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'code' in error;

const openByName = (path: string): WavReader => {
  const extension = extname(path).toUpperCase();
  if (extension === '.PCMU') return WavReader.openCodes(path, 'mulaw');
  if (extension === '.PCMA') return WavReader.openCodes(path, 'alaw');
  return WavReader.open(extension === '' ? `${path}.wav` : path);
};

/**
 * A sound file by its absolute path: WAV, or bare G.711 codes (`.PCMU`, `.PCMA`); without an extension `.wav` is meant.
 * @throws SoundFault when it is missing, unreadable or no sound
 */
export function openFile(path: string): SoundSource {
  try {
    return openByName(path);
  } catch (error) {
    if (error instanceof WavFault) throw new SoundFault(path, error.reason);
    if (isSystemError(error)) throw new SoundFault(path, error.code ?? 'unreadable');
    throw error;
  }
}

import { WavFault } from '#media/audio/wav-header.ts';
import { WavReader } from '#media/audio/wav-reader.ts';
import { SoundFault, type SoundSource } from './source.ts';

const isSystemError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'code' in error;

/** A WAV file by its absolute path. @throws SoundFault when it is missing, unreadable or no WAV */
export function openFile(path: string): SoundSource {
  try {
    return WavReader.open(path);
  } catch (error) {
    if (error instanceof WavFault) throw new SoundFault(path, error.reason);
    if (isSystemError(error)) throw new SoundFault(path, error.code ?? 'unreadable');
    throw error;
  }
}

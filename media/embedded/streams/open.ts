import { openFileString } from './file-string.ts';
import { openFile } from './file.ts';
import { openSilence } from './silence.ts';
import { SoundFault, type SoundSource } from './source.ts';
import { openTone } from './tone.ts';

const schemes: Readonly<Record<string, (rest: string) => SoundSource>> = {
  'silence_stream://': openSilence,
  'tone_stream://': openTone,
  'file_string://': (rest) => openFileString(rest, openSound),
};

/**
 * Opens what `playback` can name. Relative paths are refused: FreeSWITCH would look for them in its own sounds folder.
 * @throws SoundFault
 */
export function openSound(name: string): SoundSource {
  for (const [scheme, open] of Object.entries(schemes))
    if (name.startsWith(scheme)) return open(name.slice(scheme.length));
  if (!name.startsWith('/')) throw new SoundFault(name, 'not an absolute path or a known stream');
  return openFile(name);
}

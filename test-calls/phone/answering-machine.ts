import type { IncomingCall } from './incoming-call.ts';
import type { Spoken } from './mouth.ts';
import type { Audio } from './reference.ts';
import { babble, silence, tone } from './sound.ts';

export interface AnsweringMachine {
  /** Rings so long first, ms. */
  readonly ringMs?: number;
  /** What it says; default four seconds of something like speech. */
  readonly greeting?: Audio;
  /** Records so long, then hangs up, ms. */
  readonly recordMs?: number;
}

export interface LeftMessage {
  /** When the beep was spoken; undefined when the caller was gone before. */
  readonly beep: Spoken | undefined;
  /** What was heard from the beep's end to the end of the call or of its patience: linear samples. */
  readonly message: Int16Array;
}

const BEEP = tone({ hz: 1000, level: -10, ms: 400 });
const GREETING = babble({ ms: 4000, seed: 77 });

/**
 * Answers, talks, beeps (1 kHz, 400 ms), records, hangs up. It never presses a key and never waits for the caller to finish.
 *
 *     ring ---- greeting -------- beep -- message ------------ BYE
 */
export async function answeringMachine(
  call: IncomingCall,
  { ringMs = 0, greeting = GREETING, recordMs = 30_000 }: AnsweringMachine = {},
): Promise<LeftMessage> {
  call.ring();
  if (!(await call.answer({ delayMs: ringMs }))) return { beep: undefined, message: new Int16Array() };
  await call.speak(greeting);
  const beep = await call.speak(BEEP);
  if (!beep.complete) return { beep: undefined, message: new Int16Array() };
  await Promise.race([call.ended, call.speak(silence(recordMs))]);
  const message = call.ear.pcm(beep.untilMs);
  await call.hangup();
  return { beep, message };
}

import type { Call, PressBy } from './call.ts';
import type { Heard } from './ear.ts';
import type { Pressed } from './mouth.ts';
import type { Audio } from './reference.ts';
import { repeated, sequence, silence, tone } from './sound.ts';

/** One thing a person does: hears something (to its end, or its start), thinks, presses. */
export interface Step {
  readonly hears: Audio;
  /** `start`: as soon as it is recognised, over the rest of the prompt. Default `end`. */
  readonly until?: 'start' | 'end';
  /** Time to think, ms; default 0. */
  readonly thinksMs?: number;
  /** Nothing: it only listens. */
  readonly presses?: string;
  readonly by?: PressBy;
}

export interface Done {
  readonly heard: Heard;
  readonly pressed: Pressed | undefined;
}

/**
 * A person who waits for each prompt in turn and presses what its step says. Each is looked for in what arrived after the one
 * before. Resolves with what was done: with fewer steps than asked when the call ended first.
 * @throws the signal's reason when it is aborted
 */
export async function listensAndPresses(call: Call, steps: readonly Step[], signal?: AbortSignal): Promise<Done[]> {
  const done: Done[] = [];
  for (const { hears, until = 'end', thinksMs = 0, presses = '', by = 'rfc4733' } of steps) {
    const last = done.at(-1)?.heard.untilMs;
    const heard = await call.ear.waitFor(hears, {
      until,
      ...(last !== undefined && { from: last }),
      ...(signal && { signal }),
    });
    if (!heard) return done;
    if (thinksMs > 0) await call.speak(silence(thinksMs));
    done.push({ heard, pressed: presses === '' ? undefined : await call.press(presses, { by }) });
  }
  return done;
}

/** A calling fax machine: CNG, 1,100 Hz for half a second every three and a half (ITU-T T.30 §4.2.1), until the call ends. */
export async function callingFax(call: Call): Promise<void> {
  void call.speak(repeated(sequence(tone({ hz: 1100, level: -11, ms: 500 }), silence(3000))));
  await call.ended;
}

/** A key that hangs: one event, held for `ms`, however long (RFC 4733 §2.5.1.3). */
export const stuckKey = (call: Call, key: string, ms: number): Promise<Pressed> => call.press(key, { ms });

/** Somebody who says nothing, line open, until the call ends. */
export async function silentPerson(call: Call): Promise<void> {
  await call.ended;
}

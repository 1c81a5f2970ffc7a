import { codeTalk } from '#db/desk/codes.ts';
import type { Leg } from '../leg/leg.ts';
import type { Platform } from '../platform.ts';

/** Two pounds and the digit: nothing else that an agent presses in a talk looks like it. */
const sequence = /##([1-9])$/;

/**
 * While they talk, an agent says by `##` and a digit what it was about; the last word counts, and can be changed later. Ends with the leg.
 */
export function codesByKey(
  agent: Leg,
  talk: { readonly entryId: string; readonly agentId: string },
  { clock, db, log }: Pick<Platform, 'clock' | 'db' | 'log'>,
): void {
  let pressed = '';
  const stop = agent.digits.overhear((digit) => {
    pressed = (pressed + digit).slice(-3);
    const code = sequence.exec(pressed)?.[1];
    if (code === undefined) return;
    pressed = '';
    void codeTalk(db, { ...talk, code }, clock.now()).then(
      (said) => log.info({ ...talk, code, said }, 'an agent said what a talk was about'),
      (error: unknown) => log.warn({ ...talk, err: error }, 'what a talk was about is not written down'),
    );
  });
  agent.ended.addEventListener('abort', stop, { once: true });
}

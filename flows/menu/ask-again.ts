import type { Prompt } from '../prompt.ts';
import { prompt } from '../prompt.ts';

/** What a caller can do at every question besides answering it; `silent`: nobody pressed anything, so perhaps nobody is there. */
export type Way =
  { readonly kind: 'back' } | { readonly kind: 'agent' } | { readonly kind: 'gave-up'; readonly silent: boolean };

/** How one asking ended. `missed`: nothing that can be used, and why; `repeat`: the caller wants to hear it again. */
export type Heard<T> =
  | { readonly kind: 'answer'; readonly value: T }
  | Way
  | { readonly kind: 'missed'; readonly because: Prompt }
  | { readonly kind: 'repeat' };

export type Answered<T> = { readonly kind: 'answer'; readonly value: T } | Way;

/** Misses before somebody else must help; hearing it again is no miss, but nobody needs it more often than this. */
const tries = 3;
const repeats = 4;

export const silence: Prompt = prompt('menu.silence');

/**
 * Asks until there is an answer, gently: after a miss it says what went wrong and, the second time, which ways out there are.
 * `ask` gets what to say before the question.
 */
export async function askAgain<T>(ask: (before: readonly Prompt[]) => Promise<Heard<T>>): Promise<Answered<T>> {
  let before: readonly Prompt[] = [];
  let silent = true;
  for (let misses = 0, repeated = 0; misses < tries;) {
    const heard = await ask(before);
    silent &&= heard.kind === 'missed' && heard.because === silence;
    if (heard.kind === 'missed') {
      misses++;
      before = misses === 1 ? [heard.because] : [heard.because, prompt('menu.ways-out')];
    } else if (heard.kind === 'repeat') {
      if (++repeated > repeats) misses++;
      before = [];
    } else return heard;
  }
  return { kind: 'gave-up', silent };
}

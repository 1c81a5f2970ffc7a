import type { Line } from '../../line.ts';
import type { Answered } from '../../menu/ask-again.ts';
import { choose } from '../../menu/menu.ts';
import type { Prompt, PromptKey } from '../../prompt.ts';
import { prompt } from '../../prompt.ts';
import type { CalendarDay } from '../../spoken/value.ts';
import { wording } from '../../wording/catalogue.ts';
import type { Terms } from '../ports.ts';

/** Times that the terms are told in one call. */
const tellings = 4;

/** What says the terms of a version; undefined when they have no wording: nobody accepts what cannot be told. */
export function termsPrompts({ version, from }: Terms, today: CalendarDay): readonly Prompt[] | undefined {
  const key = `terms.${version}`;
  if (!(key in wording.en)) return undefined;
  return [prompt('terms.dated', { date: { kind: 'date', date: from, today } }), prompt(key as PromptKey)];
}

/** Tells the terms to their end, and only then takes a key for consent; one that was pressed before is none. */
export async function acceptTerms(line: Line, terms: readonly Prompt[]): Promise<Answered<boolean>> {
  for (let told = 0; told < tellings; told++) {
    await line.say(...terms);
    const chosen = await choose<'accept' | 'repeat' | 'refuse'>(line, {
      fresh: true,
      choices: [
        { say: prompt('terms.accept'), value: 'accept' },
        { say: prompt('terms.repeat'), value: 'repeat' },
        { say: prompt('terms.refuse'), value: 'refuse' },
      ],
    });
    if (chosen.kind !== 'answer') return chosen;
    if (chosen.value !== 'repeat') return { kind: 'answer', value: chosen.value === 'accept' };
  }
  return { kind: 'agent' };
}

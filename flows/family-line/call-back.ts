import { enter } from '../menu/entry.ts';
import { isWholePhoneNumber } from '../menu/phone-number.ts';
import { choose } from '../menu/menu.ts';
import type { Line } from '../line.ts';
import type { Answered } from '../menu/ask-again.ts';
import { prompt, type Prompt } from '../prompt.ts';
import { confirm } from './pick.ts';
import type { CallBackNumber, Place } from './ports.ts';
import type { Visit } from './visit.ts';

/** How it is offered to who waits. */
export const callBackOffer: readonly Prompt[] = [
  prompt('call-back.offer'),
  prompt('menu.press', { key: { kind: 'key', key: '1' } }),
];

/** Numbers that are read back to somebody who wants none of them. */
const tries = 3;

/** Who waits hangs up and keeps the place. 'waits': they changed their mind, or an agent is coming. */
export async function keepMyPlace({ line, ports }: Visit, place: Place): Promise<'kept' | 'waits'> {
  if ((await place.stepAside()) === 'coming') return 'waits';
  const number = await numberFor(line, { checkNumber: (text) => place.checkNumber(text) }, ports.callingNumber);
  const kept = number.kind === 'answer' ? await place.callBack(number.value) : 'not-kept';
  if (kept === 'not-kept') {
    await place.stepBack();
    await line.say(prompt('call-back.still'));
    return 'waits';
  }
  await line.say(prompt(kept === 'today' ? 'call-back.today' : 'call-back.morning'));
  return 'kept';
}

/** Where they are called: the number they call from, once they have heard it; or another one, typed and read back. */
export async function numberFor(
  line: Line,
  { checkNumber }: { readonly checkNumber: Place['checkNumber'] },
  callingNumber: string | undefined,
): Promise<Answered<string>> {
  const own = callingNumber === undefined ? undefined : await checkNumber(callingNumber);
  if (own?.kind === 'number') {
    const chosen = await choose<boolean>(line, {
      about: [reading(own.number)],
      fresh: true,
      choices: [
        { say: prompt('confirm.yes'), value: true },
        { say: prompt('call-back.other'), value: false },
      ],
    });
    if (chosen.kind !== 'answer') return chosen;
    if (chosen.value) return { kind: 'answer', value: own.number };
  } else await line.say(own === undefined ? prompt('call-back.withheld') : refusal(own));
  for (let said = 0; said < tries; said++) {
    const typed = await enter<string>(line, {
      ask: [prompt('call-back.enter')],
      max: 16,
      complete: isWholePhoneNumber,
      read: async (digits) => {
        const checked = await checkNumber(digits);
        return checked.kind === 'number'
          ? { kind: 'value', value: checked.number }
          : { kind: 'wrong', say: refusal(checked) };
      },
    });
    if (typed.kind !== 'answer') return typed;
    const sure = await confirm(line, reading(typed.value));
    if (sure.kind !== 'answer') return sure;
    if (sure.value) return typed;
  }
  return { kind: 'gave-up', silent: false };
}

const reading = (number: string): Prompt => prompt('call-back.number', { phone: { kind: 'phone', number } });

const refusal = ({ why }: Extract<CallBackNumber, { kind: 'refused' }>): Prompt =>
  prompt(why === 'waits' ? 'call-back.waits' : 'call-back.not-callable');

/** Long enough to find a key. */
const waitSeconds = 6;
/** Who has just answered says hello first. */
const tellings = 2;

/** Whoever answers a call-back: they hear who it is, and press 1. A machine, or somebody else, does not. */
export async function calledBack(line: Line): Promise<boolean> {
  const press = prompt('menu.press', { key: { kind: 'key', key: '1' } });
  for (let told = 0; told < tellings; told++) {
    const say = [prompt('call-back.here'), prompt('call-back.join'), press];
    if ((await line.ask({ say, keys: ['1'], waitSeconds, fresh: told === 0 })).kind === 'key') return true;
  }
  return false;
}

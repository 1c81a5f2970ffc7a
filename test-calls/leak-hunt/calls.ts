import type { Prompt, Value } from '#flows/prompt.ts';
import { prompt } from '#flows/prompt.ts';
import { FamilyCaller } from '../family/caller.ts';
import type { CardInHand } from '../family/families.ts';
import type { Stage } from '../stage.ts';
import { repeated } from '../phone/sound.ts';
import type { Payment } from './cast.ts';
import { savedCents } from './cast.ts';
import { saidToAgent } from './desk.ts';

/** What is paid. */
export const dollars = 25;
const amount: Value = { kind: 'money', cents: dollars * 100 };

/**
 * Pays as somebody does who knows the line and types ahead. Resolves with the cents that must be in the account because of it.
 * Rejects when the line does not say what it should.
 */
export async function playPayment(stage: Stage, payment: Payment): Promise<number> {
  const { way, by, family, card } = payment;
  const caller = await FamilyCaller.dial(stage, family.number, { by });
  try {
    if (way === 'attended') return await payAttended(caller, card);
    if (by === 'inband') await interruptsEachQuestion(caller, card);
    else await caller.presses(typedAhead({ ...payment, way }), '(secrets)');
    if (way === 'hangs up') return 0;
    const ending: Value = { kind: 'last-four', digits: card.number.slice(-4) };
    await caller.hears(prompt(family.saved ? 'pay.same-again' : 'pay.read-back', { amount, card: ending }), 'start');
    await caller.hears(prompt('pay.fee'));
    await caller.presses('1');
    await caller.hears(done, 'start');
    // What is asked then is answered at once: to end this call.
    await caller.presses('2');
    await caller.call.ended;
    return dollars * 100 + (family.saved ? savedCents : 0);
  } finally {
    await caller.call.hangup();
  }
}

/** Into each prompt as it begins: FreeSWITCH drops sound where one ends, and tears a tone that is there (docs/differences.md). */
async function interruptsEachQuestion(caller: FamilyCaller, card: CardInHand): Promise<void> {
  const answers: readonly (readonly [Prompt, string])[] = [
    [prompt('language.choose', {}, 'en'), '1'],
    [prompt('main.pay'), '1'],
    [prompt('amount.ask'), `${dollars}#`],
    [prompt('card.number'), card.number],
    [prompt('card.expiry'), card.expiry],
    [prompt('card.cvv'), card.cvv],
    [prompt('card.postal-code'), card.postalCode],
  ];
  for (const [question, typed] of answers) {
    await caller.hears(question, 'start');
    await caller.presses(typed, '(secrets)');
  }
}

/** Asks for an agent, and types the card where the agent does not hear it. */
async function payAttended(caller: FamilyCaller, { number, expiry, cvv, postalCode }: CardInHand): Promise<number> {
  await caller.presses('10');
  void caller.call.speak(repeated(saidToAgent));
  await caller.hears(prompt('card.number'));
  await caller.presses(`${number}${expiry}${cvv}${postalCode}`, '(secrets)');
  await caller.hears(prompt('pay.fee'));
  await caller.presses('1');
  await caller.hears(done, 'start');
  // The agent hangs up.
  await caller.call.ended;
  return dollars * 100;
}

const done: Prompt = prompt('pay.done', { amount });

type Alone = Exclude<Payment['way'], 'attended'>;

/** English, to pay, and everything up to the question whether it shall be charged. */
function typedAhead({ way, family, card, wrong }: Payment & { readonly way: Alone }): string {
  const { number, expiry, cvv, postalCode } = card;
  switch (way) {
    case 'saved card':
      return `11${family.passcode}${cvv}`;
    case 'wrong passcode':
      return `11${wrong}${family.passcode}${cvv}`;
    case 'mistyped':
      return `11${dollars}#${wrong}#${number}${expiry}${cvv}${postalCode}`;
    case 'hangs up':
      return `11${dollars}#${number.slice(0, 13)}`;
    case 'new card':
      return `11${dollars}#${number}${expiry}${cvv}${postalCode}`;
  }
}

/** Somebody inside types a PIN and calls a number where it is busy. */
export async function playPin(stage: Stage, number: string, pin: string): Promise<void> {
  const rang = new Promise<void>((resolve) =>
    stage.person(number, (call) => {
      call.reject(486);
      resolve();
    }),
  );
  const call = stage.dial(number);
  if (!(await call.answered)) throw new Error('the call from inside was not answered');
  await call.press(`1${pin}#`);
  await rang;
  await call.ended;
}

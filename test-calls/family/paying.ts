import type { Prompt, Value } from '#flows/prompt.ts';
import { prompt } from '#flows/prompt.ts';
import type { FamilyCaller } from './caller.ts';
import type { CardInHand, Family } from './families.ts';

const money = (cents: number): Value => ({ kind: 'money', cents });
const ending = (card: CardInHand): Value => ({ kind: 'last-four', digits: card.number.slice(-4) });
const hidden = (what: string, { length }: string): string => `enters ${what}: ${'•'.repeat(length)}`;

/** What somebody who calls for the first time does: listens to each choice until its key is told. */
export async function choosesLanguage(caller: FamilyCaller, language: 'en' | 'es'): Promise<void> {
  await caller.hears(prompt('language.choose', {}, 'en'));
  if (language === 'es') await caller.hears(prompt('language.choose', {}, 'es'));
  caller.language = language;
  await caller.presses(language === 'en' ? '1' : '2');
  await caller.hears(prompt('line.welcome'));
}

/** From the main menu to the question whether the saved card shall be charged, by every choice as it is told. */
export async function paysWithSaved(caller: FamilyCaller, { passcode, saved }: Family): Promise<void> {
  if (!saved) throw new Error('no card is saved');
  const { card, lastCents } = saved;
  await caller.chooses(prompt('main.pay'), '1');
  await asked(caller, prompt('passcode.or-card'), passcode, hidden('the passcode', passcode));
  await asked(caller, prompt('pay.code', { card: ending(card) }), card.cvv, hidden('the security code', card.cvv));
  await readBack(caller, lastCents, card, 'pay.same-again');
}

/** The same with a card that is typed, for this many whole dollars. */
export async function paysWithNew(caller: FamilyCaller, card: CardInHand, dollars: number): Promise<void> {
  await caller.chooses(prompt('main.pay'), '1');
  await asked(caller, prompt('amount.ask'), `${dollars}#`);
  await typesCard(caller, card);
  await readBack(caller, dollars * 100, card);
}

export async function typesCard(caller: FamilyCaller, card: CardInHand): Promise<void> {
  await asked(caller, prompt('card.number'), card.number, hidden('the card number', card.number));
  await asked(caller, prompt('card.expiry'), card.expiry, hidden('the expiration date', card.expiry));
  await asked(caller, prompt('card.cvv'), card.cvv, hidden('the security code', card.cvv));
  await asked(caller, prompt('card.postal-code'), card.postalCode);
}

/** What has to be heard before anything is charged, heard to its end. */
export async function readBack(
  caller: FamilyCaller,
  cents: number,
  card: CardInHand,
  as: 'pay.read-back' | 'pay.same-again' = 'pay.read-back',
): Promise<void> {
  await caller.hears(prompt(as, { amount: money(cents), card: ending(card) }));
  await caller.hears(prompt('pay.fee'));
}

/** Says yes, and hears that the money was added. */
export async function confirms(caller: FamilyCaller, cents: number): Promise<void> {
  await caller.chooses(prompt('confirm.yes'), '1');
  await caller.hears(prompt('pay.wait'), 'start');
  await caller.hears(prompt('pay.done', { amount: money(cents) }), 'start');
}

/** Ends the call as the line offers to, and hears it say goodbye. */
export async function leaves(caller: FamilyCaller): Promise<void> {
  await caller.chooses(prompt('next.end'), '2');
  await caller.hears(prompt('line.goodbye'), 'start');
  await caller.call.ended;
}

async function asked(caller: FamilyCaller, question: Prompt, typed: string, told?: string): Promise<void> {
  await caller.hears(question);
  await caller.presses(typed, told);
}

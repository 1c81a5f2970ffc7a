import { RIO_CLARO } from '#db/seed/demo-world.ts';
import type { Language } from '#flows/language.ts';
import type { Value } from '#flows/prompt.ts';
import { prompt } from '#flows/prompt.ts';
import type { FamilyCaller } from '../family/caller.ts';
import type { CardInHand, Family } from '../family/families.ts';
import { family, fictionalNumber } from '../family/families.ts';
import { confirms, leaves, paysWithNew, paysWithSaved, readBack, typesCard } from '../family/paying.ts';

/** Cards that no bank issues (https://docs.stripe.com/testing): one is taken, one has no money on it. */
const good: CardInHand = { number: '4242424242424242', expiry: '0431', cvv: '314', postalCode: '95814' };
const empty: CardInHand = { ...good, number: '4000000000009995' };
const prepaid: CardInHand = { ...good, number: '5105105105105100' };

export interface Scene {
  readonly name: string;
  readonly title: string;
  readonly family: Family;
  readonly language: Language;
  /** What the account must have in the end. */
  readonly cents: number;
  /** The facilities whose calls are blocked in the end. */
  readonly blocked: readonly string[];
  /** From the main menu to the last prompt before the goodbye. */
  play(caller: FamilyCaller, scene: Scene, reference: () => Promise<string>): Promise<void>;
}

/** Says yes, hears that the money was added, and the reference. */
async function paid(caller: FamilyCaller, cents: number, reference: () => Promise<string>): Promise<void> {
  await confirms(caller, cents);
  await caller.hears(prompt('pay.reference', { reference: { kind: 'reference', digits: await reference() } }));
}

const blockedName: Value = { kind: 'name', text: 'Río Claro Facility' };

export const scenes: readonly Scene[] = [
  {
    name: 'new-card',
    title: 'pays with a new card',
    family: family(fictionalNumber(60), '5093'),
    language: 'en',
    cents: 4_000,
    blocked: [],
    async play(caller, _scene, reference) {
      await paysWithNew(caller, good, 40);
      await paid(caller, 4_000, reference);
      await leaves(caller);
    },
  },
  {
    name: 'saved-card',
    title: 'pays with the saved card, as much as last time',
    family: family(fictionalNumber(61), '6184', { card: prepaid, lastCents: 2_500 }),
    language: 'en',
    cents: 5_000,
    blocked: [],
    async play(caller, scene, reference) {
      await paysWithSaved(caller, scene.family);
      await paid(caller, 2_500, reference);
      await leaves(caller);
    },
  },
  {
    name: 'declined',
    title: 'a card without money is declined, another one pays',
    family: family(fictionalNumber(62), '7275'),
    language: 'en',
    cents: 1_500,
    blocked: [],
    async play(caller, _scene, reference) {
      await paysWithNew(caller, empty, 15);
      await caller.chooses(prompt('confirm.yes'), '1');
      await caller.hears(prompt('declined.insufficient-funds'));
      await caller.hears(prompt('pay.not-charged'));
      await caller.chooses(prompt('pay.another-card'), '1');
      await typesCard(caller, good);
      await readBack(caller, 1_500, good);
      await paid(caller, 1_500, reference);
      await leaves(caller);
    },
  },
  {
    name: 'block',
    title: 'in Spanish: blocks one facility of two that called, and hears what is blocked',
    family: family(fictionalNumber(63), '8366'),
    language: 'es',
    cents: 0,
    blocked: [RIO_CLARO],
    async play(caller) {
      await caller.chooses(prompt('main.block'), '3');
      await caller.chooses(prompt('block.one'), '1');
      await caller.chooses(prompt('block.facility', { facility: blockedName }), '2');
      await caller.hears(prompt('block.check', { facility: blockedName }));
      await caller.hears(prompt('block.how-to-lift'));
      await caller.chooses(prompt('confirm.yes'), '1');
      await caller.hears(prompt('block.placed', { facility: blockedName }));
      await caller.chooses(prompt('next.menu'), '1');
      await caller.chooses(prompt('main.block'), '3');
      await caller.chooses(prompt('block.hear'), '3');
      await caller.hears(prompt('block.is', { facility: blockedName }));
      await leaves(caller);
    },
  },
];

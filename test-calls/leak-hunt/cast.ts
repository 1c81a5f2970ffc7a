import type { Database } from '#db/connect.ts';
import { VALLEY_VIEW } from '#db/seed/demo-world.ts';
import type { Config } from '#processes/config.ts';
import { seedCast as seedInside } from '../demo/cast.ts';
import type { CardInHand, Family } from '../family/families.ts';
import { family, fictionalNumber, seedFamilies } from '../family/families.ts';
import type { PressBy } from '../phone/call.ts';
import { seedDesk } from './desk.ts';
import type { Secret } from './secrets.ts';
import { chances, drawCardNumber, drawDigits } from './secrets.ts';

/** How a payment of the hunt goes. */
export type Way = 'new card' | 'mistyped' | 'hangs up' | 'saved card' | 'wrong passcode' | 'attended';

export interface Payment {
  readonly way: Way;
  /** How its keys are sent. */
  readonly by: PressBy;
  readonly family: Family;
  /** What is typed: the new card, or the one that is saved. */
  readonly card: CardInHand;
  /** Typed before the right one. */
  readonly wrong: string;
}

/** Who calls in a hunt, and every secret that is typed in it. */
export interface Cast {
  readonly payments: readonly Payment[];
  /** PINs of people inside, eight digits each. */
  readonly pins: readonly string[];
  readonly secrets: readonly Secret[];
}

/** What ten payments are. */
const ways: readonly (readonly [Way, PressBy])[] = [
  ['new card', 'rfc4733'],
  ['new card', 'info'],
  ['saved card', 'rfc4733'],
  ['mistyped', 'rfc4733'],
  ['new card', 'inband'],
  ['attended', 'rfc4733'],
  ['wrong passcode', 'info'],
  ['hangs up', 'rfc4733'],
  ['attended', 'info'],
  ['new card', 'info'],
];

export const savedCents = 2_500;

/** The same cast for the same seed. */
export function castOf(count: number, pins: number, seed: number): Cast {
  const chance = chances(seed);
  const card = (): CardInHand => ({
    number: drawCardNumber(chance),
    expiry: `${String(1 + chance(12)).padStart(2, '0')}${31 + chance(9)}`,
    cvv: drawDigits(chance, 3),
    postalCode: `9${drawDigits(chance, 4)}`,
  });
  const payments = Array.from({ length: count }, (_, nth): Payment => {
    const [way, by] = ways[nth % ways.length]!;
    const [own, passcode, other] = [card(), drawDigits(chance, 4), drawDigits(chance, 4)];
    const saved = way === 'saved card' || way === 'wrong passcode' ? { card: own, lastCents: savedCents } : undefined;
    const lastDigit = String((Number(own.number.at(-1)) + 1) % 10);
    const wrong = saved ? other : own.number.slice(0, -1) + lastDigit;
    return { way, by, family: family(fictionalNumber(nth), passcode, saved), card: own, wrong };
  });
  const typed = Array.from({ length: pins }, () => drawDigits(chance, 8));
  const secrets = [...payments.flatMap(secretsOf), ...typed.map((digits): Secret => ({ kind: 'PIN', digits }))];
  return { payments, pins: typed, secrets };
}

/** What is typed in a row and must not be found in a row. The last four of a card may be. */
function secretsOf({ family: { passcode, saved }, card: { number, expiry, cvv, postalCode } }: Payment): Secret[] {
  if (saved)
    return [
      { kind: 'card number', digits: number },
      { kind: 'passcode and code', digits: `${passcode}1${cvv}` },
    ];
  return [
    { kind: 'card number', digits: number },
    { kind: 'rest of a card', digits: `${expiry}${cvv}${postalCode}` },
  ];
}

/** Lets the platform know them. */
export async function seedCast({ payments, pins }: Cast, db: Database, config: Config): Promise<void> {
  await seedFamilies(
    payments.map((payment) => payment.family),
    db,
    config,
  );
  await seedDesk(db, config);
  const inside = pins.map(
    (pin, nth) => ({ label: `hunted-${nth}`, pin, language: 'en', number: '', saysName: false }) as const,
  );
  await seedInside(inside, VALLEY_VIEW, db, config);
}

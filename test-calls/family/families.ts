import { randomUUID } from 'node:crypto';
import { agreementAt } from '#accounts/cards/agreement.ts';
import { SandboxGateway } from '#accounts/cards/sandbox-gateway.ts';
import { saveCard } from '#accounts/cards/saved-card.ts';
import { Secret } from '#accounts/cards/secret.ts';
import { depositByCard } from '#accounts/deposits/deposit-by-card.ts';
import { argonHasher } from '#accounts/passcode/hasher.ts';
import { noGuesses } from '#accounts/passcode/lock.ts';
import { openAccount } from '#db/accounts.ts';
import { openCall } from '#db/calls.ts';
import type { Database } from '#db/connect.ts';
import { putPasscode } from '#db/passcodes.ts';
import type { Config } from '#processes/config.ts';
import { moneyOf } from '#processes/money.ts';

/** A card as it lies before whoever types it. */
export interface CardInHand {
  readonly number: string;
  /** MMYY. */
  readonly expiry: string;
  readonly cvv: string;
  readonly postalCode: string;
}

/** Somebody who calls the 866 line from a number with an account. */
export interface Family {
  /** E.164. */
  readonly number: string;
  readonly accountId: string;
  readonly passcode: string;
  /** Saved with the account, and paid with once: this many cents. */
  readonly saved: { readonly card: CardInHand; readonly lastCents: number } | undefined;
}

/** A family yet to be known to the platform. */
export const family = (number: string, passcode: string, saved?: Family['saved']): Family => ({
  ...{ number, passcode, saved },
  accountId: randomUUID(),
});

/** A number of the range kept for fiction (ATIS-0300048), in area codes of California: the first thousand are all different. */
export function fictionalNumber(index: number): string {
  const areas = ['209', '310', '323', '408', '415', '510', '559', '619', '661', '707'];
  return `+1${areas[Math.floor(index / 100) % areas.length] ?? ''}55501${String(index % 100).padStart(2, '0')}`;
}

/** Opens the families' accounts, with their passcodes, saved cards, and what they paid with these. */
export async function seedFamilies(families: readonly Family[], db: Database, config: Config): Promise<void> {
  const now = () => new Date();
  const hasher = await argonHasher(config.PASSCODE_PEPPER);
  const gateway = new SandboxGateway({ db, now, webhookSecret: config.SANDBOX_WEBHOOK_SECRET });
  const { deposits } = moneyOf(db, gateway);
  for (const { number, accountId, passcode, saved } of families) {
    await openAccount(db, { id: accountId, numbers: [number], at: now() });
    await putPasscode(db, accountId, { hash: await hasher.hash(passcode), guesses: noGuesses });
    if (!saved) continue;
    const { card, lastCents } = saved;
    const details = {
      number: new Secret(card.number),
      cvv: new Secret(card.cvv),
      expiryMonth: Number(card.expiry.slice(0, 2)),
      expiryYear: 2000 + Number(card.expiry.slice(2)),
      postalCode: card.postalCode,
    };
    const taken = await gateway.tokenise(details);
    if (taken.kind !== 'token') throw new Error(`the card to be saved is refused: ${taken.reason}`);
    const agreement = { version: agreementAt(now())?.version ?? '', at: now() };
    await saveCard({ db, now }, { accountId, card: taken, agreement, channel: 'web' });
    await depositByCard(deposits, { key: randomUUID(), accountId, cents: lastCents, channel: 'web', card: taken });
  }
}

/** A call that a facility placed to this number a moment ago: the facility is offered to be blocked. */
export async function calledBy(facilityId: string, number: string, db: Database): Promise<void> {
  const id = randomUUID();
  const at = new Date();
  await openCall(db, { id, facilityId, node: 'before', callerLeg: { sipCallId: id }, offHookAt: at });
  await db.updateTable('call').set({ number, dialledAt: at }).where('id', '=', id).execute();
}

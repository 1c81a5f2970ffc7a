import type { CardGateway } from '#accounts/cards/gateway.ts';
import type { DepositDeps } from '#accounts/deposits/deposit-by-card.ts';
import type { DocumentDeps } from '#accounts/documents/ports.ts';
import type { FundingDeps } from '#accounts/funding/ports.ts';
import type { IdentityDeps } from '#accounts/identity/ports.ts';
import type { PasscodeDeps } from '#accounts/passcode/check-passcode.ts';
import type { HolderDeps } from '#accounts/refunds/ports.ts';
import type { Database } from '#db/connect.ts';
import { identityOf, type Identity } from '#db/identities.ts';
import type { OwnAccount } from '#db/identity-accounts.ts';
import { z } from 'zod';
import type { FamilyAsked } from '../identity/routes.ts';
import { refuse as refuseIdentity } from '../identity/refusals.ts';
import { signedIn } from '../identity/sessions.ts';
import { read } from '../problem.ts';
import type { Route } from '../routes.ts';
import type { FamilyLimit } from './limits.ts';
import { refuse } from './refusals.ts';

/** What web and app stand on. */
export interface FamilyHouse {
  readonly identity: IdentityDeps;
  /** Of accounts' passcodes; and by whom holders are told. */
  readonly holders: PasscodeDeps;
  readonly deposits: DepositDeps;
  readonly funding: Pick<FundingDeps, 'now' | 'cardOf' | 'notify'>;
  readonly refunds: HolderDeps;
  readonly cards: Pick<CardGateway, 'cardOf'>;
  /** Absent: no pictures of identity documents are taken here. */
  readonly documents?: DocumentDeps;
}

export interface HouseAsked extends FamilyAsked {
  /** Of whoever is signed in, the open ones first. Whatever changes one looks at it again, and holds it. */
  readonly accounts: readonly OwnAccount[];
  /** The tags of If-Match, or undefined without it. */
  readonly ifMatch: readonly string[] | undefined;
  /** What kinds of answer are taken (RFC 9110 §12.5.1). */
  readonly accept: string | undefined;
  readonly contentType: string | undefined;
}

export interface Answered {
  readonly status: number;
  readonly body: unknown;
  /** Of the version that is shown: without its quotes. */
  readonly etag?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One row of what web and app do with accounts. */
export interface FamilyRoute extends Omit<Route, 'run'> {
  readonly door: 'family' | 'open';
  readonly limit: FamilyLimit;
  run(db: Database, house: FamilyHouse, asked: HouseAsked): Promise<Answered>;
}

export const ok = (body: unknown, etag?: string): Answered => ({
  status: 200,
  body,
  ...(etag !== undefined && { etag }),
});
export const result = (word: string, status = 200): Answered => ({ status, body: { result: word } });

/** Which of one's accounts, where there are more than one: its number. */
export const account = z
  .string()
  .regex(/^1\d{9}$/, 'is no account number')
  .optional()
  .describe('Its number; of those who have one account, that one without');
export const accountQuery = z.strictObject({ account });
const named = z.object({ account });

/** Who is signed in. */
export async function identityIn(db: Database, asked: HouseAsked): Promise<Identity> {
  const identity = await identityOf(db, { id: signedIn(asked).identityId });
  if (!identity) throw refuseIdentity('session-needed');
  return identity;
}

/**
 * The account that is meant: the one that is named, else the only open one, else the one that was closed last. `open`: a closed one is refused, since
 * nothing is done with it any more.
 */
export function mine(asked: HouseAsked, { open = false } = {}): OwnAccount {
  const { account: number } = read('query', named, asked.query ?? {});
  const all = asked.accounts;
  const found = number === undefined ? theOne(all) : all.find((one) => one.number === number);
  if (!found) throw refuse('account-unknown');
  if (open && found.status === 'closed') throw refuse('account-closed');
  return found;
}

function theOne([first, second]: readonly OwnAccount[]): OwnAccount {
  if (!first) throw refuse('account-missing');
  if (second?.status === 'open') throw refuse('account-unnamed');
  return first;
}

/** Throws where there is none. */
export function keyIn({ idempotencyKey }: HouseAsked): string {
  if (idempotencyKey === undefined) throw refuse('key-needed');
  return idempotencyKey;
}

/** The tags that a change is made under (RFC 9110 §13.1.1). Throws 428 where there are none (RFC 6585 §3). */
export function tagsIn({ ifMatch }: HouseAsked): readonly string[] {
  if (!ifMatch) throw refuse('version-needed');
  return ifMatch;
}

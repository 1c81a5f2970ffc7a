import type { Database } from './connect.ts';
import type { IdentityAccountTable } from './schema/identity.ts';

/** An account that an identity owns. */
export interface OwnAccount {
  readonly id: string;
  /** Ten digits. */
  readonly number: string;
  readonly status: 'open' | 'closed';
  readonly way: IdentityAccountTable['way'];
  readonly since: Date;
}

/** The open ones first, then the latest. */
export async function accountsOfIdentity(db: Database, identityId: string): Promise<OwnAccount[]> {
  return db
    .selectFrom('identityAccount')
    .innerJoin('account', 'account.id', 'identityAccount.accountId')
    .select(['account.id', 'account.number', 'account.status', 'identityAccount.way', 'identityAccount.at as since'])
    .where('identityAccount.identityId', '=', identityId)
    .orderBy('account.status', 'desc')
    .orderBy('identityAccount.at', 'desc')
    .orderBy('account.id')
    .execute();
}

/** Gives an account to an identity, unless it has an owner. Returns whose it is then. */
export async function ownAccount(
  trx: Database,
  owning: {
    readonly accountId: string;
    readonly identityId: string;
    readonly way: 'enrolled' | 'claimed';
    readonly at: Date;
  },
): Promise<string> {
  const { accountId } = owning;
  await trx
    .insertInto('identityAccount')
    .values(owning)
    .onConflict((conflict) => conflict.column('accountId').doNothing())
    .execute();
  const owner = trx.selectFrom('identityAccount').select('identityId').where('accountId', '=', accountId);
  return (await owner.executeTakeFirstOrThrow()).identityId;
}

import { sql } from 'kysely';
import type { Database } from './connect.ts';
import type { IdentityAccountTable } from './schema/identity.ts';
import type { Session } from './sessions.ts';

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

/** Somebody who is signed in, with the accounts they own. */
export interface SignedInFamily {
  readonly session: Session;
  readonly accounts: readonly OwnAccount[];
}

type Row = Session & { readonly accounts: readonly (Omit<OwnAccount, 'since'> & { readonly since: string })[] };

/** Whose an access token is that is good at `at`, and their accounts as accountsOfIdentity() gives them: what every request asks, in one statement. */
export async function familyByAccess(db: Database, digest: string, at: Date): Promise<SignedInFamily | undefined> {
  const { rows } = await sql<Row>`
    select session.*, (
      select coalesce(jsonb_agg(jsonb_build_object(
          'id', account.id, 'number', account.number, 'status', account.status, 'way', own.way, 'since', own.at
        ) order by account.status desc, own.at desc, account.id), '[]')
      from identity_account own join account on account.id = own.account_id where own.identity_id = session.identity_id) as accounts
    from access_token token join identity_session session on session.id = token.session_id
    where token.digest = ${digest} and token.expires_at > ${at}::timestamptz and session.ended_at is null`.execute(db);
  const [row] = rows;
  if (!row) return undefined;
  const { accounts, ...session } = row;
  return { session, accounts: accounts.map((account) => ({ ...account, since: new Date(account.since) })) };
}

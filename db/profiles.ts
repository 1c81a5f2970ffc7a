import type { Selectable } from 'kysely';
import type { Database } from './connect.ts';
import { actorColumns, toActor, type HolderActor } from './enrolments.ts';
import type { AccountProfileTable } from './schema/enrolment.ts';

/** Who a holder is, where they live and how they want to be told things. What is null is not known yet. */
export type Profile = Readonly<Omit<Selectable<AccountProfileTable>, 'accountId' | 'version' | 'changedAt'>>;

/** Version 0: nobody has written anything down. */
export interface ProfileVersion {
  readonly version: number;
  readonly profile: Profile;
}

export const emptyProfile: Profile = {
  firstName: null,
  lastName: null,
  addressLine1: null,
  addressLine2: null,
  city: null,
  region: null,
  postalCode: null,
  country: null,
  phone: null,
  language: 'en',
  notices: 'none',
  mobile: null,
  email: null,
};

export async function profileOf(db: Database, accountId: string): Promise<ProfileVersion> {
  const fields = Object.keys(emptyProfile) as (keyof Profile)[];
  const query = db.selectFrom('accountProfile').select(fields).select('version').where('accountId', '=', accountId);
  const row = await query.executeTakeFirst();
  if (!row) return { version: 0, profile: emptyProfile };
  const { version, ...profile } = row;
  return { version, profile };
}

/**
 * Writes the whole profile down as the version after `change.from`, with which of its fields are new. False: somebody else has changed it since,
 * and nothing was written. The caller holds the account's row, or has just made it.
 */
export async function saveProfile(
  trx: Database,
  change: {
    readonly accountId: string;
    readonly from: number;
    readonly profile: Profile;
    readonly fields: readonly string[];
    readonly by: HolderActor;
    readonly at: Date;
  },
): Promise<boolean> {
  const { accountId, from, profile, fields, by, at } = change;
  const version = from + 1;
  const row = { ...profile, version, changedAt: at };
  const written =
    from === 0
      ? await trx
          .insertInto('accountProfile')
          .values({ accountId, ...row })
          .onConflict((conflict) => conflict.column('accountId').doNothing())
          .executeTakeFirst()
          .then(({ numInsertedOrUpdatedRows }) => numInsertedOrUpdatedRows)
      : await trx
          .updateTable('accountProfile')
          .set(row)
          .where('accountId', '=', accountId)
          .where('version', '=', from)
          .executeTakeFirst()
          .then(({ numUpdatedRows }) => numUpdatedRows);
  if (written !== 1n) return false;
  const what = { accountId, version, fields: JSON.stringify(fields), at };
  await trx
    .insertInto('accountProfileChange')
    .values({ ...what, ...actorColumns(by) })
    .execute();
  return true;
}

export interface ProfileChange {
  readonly version: number;
  readonly fields: readonly string[];
  readonly by: HolderActor;
  readonly at: Date;
}

/** Who changed which fields, the newest first. */
export async function profileHistory(db: Database, accountId: string, limit = 100): Promise<ProfileChange[]> {
  const query = db.selectFrom('accountProfileChange').selectAll().where('accountId', '=', accountId);
  const rows = await query.orderBy('version', 'desc').limit(limit).execute();
  return rows.map((row) => ({ version: row.version, fields: row.fields, by: toActor(row), at: row.at }));
}

import { sql, type Kysely } from 'kysely';

/**
 * From here on a block is the only thing that keeps a number of a closed account from being called (guide row 22); until now the account's state
 * did so as well. So every such number gets the block that its closing should have left, unless there was one (an agent may have lifted it) or an
 * open account answers for the number.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create temporary table unblocked on commit drop as
      select distinct on (mine.number) mine.number, mine.account_id, account.closed_at
      from account_number mine join account on account.id = mine.account_id and account.status = 'closed'
      where not exists (
          select from account_number other join account theirs on theirs.id = other.account_id
          where other.number = mine.number and theirs.status = 'open')
        and not exists (select from block where block.number = mine.number and block.placed_by = 'closing')
      order by mine.number, account.closed_at desc;
    update block set lifted_by = 'closing', lifted_by_id = unblocked.account_id, lifted_at = greatest(now(), placed_at),
        lift_reason = 'replaced by the block of closing the account'
      from unblocked where block.number = unblocked.number and block.facility_id is null and block.lifted_at is null;
    insert into block (number, facility_id, placed_by, placed_by_id, placed_at, reason)
      select number, null, 'closing', account_id, closed_at, 'account closed' from unblocked;
  `.execute(db);
}

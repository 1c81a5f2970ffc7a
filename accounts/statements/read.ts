import { callsOfAccount } from '#db/account-calls.ts';
import type { Database } from '#db/connect.ts';
import { statementFacts, type Period } from '#db/statements.ts';
import { callDetailsOf, type CallDetails } from './calls.ts';
import { statementOf, type Statement } from './statement.ts';

export { BadCursor, transactionsOf, type Transaction, type TransactionPage } from '#db/statements.ts';

/** Throws StatementFault, DatabaseUnavailable. An account that is unknown has an empty statement: who asks has been let in before. */
export async function readStatement(
  db: Database,
  about: { readonly accountId: string; readonly period: Period; readonly timeZone: string },
): Promise<Statement> {
  return statementOf(about, await statementFacts(db, about.accountId, about.period));
}

/** Calls and attempts to the numbers of an account. Throws DatabaseUnavailable. */
export async function readCallDetails(db: Database, accountId: string, period: Period): Promise<CallDetails> {
  return callDetailsOf(await callsOfAccount(db, accountId, period));
}

import type { Readable } from 'node:stream';
import { z } from 'zod';
import { statementCsv } from '#accounts/statements/csv.ts';
import { daysOf, ZONE } from '#accounts/statements/days.ts';
import { readStatement } from '#accounts/statements/read.ts';
import { statementPdf } from '#accounts/statements/statement-pdf.ts';
import type { Database } from '#db/connect.ts';
import type { Language } from '#db/people.ts';
import { wantedOf } from './accepted.ts';
import { Problem } from './problem.ts';

/** A year and a day, so that a year fits whichever day it begins. */
export const MOST_DAYS = 367;
const isDay = (text: string): boolean => z.iso.date().safeParse(text).success;

/** What a statement is told as; the first to whoever has no wish. */
const kinds = { 'application/pdf': 'pdf', 'text/csv': 'csv' } as const;
type Media = keyof typeof kinds;
export const statementMedia = Object.keys(kinds) as readonly Media[];

export const statementDays = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d\.\.\d{4}-\d\d-\d\d(\.csv|\.pdf)?$/, 'is no FROM..UNTIL of ISO days')
  .describe('`2026-05-01..2026-05-31`, both included; `.csv` or `.pdf` at its end says which, else `Accept` does');
export const statementQuery = z.strictObject({
  language: z.enum(['en', 'es']).optional().describe('The holder’s without'),
});

export interface StatementAsked {
  readonly accountId: string;
  /** As on letters. */
  readonly accountNumber: string;
  /** As {@link statementDays} takes them. */
  readonly days: string;
  readonly accept: string | undefined;
  readonly language: Language;
  /** When it is issued. */
  readonly at: Date;
}

export interface StatementFile {
  readonly from: string;
  readonly until: string;
  readonly kind: 'pdf' | 'csv';
  readonly body: string | Readable;
  readonly headers: Readonly<Record<string, string>>;
}

/** The statement of some days as a file to keep. Throws the problem of days that are none, 406 for who wants another kind; DatabaseUnavailable. */
export async function statementFile(db: Database, asked: StatementAsked): Promise<StatementFile> {
  const { accountId, accountNumber, days, language, at } = asked;
  const [, from = '', until = '', suffix] = /^(.{10})\.\.(.{10})(?:\.(csv|pdf))?$/.exec(days) ?? [];
  const period = isDay(from) && isDay(until) ? daysOf(from, until, MOST_DAYS) : undefined;
  if (!period) throw new Problem(400, `path.days: are no days, or not 1 to ${MOST_DAYS - 1} of them in order`);
  const media = statementMedia.find((one) => kinds[one] === suffix) ?? wantedOf(asked.accept, statementMedia);
  if (!media)
    throw new Problem(406, `A statement is a file of ${statementMedia.join(' or ')}: say in Accept that you take one.`);
  const statement = { ...(await readStatement(db, { accountId, period, timeZone: ZONE })), accountId: accountNumber };
  const kind = kinds[media];
  const name = `homeline-${accountNumber}-${from}-${until}.${kind}`;
  return {
    ...{ from, until, kind },
    // With a byte order mark: whoever opens it does so in a spreadsheet.
    body: kind === 'csv' ? statementCsv(statement, { language, bom: true }) : statementPdf(statement, { language, at }),
    headers: {
      'content-type': kind === 'csv' ? 'text/csv; charset=utf-8; header=present' : media,
      'content-disposition': `attachment; filename="${name}"`,
      vary: 'Origin, Accept',
    },
  };
}

import { stringify } from 'csv-stringify/sync';
import type { Language } from '#db/people.ts';
import type { Transaction } from '#db/statements.ts';
import type { CallDetails } from './calls.ts';
import { datesIn, decimal, duration, phone } from './formats.ts';
import type { Statement } from './statement.ts';
import { describe, outcomes, words } from './wording.ts';

/** Text, or an amount of ours in cents. */
type Cell = string | { readonly cents: number };

export interface CsvOptions {
  readonly language: Language;
  /** Begins with a byte order mark: without it Excel takes UTF-8 for something else. */
  readonly bom?: boolean;
}

/** A spreadsheet takes text that begins so for a formula and runs it (OWASP, CSV Injection). */
const formula = /^[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20]/;
const cellText = (cell: Cell): string =>
  typeof cell !== 'string' ? decimal(cell.cents) : formula.test(cell) ? `'${cell}` : cell;

/** RFC 4180: CRLF, quoted where needed, the same number of fields in every record. */
export const csvOf = (records: readonly (readonly Cell[])[], options: Pick<CsvOptions, 'bom'> = {}): string =>
  stringify(
    records.map((record) => record.map(cellText)),
    { record_delimiter: 'windows', bom: options.bom ?? false },
  );

/** The first and last records are the balances, so that the file adds up by itself. */
export function statementCsv(statement: Statement, options: CsvOptions): string {
  const { language } = options;
  const dates = datesIn(statement.timeZone, language);
  const { date, time, reference, description, duration: lasted, amount, balance, opening, closing } = words;
  const head = [date, time, reference, description, lasted, amount, balance].map((word) => word[language]);
  const edge = (at: Date, text: string, cents: number): Cell[] => [dates.iso(at), '', '', text, '', '', { cents }];
  const lines = statement.lines.map((line): Cell[] => {
    const cents = line.inCents - line.outCents;
    const text = describe(line.kind, cents, language);
    const talked = line.seconds === undefined ? '' : duration(line.seconds);
    return [
      dates.iso(line.at),
      dates.time(line.at),
      line.reference,
      text,
      talked,
      { cents },
      { cents: line.balanceCents },
    ];
  });
  const { from, until } = statement.period;
  const last = new Date(until.getTime() - 1);
  return csvOf(
    [
      head,
      edge(from, opening[language], statement.openingCents),
      ...lines,
      edge(last, closing[language], statement.closingCents),
    ],
    options,
  );
}

export function transactionsCsv(transactions: readonly Transaction[], timeZone: string, options: CsvOptions): string {
  const { language } = options;
  const dates = datesIn(timeZone, language);
  const { date, time, reference, description, amount, balance } = words;
  const head = [date, time, reference, description, amount, balance].map((word) => word[language]);
  const lines = transactions.map(({ at, reference: number, kind, cents, balanceCents }): Cell[] => [
    dates.iso(at),
    dates.time(at),
    number,
    describe(kind, cents, language),
    { cents },
    { cents: balanceCents },
  ]);
  return csvOf([head, ...lines], options);
}

/** Days and times are those of each call's facility. The last record is the total. */
export function callsCsv(details: CallDetails, options: CsvOptions): string {
  const { language } = options;
  const { date, time, facility, number, duration: lasted, billed, total } = words;
  const head = [date, time, facility, number, lasted, billed].map((word) => word[language]);
  const lines = details.calls.map((call): Cell[] => [
    ...whenAndWhere(call, language),
    duration(call.talkSeconds),
    { cents: call.billedCents },
  ]);
  const sum: Cell[] = [total[language], '', '', '', duration(details.talkSeconds), { cents: details.totalCents }];
  return csvOf([head, ...lines, sum], options);
}

export function attemptsCsv(details: CallDetails, options: CsvOptions): string {
  const { language } = options;
  const { date, time, facility, number, outcome } = words;
  const head = [date, time, facility, number, outcome].map((word) => word[language]);
  const lines = details.attempts.map((call): Cell[] => [
    ...whenAndWhere(call, language),
    outcomes[call.outcome][language],
  ]);
  return csvOf([head, ...lines], options);
}

function whenAndWhere(call: CallDetails['calls'][number], language: Language): string[] {
  const dates = datesIn(call.timeZone, language);
  return [dates.iso(call.at), dates.time(call.at), call.facility, phone(call.number)];
}

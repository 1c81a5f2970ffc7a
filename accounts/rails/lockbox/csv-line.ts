import { isDay, itemOf, type PaymentItem } from '../item.ts';
import type { LineFault } from './refusal.ts';

/** Which lockbox, of which day, and the how manieth file of it. */
export interface LockboxHeader {
  readonly lockbox: string;
  /** ISO day. */
  readonly day: string;
  readonly file: number;
}

export type LockboxLine =
  | { readonly kind: 'header'; readonly header: LockboxHeader }
  /** `batch` and `item`: the bank's own count, once in a file's lockbox and day. */
  | { readonly kind: 'item'; readonly batch: number; readonly item: number; readonly payment: PaymentItem }
  | { readonly kind: 'trailer'; readonly items: number; readonly cents: number }
  /** `cents`: what it is worth, as far as that can be read. */
  | { readonly kind: 'bad'; readonly record: 'header' | 'item' | 'trailer'; readonly fault: LineFault; readonly cents?: number }; // prettier-ignore

const bad = (record: 'header' | 'item' | 'trailer', fault: LineFault, cents?: number): LockboxLine => ({
  kind: 'bad',
  record,
  fault,
  ...(cents !== undefined && { cents }),
});

/** Fields of each record, the letter included; see docs/lockbox.md. */
const FIELDS = { H: 4, I: 15, T: 3 } as const;

/** One line of a lockbox file (docs/lockbox.md) by itself. Whatever it is, an answer: nothing is thrown. */
export function csvLine(text: string): LockboxLine {
  const fields = fieldsOf(text);
  if (!fields) return bad('item', 'not-csv');
  const [letter = '', ...rest] = fields;
  if (letter === 'H') return fields.length === FIELDS.H ? headerOf(rest) : bad('header', 'wrong-fields');
  if (letter === 'T') return fields.length === FIELDS.T ? trailerOf(rest) : bad('trailer', 'wrong-fields');
  if (letter !== 'I') return bad('item', 'unknown-record');
  return fields.length === FIELDS.I ? itemLine(rest) : bad('item', 'wrong-fields');
}

/** RFC 4180 §2.4 to 2.7: a quoted field or a bare one, and what ends it. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;

/** The fields of one record without line breaks; undefined when a quote is not closed, or stands where none may. */
export function fieldsOf(text: string): string[] | undefined {
  const fields: string[] = [];
  FIELD.lastIndex = 0;
  for (;;) {
    const match = FIELD.exec(text);
    if (!match) return undefined;
    const [, quoted, bare = '', end] = match;
    fields.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end === '') return fields;
  }
}

function headerOf([lockbox = '', day = '', file = '']: readonly string[]): LockboxLine {
  const number = countOf(file);
  if (!/^[A-Za-z0-9-]{1,20}$/.test(lockbox) || number === undefined) return bad('header', 'wrong-fields');
  return isDay(day) ? { kind: 'header', header: { lockbox, day, file: number } } : bad('header', 'not-a-day');
}

function trailerOf([items = '', total = '']: readonly string[]): LockboxLine {
  const many = countOf(items);
  const cents = centsOf(total, 12);
  if (many === undefined) return bad('trailer', 'wrong-fields');
  return cents === undefined ? bad('trailer', 'amount-unreadable') : { kind: 'trailer', items: many, cents };
}

function itemLine(fields: readonly string[]): LockboxLine {
  const [batchText = '', itemText = '', kind = '', amount = '', memo = '', issuer = '', serial = '', day = ''] = fields;
  const [name = '', line1 = '', line2 = '', city = '', state = '', postalCode = ''] = fields.slice(8);
  const cents = centsOf(amount, 7);
  if (cents === undefined) return bad('item', 'amount-unreadable');
  const batch = countOf(batchText);
  const item = countOf(itemText);
  if (batch === undefined || item === undefined) return bad('item', 'wrong-fields', cents);
  const sender = { name, lines: [line1, line2], city, state, postalCode };
  const payment = itemOf({ kind, cents, memo, issuer, serial, receivedOn: day, sender });
  return 'fault' in payment ? bad('item', payment.fault, cents) : { kind: 'item', batch, item, payment };
}

const countOf = (text: string): number | undefined => (/^\d{1,7}$/.test(text) ? Number(text) : undefined);

/** Dollars, a point and two digits: '25.00'. Anything else is no amount: a bank's file is made by a machine. */
function centsOf(text: string, dollarDigits: number): number | undefined {
  const match = /^(\d+)\.(\d\d)$/.exec(text);
  if (!match || (match[1]?.length ?? 0) > dollarDigits) return undefined;
  return Number(match[1]) * 100 + Number(match[2]);
}

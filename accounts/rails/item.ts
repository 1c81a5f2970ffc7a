import type { PaymentKind, Sender } from '#db/payments.ts';
import { isPaymentKind } from './kinds.ts';

/** One payment as it came: what is on the paper, in the bank's advice or the agent's receipt. */
export interface PaymentItem {
  readonly kind: PaymentKind;
  /** US cents. */
  readonly cents: number;
  /** What the memo says the account's number is; anything, also nothing. */
  readonly memo: string;
  /** Whose serial it is, where serials of several issuers look alike: of a cheque the bank's routing number and the account's last four. */
  readonly issuer: string;
  /** Number of the cheque or money order, trace number of the bank, reference number of MoneyGram, MTCN of Western Union. */
  readonly serial: string;
  /** ISO day in the place of the lockbox. */
  readonly receivedOn: string;
  readonly sender?: Sender;
}

/** All of it in one order, for a hash: what comes out of the database has its fields in another. */
export function contentOf({ kind, cents, memo, issuer, serial, receivedOn, sender }: PaymentItem): readonly unknown[] {
  const { lines, city, state, postalCode, country } = sender?.address ?? {};
  const from = [sender?.name ?? '', lines ?? [], city ?? '', state ?? '', postalCode ?? '', country ?? ''];
  return [kind, cents, memo, issuer, serial, receivedOn, from];
}

export type ItemFault =
  | 'unknown-kind'
  | 'no-money'
  | 'issuer-missing'
  | 'serial-missing'
  | 'not-a-serial'
  | 'not-a-day'
  | 'text-too-long'
  | 'unprintable-text'
  | 'address-incomplete';

/** Everything as text, as it was written. */
export interface ItemText {
  readonly kind: string;
  readonly cents: number;
  readonly memo: string;
  readonly issuer: string;
  readonly serial: string;
  readonly receivedOn: string;
  readonly sender: { readonly name: string; readonly lines: readonly string[]; readonly city: string; readonly state: string; readonly postalCode: string }; // prettier-ignore
}

/** Longest of memo, issuer, serial; of a sender's name or line. Characters. */
const SHORT = 40;
const LONG = 100;
// Control characters and halves of characters, which no bank prints and PostgreSQL may not hold.
const unprintable = /\p{C}/u;

/** The item, or the first thing that is wrong with it. Never throws. */
export function itemOf(text: ItemText): PaymentItem | { readonly fault: ItemFault } {
  const { kind, cents } = text;
  const memo = withoutCardNumber(text.memo.trim());
  const issuer = text.issuer.trim().toUpperCase();
  const serial = text.serial.trim().toUpperCase();
  const { name, lines, city, state, postalCode } = trimmed(text.sender);
  const long = [name, ...lines, city, state, postalCode];
  const written = [memo, issuer, serial, ...long];
  if (!isPaymentKind(kind)) return { fault: 'unknown-kind' };
  if (!Number.isSafeInteger(cents) || cents <= 0) return { fault: 'no-money' };
  if (written.some((part) => unprintable.test(part))) return { fault: 'unprintable-text' };
  if ([memo, issuer, serial].some(({ length }) => length > SHORT) || long.some(({ length }) => length > LONG))
    return { fault: 'text-too-long' };
  if (issuer === '' && (kind === 'personal-cheque' || kind === 'cashiers-cheque')) return { fault: 'issuer-missing' };
  if (serial === '') return { fault: 'serial-missing' };
  if (!/^[A-Z0-9]+(-[A-Z0-9]+)*$/.test(serial)) return { fault: 'not-a-serial' };
  if (!isDay(text.receivedOn)) return { fault: 'not-a-day' };
  const item = { kind, cents, memo, issuer, serial, receivedOn: text.receivedOn };
  const address = [lines[0] ?? '', city, state, postalCode];
  const parts = address.filter((part) => part !== '').length;
  if (parts === 0 && lines.every((line) => line === '')) return name === '' ? item : { ...item, sender: { name } };
  if (parts < address.length || name === '') return { fault: 'address-incomplete' };
  const street = lines.filter((line) => line !== '');
  return { ...item, sender: { name, address: { lines: street, city, state, postalCode, country: 'US' } } };
}

const trimmed = ({ name, lines, city, state, postalCode }: ItemText['sender']) => ({
  name: name.trim(),
  lines: lines.map((line) => line.trim()),
  city: city.trim(),
  state: state.trim().toUpperCase(),
  postalCode: postalCode.trim(),
});

/** A real day of the calendar, 'YYYY-MM-DD', of this century. */
export function isDay(text: string): boolean {
  if (!/^20\d\d-\d\d-\d\d$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

/** People write their card's number in the memo: of more than twelve digits only the last four are kept. */
const withoutCardNumber = (memo: string): string =>
  memo.replace(/\d(?:[ -]?\d){12,}/g, (run) => `(card) ${run.replace(/\D/g, '').slice(-4)}`);

import type { Language } from '#db/people.ts';
import type { NewQuestion, QuestionSubject } from '#db/questions.ts';
import { typedNumber } from '../numbers/typed-number.ts';
import { isEmail } from '../profile/email.ts';
import { hashOf } from '../rails/order-hash.ts';
import { plainLine, plainText, type LineFault, type TextFault } from './plain-text.ts';
import { networkOf } from '../network.ts';
import { subjects } from './wording.ts';

/** A question as somebody wrote it into the form. */
export interface QuestionOrder {
  /** Idempotency key: the same order again is answered as it was. */
  readonly key: string;
  readonly name: string;
  readonly email: string;
  /** One of the list. */
  readonly subject: string;
  readonly text: string;
  readonly language: Language;
  /** An account's number or a telephone number, if it is about one. */
  readonly about?: string | undefined;
  /** The address it came from, IPv4 or IPv6. */
  readonly source: string;
}

export type QuestionRefusal =
  | 'key-missing'
  | `name-${LineFault}`
  | 'email-missing'
  | 'invalid-email'
  | 'unknown-subject'
  | `text-${TextFault}`
  | 'invalid-about'
  | 'invalid-source';

const MOST_IN_NAME = 80;
/** As the database keeps it. */
export const MOST_IN_TEXT = 4_000;

/** What a server must take between the signs (RFC 5322 §3.2.3), and names of hosts: nothing that a header or a command reads as more than one address. */
const ADDRESS = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/i;

export interface SoundQuestion {
  readonly question: Omit<NewQuestion, 'askedAt'>;
  readonly source: string;
}

/** The first thing that is wrong with an order, or what is kept of it. */
export function questionOf(
  order: QuestionOrder,
): ({ readonly kind: 'question' } & SoundQuestion) | { readonly kind: 'refused'; readonly code: QuestionRefusal } {
  const refused = (code: QuestionRefusal) => ({ kind: 'refused', code }) as const;
  const { key, language } = order;
  if (key === '') return refused('key-missing');
  const name = plainLine(order.name, MOST_IN_NAME);
  if (name.kind === 'fault') return refused(`name-${name.fault}`);
  const email = plainLine(order.email, 254);
  if (email.kind === 'fault') return refused(email.fault === 'missing' ? 'email-missing' : 'invalid-email');
  if (!isEmail(email.text) || !ADDRESS.test(email.text)) return refused('invalid-email');
  const subject = subjectOf(order.subject);
  if (!subject) return refused('unknown-subject');
  const text = plainText(order.text, MOST_IN_TEXT);
  if (text.kind === 'fault') return refused(`text-${text.fault}`);
  const about = aboutOf(order.about);
  if (!about) return refused('invalid-about');
  const source = networkOf(order.source);
  if (source === undefined) return refused('invalid-source');
  const written = { name: name.text, email: email.text, subject, body: text.text, language, ...about };
  return { kind: 'question', source, question: { key, requestHash: hashOf(written), ...written } };
}

const subjectOf = (text: string): QuestionSubject | undefined =>
  Object.hasOwn(subjects.en, text) ? (text as QuestionSubject) : undefined;

/** Only whether it can be one: whether it is one, whoever writes is not to learn. */
function aboutOf(text = ''): Pick<NewQuestion, 'accountNumber' | 'number'> | undefined {
  if (text.trim() === '') return {};
  const typed = typedNumber(text.slice(0, 100));
  if (typed.kind === 'mistyped') return undefined;
  return typed.kind === 'phone' ? { number: typed.number } : { accountNumber: typed.number };
}

import { z } from 'zod';
import { may } from '#accounts/access/table.ts';
import { facilitiesOf } from '#accounts/access/facilities.ts';
import { typedNumber } from '#accounts/numbers/typed-number.ts';
import type { Database } from '#db/connect.ts';
import {
  accountsNamed,
  accountsStarting,
  numbersStarting,
  peopleNamed,
  type FoundHolder,
  type FoundNumber,
  type FoundPerson,
} from '#db/staff-views/search.ts';
import { read } from '../../problem.ts';
import type { Staff, StaffRoute } from '../route.ts';
import * as resources from './resources.ts';

const MOST = 20;

const query = z.strictObject({
  q: resources
    .text(0, 200)
    .transform((typed) => typed.trim().replace(/\s+/g, ' '))
    .pipe(z.string().min(2).max(100))
    .meta({
      description:
        'The beginning of a telephone number, an account number, a holder’s or a person’s name, or a person’s number',
    }),
});
const result = z
  .strictObject({
    kind: z.enum(['number', 'account', 'person']),
    id: z.string().describe('Of a number the number itself, E.164'),
    title: z.string(),
    detail: z.string().describe('What tells it from others: names and numbers, no words'),
  })
  .meta({ id: 'StaffFound' });
type Result = z.output<typeof result>;

/** Found as it is typed: by the beginning, in the indexes, whatever is of the kinds that whoever asks may read. */
export const searchRoutes: readonly StaffRoute[] = [
  {
    method: 'GET',
    path: '/v1/staff/search',
    summary: 'Numbers, accounts and people that begin so',
    door: 'staff',
    act: 'person.read',
    query,
    answers: { 200: z.strictObject({ results: z.array(result).max(MOST) }) },
    problems: [],
    async run(db, _house, { query: asked, staff }) {
      const { q } = read('query', query, asked);
      return { status: 200, body: { results: await search(db, q, staff) } };
    },
  },
];

async function search(db: Database, q: string, staff: Staff): Promise<Result[]> {
  const most = { most: MOST };
  const sees = (act: Parameters<typeof may>[1]): boolean => may(staff.role, act);
  const digits = /^[\d\s().+-]+$/.test(q) ? q.replace(/\D/g, '') : undefined;
  const prefix = digits === undefined || digits === '' ? undefined : prefixOf(q, digits);
  const [numbers, accounts, people] = await Promise.all([
    prefix !== undefined && sees('number.read') ? numbersStarting(db, prefix, most) : nothing,
    sees('account.read') ? accountsFound(db, { typed: q, digits }) : nothing,
    peopleNamed(db, q, { ...most, facilityIds: facilitiesOf(staff) }),
  ]);
  const whole = prefix !== undefined && sees('number.read') ? wholeNumber(q) : [];
  const unknown = whole.filter(({ id }) => !numbers.some(({ number }) => number === id));
  return [...unknown, ...numbers.map(ofNumber), ...accounts.map(ofAccount), ...people.map(ofPerson)].slice(0, MOST);
}

const nothing: Promise<never[]> = Promise.resolve([]);

/** Digits are an account's number, which begins with 1; anything else is a holder's name. */
function accountsFound(
  db: Database,
  { typed, digits }: { readonly typed: string; readonly digits: string | undefined },
) {
  if (digits === undefined) return accountsNamed(db, typed, { most: MOST });
  const isOne = !typed.startsWith('+') && /^1\d{0,9}$/.test(digits);
  return isOne ? accountsStarting(db, digits, { most: MOST }) : nothing;
}

/** The beginning of an E.164 number that somebody means: of another country with a plus, else of the United States. */
const prefixOf = (typed: string, digits: string): string =>
  typed.startsWith('+') || digits.startsWith('1') ? `+${digits}` : `+1${digits}`;

/** A number that is typed whole can be looked at, known or not: perhaps nobody has called it yet. */
function wholeNumber(typed: string): Result[] {
  const read = typedNumber(typed);
  return read.kind === 'phone' ? [{ kind: 'number', id: read.number, title: read.number, detail: '' }] : [];
}

const joined = (...parts: readonly (string | null)[]): string => parts.filter((part) => part !== null).join(' · ');

const ofNumber = ({ number, accountNumber, holder }: FoundNumber): Result => ({
  ...{ kind: 'number', id: number, title: number, detail: joined(holder, accountNumber) },
});
const ofAccount = ({ id, number, holder, phone }: FoundHolder): Result => ({
  ...{ kind: 'account', id, title: holder ?? number },
  detail: holder === null ? joined(phone) : joined(number, phone),
});
const ofPerson = ({ id, name, facilityName }: FoundPerson): Result => ({
  ...{ kind: 'person', id, title: name, detail: joined(id, facilityName) },
});

import { DateTime } from 'luxon';
import { deskDay, type OpeningHours } from '#db/desk/hours.ts';
import type { Database } from '#db/connect.ts';
import type { Language } from '#db/people.ts';
import { datesIn } from '../statements/formats.ts';

const ZONE = 'America/Los_Angeles';
const words = {
  en: { every: 'every day', from: 'from', to: 'to', and: 'and', never: 'on no day', on: 'on' },
  es: { every: 'todos los días', from: 'de', to: 'a', and: 'y', never: 'ningún día', on: 'el' },
} as const;

/** The usual hours of the agents in the week from `at` on: 'every day from 5:00 AM to 9:00 PM', or day by day where they differ. */
export async function usualHours(db: Database, language: Language, at: Date): Promise<string> {
  const today = DateTime.fromJSDate(at, { zone: ZONE });
  const days: { readonly name: string; readonly hours: string }[] = [];
  for (let ahead = 0; ahead < 7; ahead++) {
    const day = today.plus({ days: ahead });
    const { usual } = await deskDay(db, day.toISODate() ?? '');
    if (usual) days.push({ name: day.setLocale(language).toFormat('cccc'), hours: hoursIn(usual, language) });
  }
  const { every, and, never, on } = words[language];
  const [first, ...others] = days;
  if (!first) return never;
  if (days.length === 7 && others.every(({ hours }) => hours === first.hours)) return `${every} ${first.hours}`;
  const each = days.map(({ name, hours }) => `${on} ${name} ${hours}`);
  return each.length === 1 ? each.join() : `${each.slice(0, -1).join(', ')} ${and} ${each.at(-1) ?? ''}`;
}

function hoursIn({ opens, closes }: OpeningHours, language: Language): string {
  const { from, to } = words[language];
  const { time } = datesIn('UTC', language);
  const [first, last] = [opens, closes].map((clock) => time(new Date(`2000-01-01T${clock}:00Z`)));
  return `${from} ${first} ${to} ${last}`;
}

import type { DueDays } from '#db/card-refunds.ts';
import type { Language } from '#db/people.ts';
import { datesIn } from '../statements/formats.ts';

/** 'between May 18, 2026 and May 20, 2026', 'entre el 18 de mayo de 2026 y el 20 de mayo de 2026'. */
export function window(due: DueDays, language: Language): string {
  const { long } = datesIn('UTC', language);
  const [from, until] = [due.from, due.until].map((day) => long(new Date(`${day}T12:00:00Z`)));
  return language === 'en' ? `between ${from} and ${until}` : `entre el ${from} y el ${until}`;
}

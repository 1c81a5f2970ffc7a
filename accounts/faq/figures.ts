import type { Database } from '#db/connect.ts';
import { TEXTS_A_MONTH } from '#db/funding.ts';
import type { Language } from '#db/people.ts';
import { refundTermsOn } from '#db/refund-terms.ts';
import { ALERT_HOURS } from '../funding/serve-low-balance.ts';
import { THRESHOLD_CENTS } from '../funding/terms.ts';
import { AUTO_PAY, DEPOSIT } from '../money.ts';
import { lockMinutes, TRIES } from '../passcode/lock.ts';
import { dayOf } from '../refunds/due-days.ts';
import { money, phone } from '../statements/formats.ts';
import { usualHours } from './hours.ts';

export type Figures = Readonly<Record<string, string>>;

const ourLine = { en: 'our line for families', es: 'nuestra línea para familias' } as const;

/**
 * What stands in the braces of the answers: the rules' own figures, and those that are in force at `at`. `line`: what families call, E.164. Throws
 * when there are no terms for that day: data is missing.
 */
export async function figuresAt(
  db: Database,
  language: Language,
  { at, line }: { readonly at: Date; readonly line?: string | undefined },
): Promise<Figures> {
  const { terms } = await refundTermsOn(db, dayOf(at));
  const dollars = (cents: number) => money(cents, language);
  return {
    line: line === undefined ? ourLine[language] : phone(line),
    hours: await usualHours(db, language, at),
    'no-fee': dollars(0),
    'deposit-least': dollars(DEPOSIT.minCents),
    'deposit-most': dollars(DEPOSIT.maxCents),
    'autopay-least': dollars(AUTO_PAY.minCents),
    'autopay-most': dollars(AUTO_PAY.maxCents),
    'low-balance': dollars(THRESHOLD_CENTS),
    'textpay-hours': String(ALERT_HOURS),
    'texts-a-month': String(TEXTS_A_MONTH),
    'passcode-tries': String(TRIES),
    'passcode-lock': String(lockMinutes(1)),
    'card-days-least': String(terms.cardDays.min),
    'card-days-most': String(terms.cardDays.max),
    'cheque-days-least': String(terms.chequeDays.min),
    'cheque-days-most': String(terms.chequeDays.max),
    'inactive-days': String(terms.inactiveDays),
  };
}

/** A text with its figures. Throws when one is not known: the wording is wrong. */
export const withFigures = (text: string, figures: Figures): string =>
  text.replace(/\{([^}]*)\}/g, (_, name: string) => {
    const figure = figures[name];
    if (figure === undefined) throw new Error(`An answer has the figure "${name}", which nobody knows.`);
    return figure;
  });

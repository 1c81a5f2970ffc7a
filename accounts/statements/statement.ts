import type { LedgerLine, Period, StatementFacts } from '#db/statements.ts';

export interface StatementLine {
  readonly at: Date;
  readonly reference: string;
  readonly kind: string;
  /** Talked; for a call alone. 47 CFR 64.6000 wants it on a billing statement. */
  readonly seconds?: number;
  readonly inCents: number;
  readonly outCents: number;
  readonly balanceCents: number;
}

export interface Statement {
  readonly accountId: string;
  readonly period: Period;
  /** IANA name of the zone its days are of. */
  readonly timeZone: string;
  readonly openingCents: number;
  readonly inCents: number;
  readonly outCents: number;
  readonly closingCents: number;
  readonly lines: readonly StatementLine[];
}

/** Opening balance and lines do not come to the closing balance: nothing is shown. */
export class StatementFault extends Error {
  override readonly name = 'StatementFault';
  readonly code = 'does-not-add-up';
}

const secondsOf = ({ memo }: LedgerLine) =>
  Number.isSafeInteger(memo.seconds) ? { seconds: memo.seconds as number } : {};

/** Throws StatementFault. */
export function statementOf(
  about: { readonly accountId: string; readonly period: Period; readonly timeZone: string },
  facts: StatementFacts,
): Statement {
  let balanceCents = facts.openingCents;
  const lines = facts.lines.map((line): StatementLine => {
    balanceCents += line.cents;
    const { at, reference, kind, cents } = line;
    return {
      at,
      reference,
      kind,
      ...secondsOf(line),
      inCents: Math.max(cents, 0),
      outCents: Math.max(-cents, 0),
      balanceCents,
    };
  });
  if (balanceCents !== facts.closingCents || !Number.isSafeInteger(balanceCents))
    throw new StatementFault(
      `opening ${facts.openingCents} and lines come to ${balanceCents}, not ${facts.closingCents}`,
    );
  const sum = (side: 'inCents' | 'outCents') => lines.reduce((total, line) => total + line[side], 0);
  const { openingCents, closingCents } = facts;
  return { ...about, openingCents, inCents: sum('inCents'), outCents: sum('outCents'), closingCents, lines };
}

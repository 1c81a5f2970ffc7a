import type { CallingHours } from '#db/facilities.ts';
import type { PolicyFacts } from '#db/policy.ts';
import { isOpen } from './calling-hours.ts';
import type { DialledNumber } from './dialled-number.ts';
import type { Refusal } from './refusals.ts';
import { severity } from './refusals.ts';

export type Verdict = { readonly kind: 'yes' } | { readonly kind: 'no'; readonly reason: Refusal };

/** Facts as they may really come: any of them can be missing. */
type Loose<T> = T extends object ? { readonly [K in keyof T]?: Loose<T[K]> | null | undefined } : T;
/** Undefined: not known, which is never a yes. */
type Answer = boolean | undefined;
type Rule = (facts: Loose<PolicyFacts>, number: DialledNumber, at: Date) => Answer;

/** True when the reason holds against the call. Of a closed account its block counts, not its state: who lifts that lets calls through. */
const against: Readonly<Record<Exclude<Refusal, 'unavailable'>, Rule>> = {
  'privileged-number': ({ privileged }) => known(privileged),
  'person-inactive': ({ person }) => not(known(person?.active)),
  'station-inactive': ({ station }) => not(known(station?.active)),
  'facility-inactive': ({ facility }) => not(known(facility?.active)),
  'invalid-number': (_facts, number) => number.kind !== 'valid' && number.kind !== 'denied',
  'denied-number': (_facts, number) => number.kind === 'denied',
  blocked: ({ blocked }) => either(known(blocked?.thisFacility), known(blocked?.allFacilities)),
  'account-closed': ({ blocked }) => known(blocked?.byClosing),
  'outside-hours': ({ facility }, _number, at) => {
    if (!facility?.callingHours || !facility.timeZone) return undefined;
    return not(isOpen(facility.callingHours as CallingHours, facility.timeZone, at));
  },
  'too-many-attempts': ({ attempts, facility }) =>
    either(
      reached(attempts?.byPersonLastHour, facility?.velocity?.attemptsPerPersonPerHour),
      reached(attempts?.toNumberLastDay, facility?.velocity?.attemptsPerNumberPerDay),
    ),
};

/**
 * May this call be placed? The most restrictive rule wins, and of several refusals the most severe is told (`severity`).
 * Fails closed: facts that are missing, or that make no sense, refuse the call, the privileged list above all (Penal Code 636).
 * The attempts counted are those before this one. Never throws.
 */
export function mayCall(facts: PolicyFacts | undefined, number: DialledNumber, at: Date): Verdict {
  const answers = new Map<Refusal, Answer>();
  for (const [reason, rule] of Object.entries(against) as [Refusal, Rule][])
    answers.set(reason, rule(facts ?? {}, number, at));
  answers.set('unavailable', [...answers.values()].includes(undefined));
  const reason = severity.find((refusal) => answers.get(refusal) === true);
  return reason ? { kind: 'no', reason } : { kind: 'yes' };
}

const known = (fact: unknown): Answer => (typeof fact === 'boolean' ? fact : undefined);
const not = (answer: Answer): Answer => (answer === undefined ? undefined : !answer);
const either = (...answers: Answer[]): Answer =>
  answers.includes(true) || (answers.includes(undefined) ? undefined : false);
const count = (value: unknown): value is number => typeof value === 'number' && value >= 0;
const reached = (made: unknown, limit: unknown): Answer => (count(made) && count(limit) ? made >= limit : undefined);

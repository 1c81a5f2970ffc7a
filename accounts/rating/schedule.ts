import type { Rate, RateCap, RateData, RatedFacility, RateScope, Service, SizeClass } from '#db/rates.ts';

export type RateFaultCode = 'bad-rate' | 'above-cap' | 'no-cap' | 'overlap' | 'unknown-facility' | 'no-rate';

/** The rates are not what the law or sense allows, or do not say what is asked of them. No call is charged by them. */
export class RateFault extends Error {
  override readonly name = 'RateFault';
  readonly code: RateFaultCode;

  constructor(code: RateFaultCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Rates that have been checked. Made by scheduleOf() alone. */
export interface Schedule extends RateData {
  readonly checked: true;
}

/** FCC, 47 CFR 64.6010 and 64.6030. */
const classes: readonly SizeClass[] = ['prison', 'jail-1000', 'jail-350', 'jail-100', 'jail-50', 'jail-0'];

interface Span {
  readonly validFrom: Date;
  readonly validUntil?: Date;
}
const from = (span: Span) => span.validFrom.getTime();
const until = (span: Span) => span.validUntil?.getTime() ?? Infinity;
const overlap = (a: Span, b: Span) => from(a) < until(b) && from(b) < until(a);

const nameOf = (scope: RateScope): string =>
  'facilityId' in scope
    ? `facility ${scope.facilityId}`
    : 'agency' in scope
      ? `agency ${scope.agency}`
      : `size ${scope.sizeClass}`;

/**
 * Checks rates and caps and makes a schedule of them. Throws RateFault: 'bad-rate' (not a whole number of hundredths of a cent, or a span
 * that ends before it begins), 'above-cap', 'no-cap' (a paid rate at a time or place for which no cap is known: what may be charged there is
 * not known either), 'overlap' (two rates, or two caps, of one thing at one time), 'unknown-facility'.
 */
export function scheduleOf(data: RateData): Schedule {
  for (const span of [...data.rates, ...data.caps]) checkFigures(span);
  checkOverlaps(data.rates.map((rate) => ({ ...rate, of: `${rate.service}, ${nameOf(rate.scope)}` })));
  checkOverlaps(data.caps.map((cap) => ({ ...cap, of: `cap of ${cap.service}, ${cap.sizeClass}` })));
  for (const rate of data.rates)
    if (rate.perMinute > 0) for (const sizeClass of classesOf(rate, data)) checkCap(rate, sizeClass, data.caps);
  return { ...data, checked: true };
}

function checkFigures(span: Span & { readonly perMinute: number }): void {
  const sound = Number.isSafeInteger(span.perMinute) && span.perMinute >= 0 && from(span) < until(span);
  if (!sound) throw new RateFault('bad-rate', `${span.perMinute} from ${String(from(span))} is not a rate`);
}

function checkOverlaps(spans: readonly (Span & { readonly of: string })[]): void {
  const sorted = spans.toSorted((a, b) => (a.of < b.of ? -1 : a.of > b.of ? 1 : from(a) - from(b)));
  for (const [index, span] of sorted.entries()) {
    const next = sorted[index + 1];
    if (next?.of === span.of && overlap(span, next)) throw new RateFault('overlap', `two at once: ${span.of}`);
  }
}

/** Where the rate may be charged. An agency may have facilities of every size. */
function classesOf(rate: Rate, { facilities }: RateData): readonly SizeClass[] {
  const { scope } = rate;
  if ('sizeClass' in scope) return [scope.sizeClass];
  if ('agency' in scope) return classes;
  const facility = facilities.find(({ id }) => id === scope.facilityId);
  if (!facility) throw new RateFault('unknown-facility', `a rate of ${scope.facilityId}, which is no facility`);
  if (!facility.sizeClass) throw new RateFault('no-cap', `${facility.id} has a paid rate and no size`);
  return [facility.sizeClass];
}

/** The caps of this class must cover all the time of the rate, and none may lie below it. */
function checkCap(rate: Rate, sizeClass: SizeClass, caps: readonly RateCap[]): void {
  const place = `${rate.service}, ${nameOf(rate.scope)}`;
  const over = caps
    .filter((cap) => cap.service === rate.service && cap.sizeClass === sizeClass && overlap(cap, rate))
    .toSorted((a, b) => from(a) - from(b));
  let covered = from(rate);
  for (const cap of over) {
    if (from(cap) > covered) break;
    covered = until(cap);
    if (rate.perMinute > cap.perMinute)
      throw new RateFault(
        'above-cap',
        `${place}: ${rate.perMinute} is above the cap of ${cap.perMinute} (${cap.source})`,
      );
  }
  if (covered < until(rate)) throw new RateFault('no-cap', `${place}: paid at a time without a cap for ${sizeClass}`);
}

export interface RateQuestion {
  readonly service: Service;
  readonly facility: RatedFacility;
  /** When the call is connected: its rate holds to its end, whatever changes meanwhile. */
  readonly at: Date;
}

/**
 * The rate at this instant: the facility's own, else its agency's, else that of its size. Throws RateFault 'no-rate' when there is none:
 * such a call is not free, it is not placed.
 */
export function rateOf(schedule: Schedule, question: RateQuestion): Rate {
  const { service, facility, at } = question;
  const scopes: RateScope[] = [{ facilityId: facility.id }, { agency: facility.agency }];
  if (facility.sizeClass) scopes.push({ sizeClass: facility.sizeClass });
  const now = at.getTime();
  const valid = schedule.rates.filter((rate) => rate.service === service && from(rate) <= now && now < until(rate));
  for (const scope of scopes) {
    const rate = valid.find((candidate) => nameOf(candidate.scope) === nameOf(scope));
    if (rate) return rate;
  }
  throw new RateFault('no-rate', `no rate of ${service} for ${facility.id} at ${at.toISOString()}`);
}

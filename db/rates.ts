import type { Database } from './connect.ts';

export type Service = 'audio' | 'video';

/** 47 CFR 64.6010: a prison, or a jail by its average daily population (from this many people on). */
export type SizeClass = 'prison' | 'jail-1000' | 'jail-350' | 'jail-100' | 'jail-50' | 'jail-0';

/** What of a call is counted: every minute that has begun, or its seconds. */
export type Rounding = 'minute-up' | 'second';

export type RateScope =
  { readonly facilityId: string } | { readonly agency: string } | { readonly sizeClass: SizeClass };

export interface Rate {
  readonly service: Service;
  readonly scope: RateScope;
  readonly validFrom: Date;
  /** No longer valid at this instant. Absent: until further notice. */
  readonly validUntil?: Date;
  /** Hundredths of a cent, whole; 0 is free. */
  readonly perMinute: number;
  readonly rounding: Rounding;
}

export interface RateCap {
  readonly service: Service;
  readonly sizeClass: SizeClass;
  readonly validFrom: Date;
  readonly validUntil?: Date;
  /** Hundredths of a cent, whole. */
  readonly perMinute: number;
  /** The rule that says so, e.g. '90 FR 56013'. */
  readonly source: string;
}

/** A facility as the rates see it; without a size class it has only what its own or its agency's rates say. */
export interface RatedFacility {
  readonly id: string;
  readonly agency: string;
  readonly sizeClass?: SizeClass;
}

export interface RateData {
  readonly rates: readonly Rate[];
  readonly caps: readonly RateCap[];
  readonly facilities: readonly RatedFacility[];
}

const until = (validUntil: Date | null) => (validUntil ? { validUntil } : {});

/** Everything there is, past and to come. */
export async function readRates(db: Database): Promise<RateData> {
  const rates = await db.selectFrom('rate').selectAll().orderBy('id').execute();
  const caps = await db.selectFrom('rateCap').selectAll().orderBy('id').execute();
  const facilities = await db
    .selectFrom('facility')
    .leftJoin('facilitySize', 'facilitySize.facilityId', 'facility.id')
    .select(['facility.id', 'agency', 'sizeClass'])
    .orderBy('facility.id')
    .execute();
  return {
    rates: rates.map(({ service, validFrom, validUntil, perMinute, rounding, ...row }) => {
      const { facilityId, agency, sizeClass } = row;
      const scope =
        facilityId !== null ? { facilityId } : agency !== null ? { agency } : { sizeClass: sizeClass ?? 'prison' };
      return { service, scope, validFrom, ...until(validUntil), perMinute, rounding };
    }),
    caps: caps.map(({ id: _, validUntil, ...cap }) => ({ ...cap, ...until(validUntil) })),
    facilities: facilities.map(({ id, agency, sizeClass }) => ({ id, agency, ...(sizeClass && { sizeClass }) })),
  };
}

/** Adds a rate. One that overlaps another of the same service and scope breaks the constraint `rate_no_overlap`. */
export async function addRate(db: Database, rate: Rate): Promise<void> {
  const { scope, validUntil = null, service, validFrom, perMinute, rounding } = rate;
  await db
    .insertInto('rate')
    .values({
      service,
      facilityId: 'facilityId' in scope ? scope.facilityId : null,
      agency: 'agency' in scope ? scope.agency : null,
      sizeClass: 'sizeClass' in scope ? scope.sizeClass : null,
      validFrom,
      validUntil,
      perMinute,
      rounding,
    })
    .execute();
}

/** Says how big a facility is, or that it has another size now. */
export async function sizeFacility(db: Database, facilityId: string, sizeClass: SizeClass): Promise<void> {
  await db
    .insertInto('facilitySize')
    .values({ facilityId, sizeClass })
    .onConflict((conflict) => conflict.column('facilityId').doUpdateSet({ sizeClass }))
    .execute();
}

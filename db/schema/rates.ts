import type { Generated } from 'kysely';
import type { Rounding, Service, SizeClass } from '../rates.ts';

export interface RateTable {
  id: Generated<string>;
  service: Service;
  /** One of the three says whose rate it is. */
  facilityId: string | null;
  agency: string | null;
  sizeClass: SizeClass | null;
  validFrom: Date;
  /** Null: until further notice. */
  validUntil: Date | null;
  /** Hundredths of a cent. */
  perMinute: number;
  rounding: Rounding;
}

export interface RateCapTable {
  id: Generated<string>;
  service: Service;
  sizeClass: SizeClass;
  validFrom: Date;
  validUntil: Date | null;
  /** Hundredths of a cent. */
  perMinute: number;
  source: string;
}

export interface FacilitySizeTable {
  facilityId: string;
  sizeClass: SizeClass;
}

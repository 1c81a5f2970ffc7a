import { sql } from 'kysely';

/** What somebody is shown of: these facilities alone, or all. */
export interface WithinFacilities {
  readonly facilityIds?: readonly string[] | undefined;
}

/** As SQL: whether a column names one of these. Lists travel as JSON. */
export const isFacility = (column: string, facilityIds: readonly string[]) =>
  sql<boolean>`${sql.ref(column)} in (select jsonb_array_elements_text(${JSON.stringify(facilityIds)}::text::jsonb))`;

/** ` and` that, or nothing where all are shown. */
export const inFacilities = (column: string, facilityIds: readonly string[] | undefined) =>
  facilityIds === undefined ? sql`` : sql`and ${isFacility(column, facilityIds)}`;

/** ITU-T E.164 §6.1. */
const MOST_DIGITS = 15;

/** The first and the last E.164 number that begin so; in every collation digits are in their order. */
export const lowest = (prefix: string): string => prefix;
export const highest = (prefix: string): string => prefix.padEnd(MOST_DIGITS + 1, '9');

import type { Database } from '#db/connect.ts';
import { facilitiesOfState, facilityNumbered, statesWithFacilities } from '#db/facility-directory.ts';
import type { Directory } from '#flows/family-line/ports.ts';

/** More than any state has. */
const mostOfState = 2_000;

/** The facilities that families are offered, as the database has them. */
export const directoryOf = (db: Database): Directory => ({
  states: () => statesWithFacilities(db),
  ofState: (state) => facilitiesOfState(db, state, { limit: mostOfState }),
  // Lists are printed with zeros in front, or without.
  numbered: (typed) => facilityNumbered(db, typed.replace(/^0+/, '')),
});

import type { Database } from '#db/connect.ts';
import { facilitiesOfState, statesWithFacilities } from '#db/facilities.ts';
import type { Directory } from '#flows/family-line/ports.ts';

/** More than any state has. */
const mostOfState = 2_000;

/** The facilities that families are offered, as the database has them. */
export const directoryOf = (db: Database): Directory => ({
  states: () => statesWithFacilities(db),
  ofState: (state) => facilitiesOfState(db, state, { limit: mostOfState }),
  // Facilities have no numbers of their own yet.
  numbered: async () => undefined,
});

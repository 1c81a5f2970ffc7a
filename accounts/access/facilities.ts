import type { Role } from './acts.ts';

/** Whose facilities count: what a session knows of its holder. */
export interface SeesFacilities {
  readonly role: Role;
  readonly facilityIds: readonly string[];
}

/** The facilities that somebody sees; undefined: all of them. Whoever is of a facility and has none sees none. */
export const facilitiesOf = ({ role, facilityIds }: SeesFacilities): readonly string[] | undefined =>
  role === 'facility-staff' ? facilityIds : undefined;

/** Whether somebody sees what is of this facility. */
export const seesFacility = (who: SeesFacilities, facilityId: string): boolean =>
  facilitiesOf(who)?.includes(facilityId) ?? true;

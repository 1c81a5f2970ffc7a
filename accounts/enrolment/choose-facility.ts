import { accountStatus } from '#db/closing.ts';
import type { Database } from '#db/connect.ts';
import { findEnrolment, setFacility } from '#db/enrolments.ts';
import { facilityChoice, type FacilityChoice } from '#db/facility-directory.ts';

export type FacilityChoosing =
  | { readonly kind: 'chosen'; readonly facility: FacilityChoice }
  | {
      readonly kind: 'refused';
      readonly reason: 'unknown-facility' | 'unknown-account' | 'account-closed' | 'has-facility';
    };

/**
 * Finishes an account that was opened on the phone line without a facility: state and facility as they were chosen on the web (guide row 37). The same
 * again finds it chosen. Throws DatabaseUnavailable; may be tried again.
 */
export async function chooseFacility(
  db: Database,
  choice: { readonly accountId: string; readonly state: string; readonly facilityId: string },
): Promise<FacilityChoosing> {
  const { accountId, state, facilityId } = choice;
  const refused = (reason: Extract<FacilityChoosing, { kind: 'refused' }>['reason']) =>
    ({ kind: 'refused', reason }) as const;
  return db.transaction().execute(async (trx): Promise<FacilityChoosing> => {
    const status = await accountStatus(trx, accountId, { lock: true });
    if (status === 'closed') return refused('account-closed');
    const enrolment = await findEnrolment(trx, { accountId });
    if (!enrolment) return refused('unknown-account');
    const facility = await facilityChoice(trx, facilityId);
    if (facility?.state !== state) return refused('unknown-facility');
    if (enrolment.facilityId !== undefined && enrolment.facilityId !== facilityId) return refused('has-facility');
    await setFacility(trx, accountId, facilityId);
    return { kind: 'chosen', facility };
  });
}

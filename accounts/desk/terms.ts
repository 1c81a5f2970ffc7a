import { DateTime } from 'luxon';
import type { Database } from '#db/connect.ts';
import { deskTermsOn, type DeskTerms } from '#db/desk/terms.ts';

export type { DeskTerms } from '#db/desk/terms.ts';

/** The terms of the desk now; its day is that of the Pacific, as its hours are. */
export const deskTermsAt = (db: Database, at: Date): Promise<DeskTerms> =>
  deskTermsOn(db, DateTime.fromJSDate(at, { zone: 'America/Los_Angeles' }).toFormat('yyyy-MM-dd'));

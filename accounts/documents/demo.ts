import type { Database } from '#db/connect.ts';
import { addIdentity, identityOf } from '#db/identities.ts';
import { CONSENT } from './consent.ts';
import { giveConsent } from './consent-given.ts';
import { DocumentsAway, type DocumentDeps } from './ports.ts';
import { sendPicture } from './send-picture.ts';
import { specimen } from './specimen.ts';
import { sides, submitDocuments } from './submit.ts';

const demo = {
  ...{ id: '5eed0000-0000-4000-8000-000000000001', email: 'elena@example.com', emailKey: 'elena@example.com' },
  ...{ firstName: 'Elena', lastName: 'Rivera', addressLine1: '1 Main St', addressLine2: null, city: 'Fresno' },
  ...{ region: 'CA', postalCode: '93650', country: 'US', phone: '+12135550142', passcodeHash: null },
  language: 'en',
} as const;

/**
 * Somebody whose drawn pictures wait to be looked at, for whoever tries the console out. `passwordHash`: of what nobody knows. Who is there already
 * stays as they are. False: the pictures could not be stored now.
 */
export async function seedDemoDocuments(db: Database, deps: DocumentDeps, passwordHash: string): Promise<boolean> {
  if (await identityOf(db, { emailKey: demo.emailKey })) return true;
  const at = deps.now();
  const times = { emailVerifiedAt: at, passwordSetAt: at, registeredAt: at };
  await db.transaction().execute((trx) => addIdentity(trx, { ...demo, ...times, passwordHash }, []));
  const { id: identityId } = demo;
  await giveConsent(db, deps, { identityId, version: CONSENT.version, language: 'en' });
  try {
    for (const side of sides)
      await sendPicture(db, deps, { identityId, side, bytes: await specimen(side), type: 'image/jpeg' });
  } catch (error) {
    if (error instanceof DocumentsAway) return false;
    throw error;
  }
  await submitDocuments(db, { ...deps, review: 'manual' }, identityId);
  return true;
}

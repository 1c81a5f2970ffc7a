import type { Payee } from '#db/cheques.ts';
import type { Database } from '#db/connect.ts';
import { profileOf } from '#db/profiles.ts';

/** Whom a cheque is made out to and where it goes. Undefined: name or address is not known. */
export async function payeeOf(db: Database, accountId: string): Promise<Payee | undefined> {
  const { firstName, lastName, addressLine1, addressLine2, city, region, postalCode, country } = (
    await profileOf(db, accountId)
  ).profile;
  if (firstName === null || lastName === null || addressLine1 === null) return undefined;
  if (city === null || region === null || postalCode === null || country === null) return undefined;
  const lines = addressLine2 === null ? [addressLine1] : [addressLine1, addressLine2];
  return { payee: `${firstName} ${lastName}`, address: { lines, city, state: region, postalCode, country } };
}

import type { Database } from '#db/connect.ts';
import type { Identity } from '#db/identities.ts';
import { accountsOfIdentity } from '#db/identity-accounts.ts';
import { accountLines, identityLines, type Lines } from '#db/own-data.ts';

/** Of an identity, everything but what is secret, or kept as a digest of a secret. */
function profileOf(identity: Identity) {
  const { id, email, language, firstName, lastName, phone, passcodeHash } = identity;
  const { addressLine1, addressLine2, city, region, postalCode, country } = identity;
  const { emailVerifiedAt, passwordSetAt, registeredAt } = identity;
  return {
    ...{ id, email, language, firstName, lastName, phone, hasPasscode: passcodeHash !== null },
    ...{ addressLine1, addressLine2, city, region, postalCode, country },
    ...{ emailVerifiedAt, passwordSetAt, registeredAt },
  };
}

/** What is not there is left out. */
const json = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) => (inner === null ? undefined : inner));

/** A list, one line at a time, a page of them in memory. */
async function* list(of: readonly { readonly lines: Lines; readonly more?: object }[]): AsyncGenerator<string> {
  let comma = '';
  yield '[';
  for (const { lines, more } of of)
    for await (const page of lines) {
      if (page.length === 0) continue;
      yield comma + page.map((line) => `\n${json({ ...more, ...line })}`).join(',');
      comma = ',';
    }
  yield ']';
}

/**
 * Everything that the house keeps of an identity, as the text of one JSON document, a few hundred lines at a time however many there are (OWASP ASVS 8.3.2). No
 * secret, no digest of one, no picture. Lists are read one after the other: each is whole as of when it was read. Throws DatabaseUnavailable on the way.
 */
export async function* ownData(db: Database, identity: Identity, at: Date): AsyncGenerator<string> {
  const { id: identityId, email } = identity;
  const accounts = await accountsOfIdentity(db, identityId);
  const told = accounts.map(({ number, status, way, since }) => ({ accountNumber: number, status, way, since }));
  yield `{"madeAt":${json(at)},\n"profile":${json(profileOf(identity))},\n"accounts":${json(told)}`;
  for (const [name, lines] of Object.entries(identityLines)) {
    yield `,\n"${name}":`;
    yield* list([{ lines: lines(db, { identityId, email }) }]);
  }
  for (const [name, lines] of Object.entries(accountLines)) {
    yield `,\n"${ofAccounts(name)}":`;
    yield* list(accounts.map(({ id, number }) => ({ lines: lines(db, id, at), more: { accountNumber: number } })));
  }
  yield '}\n';
}

/** Of accounts there are notices as well as of whoever owns them. */
const ofAccounts = (name: string): string => `account${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;

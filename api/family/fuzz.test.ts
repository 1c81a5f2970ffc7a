import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, vi } from 'vitest';
import { fuzz } from '../testing/fuzz/fuzz.ts';
import { familyRoutes } from './routes.ts';
import { AGREEMENT, GOOD_CARD, Household, type Family } from './testing/household.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let household: Household;
let family: Family;
let own: string[];
beforeAll(async () => {
  household = await Household.open();
  family = await household.family();
  const { accountNumber, number } = await family.enrolled({ passcode: '8362', passcodeAgain: '8362' });
  own = [number, accountNumber, await household.handedOut(GOOD_CARD)];
});
afterAll(() => household.close());

const free = async () => {
  const { db } = household.database;
  const fresh = { counted: '0', cleared: '0', refused: '0', locks: 0, lockedUntil: null };
  await db.deleteFrom('rateWindow').execute();
  await db.updateTable('passcode').set(fresh).execute();
  await db
    .updateTable('identitySession')
    .set({ provenUntil: new Date('2100-01-01') })
    .execute();
};

const others = [
  'valley-view',
  'CA',
  '8362',
  '1',
  '2026-05-01',
  '2026-05-01..2026-05-31.csv',
  'rosa@example.com',
  '213 555 0142',
  'US',
  randomUUID(),
];
fuzz(familyRoutes, async () => ({
  ...{ server: household.server, known: [...own, AGREEMENT, ...others], before: free },
  headers: async () => ({ authorization: `Bearer ${family.who.accessToken}` }),
}));

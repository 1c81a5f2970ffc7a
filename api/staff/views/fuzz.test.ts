import { randomUUID } from 'node:crypto';
import { may } from '#accounts/access/table.ts';
import { Studio } from '#accounts/documents/testing/studio.ts';
import { House } from '#accounts/refunds/testing/house.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { fuzz } from '../../testing/fuzz/fuzz.ts';
import { STAFF_COOKIE } from '../cookie.ts';
import { viewRoutes } from './routes.ts';
import { ViewedHouse, type ViewConsole } from './testing.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let house: ViewedHouse;
let supervisor: ViewConsole;
let known: readonly string[];
beforeAll(async () => {
  let studio: Studio | undefined;
  house = await ViewedHouse.open(({ db }) => {
    studio = new Studio(db);
    return { refunds: new House(db).deps(), documents: studio.deps() };
  });
  const pictured = (await studio?.submitted())?.identityId ?? '';
  supervisor = await house.console({ role: 'supervisor' });
  const call = await house.call(1, { number: '+12135550142', ending: { disposition: 'talked', talkSeconds: 3 } });
  const account = await new House(house.db).account('+12135550142');
  known = [
    call,
    account,
    pictured,
    'front',
    '1',
    '+12135550142',
    'valley-view',
    '2026-05-01..2026-05-31.csv',
    randomUUID(),
  ];
});
afterAll(() => house.close());

test('who asks here may ask everything that is fuzzed', () => {
  expect(viewRoutes.filter(({ act }) => !may('supervisor', act))).toEqual([]);
});

fuzz(viewRoutes, async () => ({
  ...{ server: house.server, known },
  headers: async () => ({ cookie: `${STAFF_COOKIE}=${supervisor.cookie}` }),
}));

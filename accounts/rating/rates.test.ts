import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { addRate, readRates, sizeFacility, type Rate } from '#db/rates.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { brokenConstraint } from '#db/unavailable.ts';
import { rateOf, scheduleOf } from './schedule.ts';

// A real server on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
const at = new Date('2026-05-01T12:00:00Z');
beforeAll(async () => {
  server = await startTestDatabase();
  await seedDemo(server.db, { pinPepper: 'p', realm: 'r', now: at });
});
afterAll(() => server.stop());

const video: Rate = {
  service: 'video',
  scope: { facilityId: 'rio-claro' },
  validFrom: new Date('2026-04-06T04:00:00Z'),
  perMinute: 4_400,
  rounding: 'minute-up',
};

test('the caps of 47 CFR from 2026-04-06 are there, in hundredths of a cent', async () => {
  const { caps } = await readRates(server.db);
  const of = (service: string) => caps.filter((cap) => cap.service === service).map((cap) => cap.perMinute);
  expect(of('audio')).toEqual([1_100, 1_000, 1_200, 1_300, 1_500, 1_900]);
  expect(of('video')).toEqual([2_500, 1_900, 1_900, 2_100, 2_500, 4_400]);
  expect(new Set(caps.map(({ validFrom }) => validFrom.toISOString()))).toEqual(new Set(['2026-04-06T04:00:00.000Z']));
});

test('voice calls from a state prison of California are free, and nobody else’s are', async () => {
  const schedule = scheduleOf(await readRates(server.db));
  const facility = { id: 'any', agency: 'CDCR', sizeClass: 'prison' } as const;
  expect(rateOf(schedule, { service: 'audio', facility, at }).perMinute).toBe(0);
  expect(() => rateOf(schedule, { service: 'video', facility, at })).toThrow('no rate');
  expect(() => rateOf(schedule, { service: 'audio', facility: { ...facility, agency: 'x' }, at })).toThrow('no rate');
});

test('a facility’s rate is read back as it was written, and one above its cap stops the loading', async () => {
  await server.db.transaction().execute(async (trx) => {
    await sizeFacility(trx, 'rio-claro', 'prison');
    await sizeFacility(trx, 'rio-claro', 'jail-0');
    await addRate(trx, video);
    const data = await readRates(trx);
    expect(data.rates.at(-1)).toEqual(video);
    expect(data.facilities.find(({ id }) => id === 'rio-claro')?.sizeClass).toBe('jail-0');
    expect(rateOf(scheduleOf(data), { service: 'video', facility: { id: 'rio-claro', agency: '' }, at })).toEqual(
      video,
    );
    await sizeFacility(trx, 'rio-claro', 'prison');
    const tooMuch = await readRates(trx);
    expect(() => scheduleOf(tooMuch)).toThrow(expect.objectContaining({ code: 'above-cap' }) as Error);
  });
});

test('two rates of one facility at one time are refused by the database; one after the other are taken', async () => {
  const { db } = server;
  const change = new Date('2026-06-01T07:00:00Z');
  const own = { ...video, scope: { facilityId: 'sierra-ridge' } };
  await addRate(db, { ...own, validUntil: change });
  await addRate(db, { ...own, validFrom: change, perMinute: 2_000 });
  await addRate(db, { ...video, scope: { sizeClass: 'jail-0' } });
  const again = addRate(db, { ...own, validFrom: new Date('2026-05-31T07:00:00Z'), validUntil: change });
  expect(await again.catch(brokenConstraint)).toBe('rate_no_overlap');
});

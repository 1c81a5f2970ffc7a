import { expect, test } from 'vitest';
import { FakeClock } from '#sip-stack/fake-clock.ts';
import { house, nextCall } from './house.ts';

const { phone } = house();

/** Time passes, and what it set off has gone over the wire. */
const pass = async (clock: FakeClock, ms: number): Promise<void> => {
  clock.advance(ms);
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
};

test('a session nobody refreshes ends by BYE before its time is up', async () => {
  const clock = new FakeClock();
  const [son, mother] = [await phone('son'), await phone('mother', { clock, sessionTimer: true })];
  const incoming = nextCall(mother);
  const call = son.dial(mother.uri, { headers: { Supported: 'timer', 'Session-Expires': '90;refresher=uac' } });
  const other = await incoming;
  await other.answer();
  await call.answered;
  await pass(clock, 59_000);
  expect(call.state).toBe('talking');
  // Refreshed at 59 s: now it lives until 59 + 60 s.
  expect(await call.request('UPDATE', { Supported: 'timer', 'Session-Expires': '90;refresher=uac' })).toBe(200);
  await pass(clock, 59_000);
  expect(call.state).toBe('talking');
  await pass(clock, 1_500);
  expect(await call.ended).toMatchObject({ by: 'them', how: 'bye' });
});

test('a phone that is asked to refresh does so at half time', async () => {
  const clock = new FakeClock();
  const [son, mother] = [await phone('son'), await phone('mother', { clock, sessionTimer: true })];
  const incoming = nextCall(mother);
  const call = son.dial(mother.uri, { headers: { Supported: 'timer', 'Session-Expires': '100;refresher=uas' } });
  const requests: string[] = [];
  call.on('request', ({ method, headers }) => {
    requests.push(`${method} ${headers.find(({ key }) => key === 'session-expires')?.value ?? ''}`);
  });
  const other = await incoming;
  await other.answer();
  await call.answered;
  await pass(clock, 49_900);
  expect(requests).toEqual([]);
  await pass(clock, 200);
  expect(requests).toEqual(['INVITE 100;refresher=uac']);
  await pass(clock, 50_100);
  expect(requests).toHaveLength(2);
  expect(call.state).toBe('talking');
});

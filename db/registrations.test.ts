import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { findRegisterOrder, findRegistration, removeRegistration, saveRegistration } from './registrations.ts';
import { startTestDatabase, type TestDatabase } from './testing.ts';

// A real server on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
beforeAll(async () => void (server = await startTestDatabase()));
afterAll(() => server.stop());
beforeEach(async () => void (await server.db.deleteFrom('registration').execute()));

const at = (seconds: number) => new Date(Date.UTC(2026, 4, 1) + seconds * 1000);
const source = { address: '127.0.0.1', port: 4000 };
const number = '+12135550142';
/** A REGISTER of `home1` with that place among the others, asked at second `when` for a minute. */
const bind = (contact: string, callId: string, cseq: number, when = 0) =>
  saveRegistration(
    server.db,
    { username: 'home1', number, contact, source, expiresAt: at(when + 60) },
    { callId, cseq },
    at(when),
  );
const unbind = (contact: string, callId: string, cseq: number, when = 0) =>
  removeRegistration(server.db, 'home1', contact, { callId, cseq }, at(when));
const contactAt = async (when: number) => (await findRegistration(server.db, number, at(when)))?.contact;

test('a registration is found by its number until it expires; the newest wins', async () => {
  expect(await bind('sip:old', 'one', 1)).toBe(true);
  expect(await bind('sip:new', 'one', 2, 30)).toBe(true);
  expect(await findRegistration(server.db, number, at(89))).toEqual({ username: 'home1', contact: 'sip:new', source });
  expect(await findRegistration(server.db, number, at(90))).toBeUndefined();
  expect(await unbind('*', 'one', 3, 40)).toBe(true);
  expect(await contactAt(40)).toBeUndefined();
});

test('which REGISTER made the binding is known until it expires', async () => {
  expect(await findRegisterOrder(server.db, 'home1', at(0))).toBeUndefined();
  await bind('sip:a', 'one', 7);
  expect(await findRegisterOrder(server.db, 'home1', at(59))).toEqual({ callId: 'one', cseq: 7 });
  expect(await findRegisterOrder(server.db, 'home1', at(60))).toBeUndefined();
  expect(await findRegisterOrder(server.db, 'home2', at(0))).toBeUndefined();
});

describe('after CSeq 7 of one Call-ID', () => {
  beforeEach(() => bind('sip:first', 'one', 7));

  test.each([
    // Call-ID, CSeq, second, applied
    ['one', 8, 0, true],
    ['one', 7, 0, false],
    ['one', 6, 0, false],
    ['two', 1, 0, true],
    ['one', 1, 59, false],
    ['one', 1, 60, true],
  ])('%s %i at second %i: applied %s', async (callId, cseq, when, applied) => {
    expect(await bind('sip:second', callId, cseq, when)).toBe(applied);
    expect(await contactAt(when === 60 ? 61 : 0)).toBe(applied ? 'sip:second' : 'sip:first');
    const order = applied ? { callId, cseq } : { callId: 'one', cseq: 7 };
    expect(await findRegisterOrder(server.db, 'home1', at(when))).toEqual(order);
  });

  test.each([
    // contact, Call-ID, CSeq, answered as done, still bound
    ['*', 'one', 8, true, false],
    ['*', 'one', 7, false, true],
    ['sip:first', 'one', 6, false, true],
    ['sip:first', 'two', 1, true, false],
    ['sip:other', 'one', 8, true, true],
    ['sip:other', 'two', 1, true, true],
  ])('%s is removed by %s %i: %s, still bound %s', async (contact, callId, cseq, done, bound) => {
    expect(await unbind(contact, callId, cseq)).toBe(done);
    expect(await contactAt(0)).toBe(bound ? 'sip:first' : undefined);
  });

  test('of two that come at once to two processes the later one stands', async () => {
    for (let cseq = 8; cseq < 28; cseq += 2) {
      await Promise.all([bind('sip:later', 'one', cseq + 1), bind('sip:earlier', 'one', cseq)]);
      expect(await contactAt(0)).toBe('sip:later');
    }
  });
});

test('a binding from before the order was kept gives way to any', async () => {
  const row = { username: 'home1', number, contact: 'sip:old', sourceAddress: '127.0.0.1', sourcePort: 4000 };
  await server.db.insertInto('registration').values({ ...row, expiresAt: at(60) }).execute(); // prettier-ignore
  expect(await findRegisterOrder(server.db, 'home1', at(0))).toBeUndefined();
  expect(await bind('sip:new', 'one', 1)).toBe(true);
  expect(await contactAt(0)).toBe('sip:new');
});

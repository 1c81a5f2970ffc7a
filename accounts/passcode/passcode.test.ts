import { sql } from 'kysely';
import { closeAccount, openAccount } from '#db/accounts.ts';
import { openDatabase } from '#db/connect.ts';
import { countText } from '#db/funding.ts';
import { passcodeHistory, passcodeOf } from '#db/passcodes.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { lastUsedAt } from '#db/unclaimed.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { Desk } from '../enrolment/testing/desk.ts';
import { checkPasscode, type PasscodeDeps } from './check-passcode.ts';
import { argonHasher, type PasscodeHasher } from './hasher.ts';
import { PROOF_MS } from './proof.ts';
import { setPasscode, type PasscodeOrder } from './set-passcode.ts';
import { passcodeState, unlockPasscode } from './unlock-passcode.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const PASSCODE = '8362';
const WRONG = '8361';
const line = { kind: 'phone-line', id: 'call-1' } as const;
const agent = { kind: 'agent', id: 'a1' } as const;

let server: TestDatabase;
let desk: Desk;
let hasher: PasscodeHasher;
/** What was checked against which hash. */
let looked: string[] = [];
beforeAll(async () => {
  server = await startTestDatabase();
  await new Desk(server.db).furnish();
  hasher = await argonHasher('pepper');
});
beforeEach(() => {
  desk = new Desk(server.db);
  looked = [];
});
afterAll(() => server.stop());

const deps = (over: Partial<PasscodeDeps> = {}): PasscodeDeps => ({
  ...desk.deps(),
  hasher: {
    ...hasher,
    verify: (hash, passcode) => {
      looked.push(hash);
      return hasher.verify(hash, passcode);
    },
  },
  ...over,
});
const set = (order: Partial<PasscodeOrder> & { accountId: string }, over = {}) =>
  setPasscode(server.db, deps(over), {
    passcode: { entered: PASSCODE, again: PASSCODE },
    by: { kind: 'web' },
    ...order,
  });
const guess = (accountId: string, passcode: string, over = {}) =>
  checkPasscode(server.db, deps(over), { accountId, passcode, by: line });
const kindOf = async (accountId: string, passcode: string) => (await guess(accountId, passcode)).kind;
const kinds = async (accountId: string) => (await desk.news(accountId)).map(({ kind }) => kind);
const guesses = async (accountId: string) => (await passcodeOf(server.db, accountId))?.guesses;
const guessWrong = async (accountId: string, times: number) => {
  for (let time = 0; time < times; time++) await guess(accountId, WRONG);
};
async function withPasscode(): Promise<string> {
  const { accountId } = await desk.account();
  expect(await set({ accountId })).toEqual({ kind: 'set' });
  return accountId;
}

test('a passcode is four digits, typed twice, and not easy (row 28); the holder is told', async () => {
  const { accountId, number } = await desk.account();
  const typed = (entered: string, again = entered) => set({ accountId, passcode: { entered, again } });
  const refused = (reason: string) => ({ kind: 'refused', reason });
  expect(await typed('836')).toEqual(refused('not-four-digits'));
  expect(await typed('83621')).toEqual(refused('not-four-digits'));
  expect(await typed('836a')).toEqual(refused('not-four-digits'));
  expect(await typed('8362\n')).toEqual(refused('not-four-digits'));
  expect(await typed(PASSCODE, WRONG)).toEqual(refused('not-the-same'));
  expect(await typed('1234')).toEqual({ ...refused('too-easy'), weakness: 'in-a-row' });
  expect(await typed(number.slice(-4))).toMatchObject(refused('too-easy'));
  expect(await typed(accountId.slice(-4))).toMatchObject(refused('too-easy'));
  expect(await passcodeOf(server.db, accountId)).toBeUndefined();
  expect(await typed(PASSCODE)).toEqual({ kind: 'set' });
  expect((await passcodeOf(server.db, accountId))?.hash).toMatch(
    /^\$argon2id\$v=19\$m=19456,p=1,t=2,data=cGFzc2NvZGU\$/,
  );
  expect(await passcodeHistory(server.db, accountId)).toEqual([{ kind: 'set', by: { kind: 'web' }, at: desk.at }]);
  expect(await kinds(accountId)).toEqual(['enrolled', 'passcode-set']);
});

test('the pepper is part of it: the same passcode under another opens nothing', async () => {
  const accountId = await withPasscode();
  expect(await kindOf(accountId, PASSCODE)).toBe('right');
  const other = await argonHasher('another pepper');
  expect((await guess(accountId, PASSCODE, { hasher: other })).kind).toBe('wrong');
  await expect(argonHasher('')).rejects.toThrow('pepper');
});

test('a passcode is changed by who has just said it, or by an agent', async () => {
  const accountId = await withPasscode();
  const other = { entered: '7403', again: '7403' };
  const needed = { kind: 'refused', reason: 'passcode-needed' };
  expect(await set({ accountId, passcode: other })).toEqual(needed);
  expect(await set({ accountId, passcode: other, by: line })).toEqual(needed);
  const said = await guess(accountId, PASSCODE);
  const foreign = await guess(await withPasscode(), PASSCODE);
  if (said.kind !== 'right' || foreign.kind !== 'right') throw new Error('It is the passcode.');
  expect(await set({ accountId, passcode: other, proof: foreign.proof })).toEqual(needed);
  desk.at = new Date(desk.at.getTime() + PROOF_MS + 1);
  expect(await set({ accountId, passcode: other, proof: said.proof })).toEqual(needed);
  desk.at = new Date(desk.at.getTime() - 1);
  expect(await set({ accountId, passcode: other, proof: said.proof })).toEqual({ kind: 'changed' });
  expect(await kindOf(accountId, PASSCODE)).toBe('wrong');
  expect(await set({ accountId, by: agent })).toEqual({ kind: 'changed' });
  expect(await kindOf(accountId, PASSCODE)).toBe('right');
  expect(await kinds(accountId)).toEqual(['enrolled', 'passcode-set', 'passcode-changed', 'passcode-changed']);
});

test('on the phone line the first passcode is set in the call that opened the account, and in no other', async () => {
  const { accountId } = await desk.account({ by: line, facility: undefined });
  const other = await set({ accountId, by: { kind: 'phone-line', id: 'call-2' } });
  expect(other).toEqual({ kind: 'refused', reason: 'agent-needed' });
  expect(await set({ accountId, by: { kind: 'phone-line' } })).toMatchObject({ reason: 'agent-needed' });
  expect(await set({ accountId, by: line })).toEqual({ kind: 'set' });
  const unnamed = await desk.account({ by: { kind: 'phone-line' }, facility: undefined });
  expect(await set({ accountId: unnamed.accountId, by: { kind: 'phone-line' } })).toMatchObject({
    reason: 'agent-needed',
  });
  const onWeb = await desk.account({ by: { kind: 'web', id: 'call-1' } });
  expect(await set({ accountId: onWeb.accountId, by: line })).toMatchObject({ reason: 'agent-needed' });
});

test('a closed account gets no passcode, and one that is not there neither; a closed one still knows its holder', async () => {
  const accountId = await withPasscode();
  await closeAccount(server.db, accountId, desk.at);
  expect(await set({ accountId, by: agent })).toEqual({ kind: 'refused', reason: 'account-closed' });
  expect(await set({ accountId: '1999999999' })).toEqual({ kind: 'refused', reason: 'unknown-account' });
  expect(await kindOf(accountId, PASSCODE)).toBe('right');
});

test('three wrong ones lock it and tell the holder once; the right one is not even looked at then', async () => {
  const accountId = await withPasscode();
  expect(await kindOf(accountId, WRONG)).toBe('wrong');
  expect(await kindOf(accountId, WRONG)).toBe('wrong');
  const until = new Date(desk.at.getTime() + 5 * 60_000);
  expect(await guess(accountId, WRONG)).toEqual({ kind: 'locked', until });
  expect(looked).toHaveLength(3);
  expect(await guess(accountId, PASSCODE)).toEqual({ kind: 'locked', until });
  expect(looked).toHaveLength(3);
  expect(await passcodeState(server.db, accountId, desk.at)).toEqual({ kind: 'locked', until, locks: 1 });
  expect(await passcodeHistory(server.db, accountId)).toMatchObject([
    { kind: 'locked', by: line, lockedUntil: until },
    {},
  ]);
  expect((await desk.news(accountId)).slice(2)).toEqual([{ kind: 'passcode-locked', minutes: 5 }]);
  desk.minutes(5);
  expect(await passcodeState(server.db, accountId, desk.at)).toEqual({ kind: 'set' });
  await guessWrong(accountId, 3);
  expect((await desk.news(accountId)).slice(3)).toEqual([{ kind: 'passcode-locked', minutes: 30 }]);
});

test('that it is locked is one of the month’s five texts, and an e-mail when they are used up; what the holder does is not', async () => {
  const mobile = '+12135550188';
  const { accountId } = await desk.account({ reach: { notices: 'text', mobile, email: 'ana@example.com' } });
  await set({ accountId });
  for (let text = 0; text < 4; text++) await countText(server.db, mobile, desk.at);
  for (let lock = 0; lock < 2; lock++) {
    await guessWrong(accountId, 3);
    desk.minutes(30);
  }
  const everywhere = { mobile, email: 'ana@example.com' };
  expect((await desk.notices(accountId)).map(({ to }) => to)).toEqual([
    everywhere,
    everywhere,
    everywhere,
    { email: 'ana@example.com' },
  ]);
});

test('an agent lets the holder try again, with a reason; the holder is told', async () => {
  const accountId = await withPasscode();
  const unlock = (over = {}) =>
    unlockPasscode(server.db, desk.deps(), { accountId, agentId: 'a1', reason: 'called back', ...over });
  expect(await unlock()).toBe('not-locked');
  await guessWrong(accountId, 3);
  expect(await unlock({ reason: ' ' })).toBe('reason-missing');
  expect(await unlock({ agentId: '' })).toBe('reason-missing');
  expect(await unlock({ accountId: '1999999999' })).toBe('no-passcode');
  expect(await kindOf(accountId, PASSCODE)).toBe('locked');
  expect(await unlock()).toBe('unlocked');
  expect(await unlock()).toBe('not-locked');
  const event = { kind: 'unlocked', by: agent, reason: 'called back', at: desk.at };
  expect((await passcodeHistory(server.db, accountId))[0]).toEqual(event);
  expect((await kinds(accountId)).slice(2)).toEqual(['passcode-locked', 'passcode-unlocked']);
  expect(await kindOf(accountId, WRONG)).toBe('wrong');
  expect(await unlock()).toBe('unlocked');
  expect(await kindOf(accountId, PASSCODE)).toBe('right');
});

test('another passcode ends the lock of the one before', async () => {
  const accountId = await withPasscode();
  await guessWrong(accountId, 3);
  const passcode = { entered: '7403', again: '7403' };
  expect(await set({ accountId, passcode, by: agent })).toEqual({ kind: 'changed' });
  expect(await kindOf(accountId, '7403')).toBe('right');
});

test('a hundred guesses at once are counted as a hundred, and three are looked at', async () => {
  const accountId = await withPasscode();
  const pools = Array.from({ length: 4 }, () =>
    openDatabase(server.url, { max: 5, connectMs: 30_000, statementMs: 30_000 }),
  );
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, n) =>
      checkPasscode(pools[n % 4] ?? server.db, deps(), { accountId, passcode: WRONG, by: line }),
    ),
  );
  await Promise.all(pools.map((pool) => pool.destroy()));
  expect(looked).toHaveLength(3);
  expect(answers.filter(({ kind }) => kind === 'wrong')).toHaveLength(2);
  expect(answers.filter(({ kind }) => kind === 'locked')).toHaveLength(98);
  expect(await guesses(accountId)).toMatchObject({ counted: 3, cleared: 0, refused: 97, locks: 1 });
  expect((await kinds(accountId)).filter((kind) => kind === 'passcode-locked')).toHaveLength(1);
});

test('a guess is counted, and on disk, before it is looked at: hanging up takes none back', async () => {
  const accountId = await withPasscode();
  let seen: unknown;
  const dies = {
    ...hasher,
    verify: async () => {
      seen = await guesses(accountId);
      throw new Error('died');
    },
  };
  for (let time = 0; time < 3; time++)
    await expect(guess(accountId, PASSCODE, { hasher: dies })).rejects.toThrow('died');
  expect(seen).toMatchObject({ counted: 3, cleared: 0 });
  expect(await kindOf(accountId, PASSCODE)).toBe('locked');
});

test('a right one clears the wrong ones before it and is a use of the account', async () => {
  const accountId = await withPasscode();
  desk.minutes(60);
  for (let time = 0; time < 4; time++) {
    expect(await kindOf(accountId, WRONG)).toBe('wrong');
    expect(await lastUsedAt(server.db, accountId)).not.toEqual(desk.at);
    expect(await kindOf(accountId, WRONG)).toBe('wrong');
    expect(await kindOf(accountId, PASSCODE)).toBe('right');
    expect(await lastUsedAt(server.db, accountId)).toEqual(desk.at);
    desk.minutes(1);
  }
});

test('a passcode that is set anew while the old one is checked: the old one is wrong', async () => {
  const accountId = await withPasscode();
  const passcode = { entered: '7403', again: '7403' };
  const slow = {
    ...hasher,
    verify: async (hash: string, said: string) => {
      await set({ accountId, passcode, by: agent });
      return hasher.verify(hash, said);
    },
  };
  expect((await guess(accountId, PASSCODE, { hasher: slow })).kind).toBe('wrong');
});

test('an account that is not there, or has no passcode, costs the same work and says no more', async () => {
  const { accountId } = await desk.account();
  for (const id of ['1999999999', accountId])
    for (let time = 0; time < 4; time++) expect(await guess(id, PASSCODE)).toEqual({ kind: 'wrong' });
  expect(looked).toHaveLength(8);
  const cost = (hash: string) => hash.split('$').slice(0, 4).join('$');
  const known = await withPasscode();
  await guess(known, PASSCODE);
  expect(new Set(looked.map(cost)).size).toBe(1);
  expect(await passcodeState(server.db, accountId, desk.at)).toEqual({ kind: 'none' });
});

test('what is not four digits is no guess', async () => {
  const accountId = await withPasscode();
  for (const text of ['', '836', '83622', '836*', ' 8362'])
    expect(await kindOf(accountId, text)).toBe('not-four-digits');
  expect(looked).toEqual([]);
  expect(await guesses(accountId)).toMatchObject({ counted: 0 });
});

test('an account of before has no profile, and is served all the same', async () => {
  await openAccount(server.db, { id: 'of-before', numbers: ['+12135559999'], at: desk.at });
  expect(await set({ accountId: 'of-before', by: agent })).toEqual({ kind: 'set' });
  expect(await kindOf('of-before', PASSCODE)).toBe('right');
  expect(await desk.news('of-before')).toEqual([]);
});

test('no passcode is in any table, nor in an error', async () => {
  const accountId = await withPasscode();
  await guess(accountId, PASSCODE);
  const { rows } = await sql<{ name: string }>`select table_name as name from information_schema.tables
    where table_schema = 'public'`.execute(server.db);
  const alone = new RegExp(`(?<![\\w+/.-])${PASSCODE}(?![\\w+/.-])`);
  for (const { name } of rows) {
    const all = await sql<{ line: string }>`select ${sql.table(name)}::text as line from ${sql.table(name)}`.execute(
      server.db,
    );
    expect(all.rows.filter((row) => alone.test(row.line))).toEqual([]);
  }
  const broken = { ...hasher, hash: async () => 'plain' };
  const error = await set({ accountId, by: agent }, { hasher: broken }).catch((thrown: unknown) => thrown);
  expect(String((error as Error).stack)).not.toMatch(alone);
  expect(JSON.stringify(error)).not.toMatch(alone);
  expect(String(error)).toContain('passcode_hash_check');
});

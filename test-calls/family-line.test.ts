import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { accountsOfNumber } from '#db/account-look-up.ts';
import { openAccount } from '#db/accounts.ts';
import { blockHistory } from '#db/blocks.ts';
import { findEnrolment } from '#db/enrolments.ts';
import { VALLEY_VIEW } from '#db/seed/demo-world.ts';
import { balanceOf } from '#db/ledger.ts';
import { consentsOf } from '#db/service-terms.ts';
import { transactionsOf } from '#db/statements.ts';
import type { PromptKey, Value } from '#flows/prompt.ts';
import { calledBy } from './family/families.ts';
import { castOf, seedCast } from './leak-hunt/cast.ts';
import { searchFiles } from './leak-hunt/files.ts';
import { judge } from './leak-hunt/finding.ts';
import { huntIn, playCast } from './leak-hunt/hunt.ts';
import { heapOnSignal } from './leak-hunt/processes.ts';
import { Search } from './leak-hunt/search.ts';
import type { DialOptions, OutgoingCall } from './phone/outgoing-call.ts';
import { ownServers } from './stage.ts';
import { wholeCalls } from './whole-calls.ts';

const number = '+18669490290';
const family = '+12135550142';
/** Has no account yet. */
const stranger = '+12135550157';
const accountId = '5f0c2a52-6a9d-4d0e-8f3c-0c6a5f0e1a01';
/** One that the sandbox takes; nowhere else in this repository. */
const card = '4917484589897107';

/** Who else pays, and what is typed by all of them. */
const cast = castOf(5, 0, 1);
/** Chosen by who opens an account, and typed twice. */
const passcode = '8362';
const own = [
  { kind: 'card number', digits: card },
  { kind: 'passcode and code', digits: passcode + passcode },
] as const;
const hunted = { ...cast, secrets: [...cast.secrets, ...own] };
const heapFolder = await mkdtemp(join(tmpdir(), 'homeline-heaps-'));
afterAll(() => rm(heapFolder, { recursive: true, force: true }));

const { call, stage } = wholeCalls({
  environment: { FAMILY_LINE_NUMBER: number, LOG_LEVEL: 'debug', ...heapOnSignal(heapFolder) },
  // One after the other, so that keys that are written one by one stand in their order.
  atOnce: 1,
  prepare: async (db, config) => {
    await openAccount(db, { id: accountId, numbers: [family], at: new Date() });
    await calledBy(VALLEY_VIEW, family, db);
    await seedCast(cast, db, config);
  },
});

const dial = (options: DialOptions = {}): OutgoingCall => {
  const { host, port } = stage().system.sip;
  const headers = { 'P-Asserted-Identity': `<sip:${family}@carrier.example>` };
  return stage().carrier.dial(`sip:${number}@${host}:${port}`, { headers, ...options });
};
const hears = async (line: OutgoingCall, key: PromptKey, values: Record<string, Value> = {}) => {
  const heard = await line.ear.waitFor(await stage().sound('es', key, values));
  if (!heard) throw new Error(`the call ended before ${key} was heard`);
};
const facility: Value = { kind: 'name', text: 'Valley View Facility' };

call('a family pays with a card in Spanish, then blocks a facility', { timeoutMs: 60_000 }, async () => {
  const { db } = stage().system;
  const line = dial();
  expect(await line.answered).toBe(true);
  // Whoever knows the line types ahead: Spanish, pay, the amount, the card.
  await line.press(`2125*50${card}042712395814`);
  await hears(line, 'pay.fee');
  expect((await balanceOf(db, accountId)).balanceCents).toBe(0);
  await line.press('1');
  await hears(line, 'pay.done', { amount: { kind: 'money', cents: 2_550 } });
  expect((await balanceOf(db, accountId)).balanceCents).toBe(2_550);
  const { transactions } = await transactionsOf(db, accountId, { limit: 5 });
  expect(transactions).toMatchObject([{ kind: 'card-deposit', cents: 2_550 }]);

  await line.press('1311');
  await hears(line, 'block.how-to-lift');
  expect(await blockHistory(db, family)).toEqual([]);
  await line.press('1');
  await hears(line, 'block.placed', { facility });
  expect(await blockHistory(db, family)).toMatchObject([
    { scope: { facilityId: VALLEY_VIEW }, placed: { by: { kind: 'phone-line' } } },
  ]);
  await line.press('2');
  const { by } = await line.ended;
  expect(by).toBe('them');
});

call('who has no account opens one and pays into it, in Spanish', { timeoutMs: 60_000 }, async () => {
  const { db, config } = stage().system;
  const line = dial({ headers: { 'P-Asserted-Identity': `<sip:${stranger}@carrier.example>` } });
  expect(await line.answered).toBe(true);
  // Spanish, pay, open an account, the facility by its state and name, the passcode twice.
  await line.press('2121');
  await line.press('22');
  await hears(line, 'find.state', { state: { kind: 'wording', key: 'state.CA' } });
  await line.press('1');
  await hears(line, 'find.spell-name');
  await line.press('8255398');
  await hears(line, 'block.facility', { facility });
  await line.press('1');
  await hears(line, 'open.passcode');
  await line.press(`${passcode}${passcode}`);
  await hears(line, 'terms.accept');
  expect(await accountsOfNumber(db, stranger)).toEqual([]);
  await line.press('1');
  await hears(line, 'amount.ask');
  const [account] = await accountsOfNumber(db, stranger);
  const id = account?.id ?? '';
  expect(await consentsOf(db, id)).toMatchObject([{ version: '2026-01', language: 'es' }]);
  expect(await findEnrolment(db, { accountId: id })).toMatchObject({ facilityId: VALLEY_VIEW });
  await line.press(`20#${card}042712395814`);
  await hears(line, 'pay.fee');
  await line.press('1');
  await hears(line, 'pay.done', { amount: { kind: 'money', cents: 2_000 } });
  expect((await balanceOf(db, id)).balanceCents).toBe(2_000);
  await line.hangup();
  const search = new Search(hunted.secrets, []);
  await searchFiles(search, join(config.VAR_FOLDER, 'log'));
  expect(judge(search.findings, search.others).leaks).toEqual([]);
});

call('the keys of a telephone without telephone events are its tones', { timeoutMs: 30_000 }, async () => {
  const line = dial({ events: false });
  expect(await line.answered).toBe(true);
  await line.press('2', { by: 'inband', ms: 100 });
  await hears(line, 'main.pay');
  await line.press('1', { by: 'inband', ms: 60 });
  await hears(line, 'amount.ask');
  await line.hangup();
});

call('five payments leave their digits nowhere', { timeoutMs: 200_000 }, async () => {
  const { faults, paid } = await playCast(stage(), cast, 1);
  expect(faults).toEqual([]);
  expect(paid).toBe(5);
  const folder = stage().system.config.VAR_FOLDER;
  const { verdict, ...searched } = await huntIn(stage(), hunted, {
    folder,
    heapFolder,
    memory: false,
    say: () => undefined,
  });
  expect(verdict.leaks).toEqual([]);
  expect(searched.heaps.snapshots).toBe(ownServers ? 5 : 3);
  expect(searched.rows.rows).toBeGreaterThan(50);
  expect(searched.files.unread).toEqual([]);
  // It looks where they would be.
  const log = join(folder, 'log', 'ivr.log');
  await appendFile(log, `{"key":"${[...card].join('"}\n{"key":"')}"}\n`);
  const search = new Search(hunted.secrets, []);
  await searchFiles(search, join(folder, 'log'));
  expect(judge(search.findings, search.others).leaks).toMatchObject([
    { place: 'ivr.log', form: 'one by one', count: card.length },
  ]);
});

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openAccount } from '#db/accounts.ts';
import { openCardRefunds } from '#db/card-refunds.ts';
import { findDeposit } from '#db/deposits.ts';
import { expiredHolds, releaseHold } from '#db/holds.ts';
import { driftedHolders, trialBalance } from '#db/ledger.ts';
import { unservedLowBalances } from '#db/low-balance.ts';
import { addSandboxCard, sandboxTakings } from '#db/sandbox-gateway.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { programAt } from '#processes/program.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { SandboxGateway } from '../cards/sandbox-gateway.ts';
import { resolveDeposits } from '../deposits/resolve.ts';
import { depositWith } from '../funding/deposit.ts';
import { joinFunding } from '../funding/enrolment.ts';
import { serveLowBalance } from '../funding/serve-low-balance.ts';
import { serveTextPay } from '../funding/text-pay.ts';
import { choice, Counter } from '../funding/testing/counter.ts';
import { finishFiles } from '../rails/lockbox/finish.ts';
import { serveRefund } from '../refunds/serve-refund.ts';
import {
  accountOf,
  ACCOUNTS,
  behaviours,
  closerOf,
  CLOSERS,
  keptToken,
  mobileOf,
  modeOf,
  numberOf,
  tokenFor,
} from './cast.ts';
import { allClosedWhole, allGivenBack } from './given-back.ts';
import { numbersOf } from './mail.ts';
import { allMailBooked } from './mail-books.ts';
import { refundDeps } from './refunding.ts';
import { openTold } from './tell-once.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

const WORKERS = 4;
/** `INTERLEAVING_ROUNDS=200 npx vitest run accounts/interleaving` keeps at it for longer, `INTERLEAVING_SEED` repeats one. */
const ROUNDS = Number(process.env['INTERLEAVING_ROUNDS'] ?? 12);
const SEED = Number(process.env['INTERLEAVING_SEED'] ?? 1 + Math.floor(Math.random() * 1_000_000));
const KEYS = 10 * ROUNDS;
/** Acknowledged deposits between one death and the next. */
const ACKS_A_ROUND = 8;

let server: TestDatabase;
const now = () => new Date();
beforeAll(async () => {
  // Durable: what is acknowledged has to be there after the server was killed. SIGKILL loses no page that was written, fsync or not.
  server = await startTestDatabase();
});
afterAll(() => server.stop());

interface Ack {
  readonly kind: 'captured' | 'declined';
  readonly depositId: string;
}

test(`orders of every kind at random, processes and PostgreSQL killed in between (seed ${SEED})`, async () => {
  const { db } = server;
  const counter = new Counter(db);
  await openTold(db);
  for (const behaviour of new Set(behaviours))
    await addSandboxCard(db, {
      ...{ token: tokenFor(behaviour), brand: 'visa', lastFour: '4242', expiryMonth: 12, expiryYear: 2099 },
      ...{ funding: 'credit', behaviour, tokenisedAt: now() },
    });
  const cardOf = async () => ({ kind: 'card', card: { token: keptToken, brand: 'visa', lastFour: '4242' } }) as const;
  const deps = { db, gateway: new SandboxGateway({ db, now, webhookSecret: 'unused' }), now };
  const refunding = refundDeps(deps.gateway, now);
  const funding = { ...counter.deps(), now, cardOf, deposit: depositWith(deps) };
  for (let n = 0; n < ACCOUNTS; n++) await openAccount(db, { id: accountOf(n), numbers: [], at: now() });
  for (let n = 0; n < CLOSERS; n++) await openAccount(db, { id: closerOf(n), numbers: [numberOf(n)], at: now() });
  for (let n = 0; n < ACCOUNTS; n++) {
    const mode = modeOf(n);
    if (mode === undefined) continue;
    const over = mode === 'textpay' ? { mode, mobile: mobileOf(n) } : { mode };
    const join = { accountId: accountOf(n), by: { kind: 'web' }, key: `join ${n}`, choice: choice(over) } as const;
    expect((await joinFunding(db, funding, join)).kind).not.toBe('refused');
  }

  const acks: Ack[] = [];
  let heard = () => {};
  const faults: string[] = [];
  const children = new Set<ChildProcess>();
  let seed = SEED;
  const { execArgv, path } = await programAt(join(import.meta.dirname, 'worker.ts'));
  const numbers = [...(await numbersOf(db))];
  const hire = () => {
    const order = JSON.stringify({ url: server.url, seed: seed++, keys: KEYS, numbers });
    const child = spawn(process.execPath, [...execArgv, path, order], { stdio: ['pipe', 'pipe', 'pipe'] });
    children.add(child);
    createInterface({ input: child.stdout }).on('line', (line) => {
      acks.push(JSON.parse(line) as Ack);
      heard();
    });
    child.stderr.on('data', (bytes: Buffer) => faults.push(String(bytes)));
    child.once('exit', () => {
      children.delete(child);
      heard();
    });
  };
  const more = async (many: number) => {
    const wanted = acks.length + many;
    while (acks.length < wanted && faults.length === 0 && children.size > 0)
      await new Promise<void>((resolve) => (heard = resolve));
  };
  const kill = async (child: ChildProcess | undefined) => {
    if (!child) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };

  for (let n = 0; n < WORKERS; n++) hire();
  for (let round = 0; round < ROUNDS && faults.length === 0; round++) {
    await more(ACKS_A_ROUND);
    if (round % 4 === 3) {
      await server.crash();
      await server.revive();
    } else {
      await kill([...children][round % WORKERS]);
      hire();
    }
  }
  for (const child of [...children]) await kill(child);
  expect(faults).toEqual([]);

  // Whoever comes after finishes what was begun.
  await resolveDeposits(deps, { afterMs: 0, abandonMs: 0, limit: 10_000 });
  const later = new Date(Date.now() + 60_000);
  const unserved = await unservedLowBalances(db, later, 10_000);
  for (const id of unserved.falls) await serveLowBalance(db, funding, id);
  for (const id of unserved.alerts) await serveTextPay(db, funding, id);
  await resolveDeposits(deps, { afterMs: 0, abandonMs: 0, limit: 10_000 });
  for (const { key, accountId } of await expiredHolds(db, later, 10_000)) await releaseHold(db, accountId, key, now());
  for (const id of await openCardRefunds(db, later, 10_000)) await serveRefund(db, refunding, id);

  await finishFiles(db, { now });

  // Debits are credits, and every balance is the sum of its entries.
  const trial = await trialBalance(db);
  expect(Object.values(trial).reduce((sum, cents) => sum + cents, 0)).toBe(0);
  expect(await driftedHolders(db)).toEqual([]);
  const { held } = await db
    .selectFrom('ledgerAccount')
    .select((eb) => eb.fn.sum<string>('heldCents').as('held'))
    .executeTakeFirstOrThrow();
  expect(Number(held)).toBe(0);

  // The gateway's own record and ours: each charge once, none that we do not know, none that we only believe.
  const charges = db.selectFrom('sandboxCharge').select(['idempotencyKey as key', 'cents']);
  const captured = await charges.where('declineReason', 'is', null).execute();
  const ours = await db.selectFrom('deposit').select(['id', 'cents', 'state']).execute();
  const believed = ours.filter(({ state }) => state === 'captured');
  const sorted = (ids: readonly string[]) => [...ids].sort();
  expect(sorted(captured.map(({ key }) => key))).toEqual(sorted(believed.map(({ id }) => id)));
  expect((await sandboxTakings(db)).netCents).toBe(-trial['card-clearing']);
  expect(ours.filter(({ state }) => state === 'intended')).toEqual([]);

  const mail = await allMailBooked(db, trial);

  const gaveBack = await allGivenBack(db, trial['refunds-payable']);

  // Nothing acknowledged was lost, and a word once given was kept.
  for (const { kind, depositId } of acks) {
    const state = (await findDeposit(db, depositId))?.state;
    expect(kind === 'captured' ? ['captured'] : ['declined', 'abandoned']).toContain(state);
  }
  // Notices: each once; the counter throws when one was told twice.
  const news = await counter.news(accountOf(0));
  expect(news.filter((kind) => kind === 'joined')).toHaveLength(1);
  const paidBy = async (channel: 'autopay' | 'textpay') => {
    const deposits = db.selectFrom('deposit').select('id').where('channel', '=', channel);
    return (await deposits.where('state', '=', 'captured').execute()).map(({ id }) => id);
  };
  const [autopaid, textpaid] = [await paidBy('autopay'), await paidBy('textpay')];
  const told = (await Promise.all(Array.from({ length: ACCOUNTS }, (_, n) => counter.news(accountOf(n))))).flat();
  expect(told.filter((kind) => kind === 'autopay-paid')).toHaveLength(autopaid.length);
  expect(told.filter((kind) => kind === 'textpay-paid')).toHaveLength(textpaid.length);

  // Each question that was agreed to is one payment, each payment was agreed to, and nothing is still under way.
  const alerts = await db.selectFrom('textPayAlert').select(['state', 'answeredBy', 'paidDepositId']).execute();
  const paid = alerts.flatMap(({ paidDepositId }) => paidDepositId ?? []);
  expect(sorted(paid)).toEqual(sorted(textpaid));
  const agreed = alerts.flatMap(({ answeredBy }) => answeredBy ?? []);
  expect(new Set(agreed).size).toBe(agreed.length);
  expect(alerts.filter(({ state }) => state === 'paying')).toEqual([]);

  // A closed account has no money and a block; each was told once.
  const closings = await allClosedWhole(db);

  const postings = await db
    .selectFrom('posting')
    .select((eb) => eb.fn.countAll<string>().as('many'))
    .executeTakeFirstOrThrow();
  console.log(
    `interleaving, seed ${SEED}: ${ROUNDS} deaths (${Math.floor(ROUNDS / 4)} of PostgreSQL), ${postings.many} postings, ${ours.length} deposits, ` +
      `${captured.length} captured (${autopaid.length} by AutoPay, ${textpaid.length} by TextPay), ${acks.length} acknowledged, ` +
      `${closings} accounts closed, ${gaveBack} refunds, mail ${JSON.stringify(mail)}`,
  );
});

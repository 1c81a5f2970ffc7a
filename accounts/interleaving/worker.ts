import { openDatabase } from '#db/connect.ts';
import { openCardRefunds } from '#db/card-refunds.ts';
import { captureHold, expiredHolds, placeHold, releaseHold } from '#db/holds.ts';
import { LedgerRefusal, post } from '#db/ledger.ts';
import { unservedLowBalances } from '#db/low-balance.ts';
import { isUnavailable } from '#db/unavailable.ts';
import { SandboxGateway } from '../cards/sandbox-gateway.ts';
import { closeAccount } from '../closing/close.ts';
import { previewClosing } from '../closing/preview.ts';
import { depositByCard } from '../deposits/deposit-by-card.ts';
import { DepositRefusal } from '../deposits/deposit-refusal.ts';
import { resolveDeposits } from '../deposits/resolve.ts';
import { depositWith } from '../funding/deposit.ts';
import { serveLowBalance } from '../funding/serve-low-balance.ts';
import { answerText, serveTextPay } from '../funding/text-pay.ts';
import { Counter } from '../funding/testing/counter.ts';
import { refundByAgent } from '../refunds/refund-by-agent.ts';
import { serveRefund } from '../refunds/serve-refund.ts';
import { ACCOUNTS, accountOf, centsOf, closerOf, CLOSERS, keptToken, mobileOf, modeOf, tokenOf } from './cast.ts';
import { mailActs } from './mail.ts';
import { refundDeps } from './refunding.ts';
import { tellOnce } from './tell-once.ts';

/*
 * One of several processes that give orders at random, until it is killed: the other half of interleaving.test.ts. Orders come from a small
 * number of keys, so that the same order is given again and again, by any process. Says each deposit that was acknowledged.
 */
interface WorkOrder {
  readonly url: string;
  readonly seed: number;
  readonly keys: number;
  /** Numbers of all accounts by their ids: who begins while PostgreSQL is down could not ask for them. */
  readonly numbers: readonly (readonly [string, string])[];
}
const { url, seed, keys, numbers } = JSON.parse(process.argv[2] ?? '{}') as WorkOrder;
// A test that is broken off takes its child with it.
process.stdin.once('end', () => process.exit(0)).resume();

const db = openDatabase(url, { max: 4, connectMs: 3_000, statementMs: 5_000, name: `interleaving ${seed}` });
const books = openDatabase(url, { max: 3, connectMs: 3_000, statementMs: 5_000, name: `sandbox gateway ${seed}` });
const now = () => new Date();
const gateway = new SandboxGateway({ db: books, now, webhookSecret: 'unused' });
const deps = { db, gateway, now };
const counter = new Counter(db);
const cardOf = async () => ({ kind: 'card', card: { token: keptToken, brand: 'visa', lastFour: '4242' } }) as const;
const { notify } = counter.deps();
const funding = { now, deposit: depositWith(deps), cardOf, notify: tellOnce(notify) };
const refunding = refundDeps(gateway, now);

/** Park and Miller's generator: the order of the orders of one process is told by its seed. */
let state = seed;
const any = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;

async function deposit(n: number): Promise<void> {
  const card = { token: tokenOf(n), brand: 'visa', lastFour: '4242' };
  const order = { key: `deposit ${n}`, accountId: accountOf(n), cents: centsOf(n), channel: 'web', card } as const;
  const { kind, depositId } = await depositByCard(deps, order);
  if (kind !== 'pending') process.stdout.write(`${JSON.stringify({ kind, depositId })}\n`);
}

async function spend(n: number): Promise<void> {
  const cents = 1 + ((n * 53) % 700);
  const entries = [
    { ledger: { holder: accountOf(n) }, cents: -cents },
    { ledger: 'revenue', cents },
  ] as const;
  await post(db, { key: `usage ${n}`, kind: 'usage', at: new Date(0), entries });
}

async function hold(n: number): Promise<void> {
  const accountId = accountOf(n);
  const at = now();
  const expiresAt = new Date(at.getTime() + 500);
  await placeHold(db, { key: `hold ${n}`, accountId, cents: 300, reason: 'call', at, expiresAt });
  if (n % 3 === 0) return; // nobody ends this one: it is released when it has expired
  const capture = { key: `capture ${n}`, accountId, holdKey: `hold ${n}`, cents: n % 250, kind: 'usage', at };
  await captureHold(db, capture);
}

async function payCloser(n: number): Promise<void> {
  const card = { token: tokenOf(n), brand: 'visa', lastFour: '4242' };
  const order = { key: `closer ${n}`, accountId: closerOf(n), cents: centsOf(n), channel: 'web', card } as const;
  await depositByCard(deps, order).catch((error: unknown) => {
    if (!(error instanceof DepositRefusal) || error.code !== 'account-closed') throw error;
  });
}

/** Agrees to what is shown; whatever comes in between is shown anew to the next. */
async function close(n: number): Promise<void> {
  const accountId = closerOf(n);
  const { version } = await previewClosing(db, refunding, accountId);
  const by = { kind: 'web', id: accountId } as const;
  await closeAccount(db, refunding, { key: `close ${accountId}`, accountId, previewVersion: version, by });
}

async function giveBackPart(n: number): Promise<void> {
  const order = { key: `part ${n}`, accountId: n % 2 ? closerOf(n) : accountOf(n), cents: 1 + ((n * 31) % 400) };
  await refundByAgent(db, refunding, { ...order, agentId: 'agent', reason: 'random' });
}

/** Those just made as well, so that several processes meet at one. */
async function refund(): Promise<void> {
  for (const id of await openCardRefunds(db, now(), 4)) await serveRefund(db, refunding, id);
}

async function clean(): Promise<void> {
  for (const { key, accountId } of await expiredHolds(db, now(), 10)) await releaseHold(db, accountId, key, now());
}

async function fund(): Promise<void> {
  const { falls, alerts } = await unservedLowBalances(db, now(), 3);
  for (const id of falls) await serveLowBalance(db, funding, id);
  for (const id of alerts) await serveTextPay(db, funding, id);
}

/** A text of somebody who was asked, or was not; the carrier brings the same one again and again. */
async function answer(n: number): Promise<void> {
  const who = n % ACCOUNTS;
  if (modeOf(who) !== 'textpay') return;
  const kind = n % 7 === 0 ? 'unknown' : 'pay';
  await answerText(db, funding, { id: `text ${n}`, from: mobileOf(who), kind, at: now() });
}

const mail = mailActs(db, new Map(numbers));

const acts = [
  () => deposit(any(keys)),
  () => deposit(any(keys)),
  () => spend(any(keys * 4)),
  () => spend(any(keys * 4)),
  () => hold(any(keys)),
  () => payCloser(any(keys)),
  () => payCloser(any(keys)),
  // Most of the time an account goes on.
  async () => (any(6) === 0 ? close(any(CLOSERS)) : undefined),
  () => giveBackPart(any(keys)),
  refund,
  clean,
  fund,
  () => answer(any(keys)),
  () => mail.load(any(keys)),
  () => mail.assign(any(keys)),
  async () => (any(3) === 0 ? mail.sendBack(any(keys)) : undefined),
  () => mail.takeBack(any(keys)),
  () => mail.makeGood(any(keys)),
  () => resolveDeposits(deps, { afterMs: 2_000, abandonMs: 20_000, limit: 5 }),
];

async function lane(): Promise<never> {
  for (;;)
    await acts[any(acts.length)]?.().catch((error: unknown) => {
      // The ledger says no, or the database is away: another order.
      if (!(error instanceof LedgerRefusal) && !isUnavailable(error)) {
        console.error(error);
        process.exit(1);
      }
    });
}
await Promise.all(Array.from({ length: 4 }, lane));

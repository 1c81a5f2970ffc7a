import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { depositWith } from '#accounts/funding/deposit.ts';
import { joinFunding } from '#accounts/funding/enrolment.ts';
import { Counter, choice, freshMobile } from '#accounts/funding/testing/counter.ts';
import { openTableGateway, recordOf, tableGateway } from '#accounts/funding/testing/table-gateway.ts';
import { answerText } from '#accounts/funding/text-pay.ts';
import { LOW_BALANCE, TEXT_PAY } from '#db/low-balance.ts';
import { programAt } from '#processes/program.ts';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { backendOptions } from './testing/backend.ts';
import { server, spoolFolder, start, stopRunning, useSpool } from './testing/spool.ts';

useSpool();
vi.setConfig({ testTimeout: 180_000 });

let counter: Counter;
beforeEach(async () => {
  counter = new Counter(server.db);
  await openTableGateway(server.db);
});
afterEach(() => sql`drop table gateway_record, gateway_request`.execute(server.db));

/** Runs a jobs process until it kills itself at that step. */
async function dies(death: string): Promise<string> {
  const { execArgv, path } = await programAt(join(import.meta.dirname, 'testing', 'dying-money.ts'));
  const order = JSON.stringify({ databaseUrl: server.url, spoolFolder, death, ...backendOptions() });
  const child = spawn(process.execPath, [...execArgv, path, order], { stdio: ['pipe', 'inherit', 'inherit'] });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return signal ?? `exit ${code}`;
}

const ends: string[] = [];
async function survive(): Promise<void> {
  ends.length = 0;
  const deposits = { db: server.db, gateway: tableGateway(server.db), now: () => counter.at };
  const funding = { ...counter.deps(), deposit: depositWith(deposits) };
  const meter = { worked: (topic: string, end: string) => void ends.push(`${topic} ${end}`) };
  await start({ funding, deposits, meter, now: () => counter.at });
}

async function member(over = {}): Promise<string> {
  const accountId = await counter.account(600);
  const request = { accountId, by: { kind: 'web' }, key: randomUUID(), choice: choice(over) } as const;
  await joinFunding(server.db, counter.deps(), request);
  return accountId;
}

test('a jobs process killed at every step of AutoPay, each time by SIGKILL, and started again: one charge', async () => {
  const accountId = await member();
  await counter.move(accountId, -200);
  for (const death of ['hand', 'handed', 'look', 'begun', 'charge', 'charged', 'deposited', 'settled'])
    expect([death, await dies(death)]).toEqual([death, 'SIGKILL']);
  await survive();
  await expect.poll(() => ends, { timeout: 30_000 }).toEqual([`${LOW_BALANCE} done`]);
  // Once it had charged it was asked, not charged again.
  expect(await recordOf(server.db)).toEqual({ charges: [2_000], requests: 1 });
  expect(await counter.balance(accountId)).toBe(2_400);
  expect(await counter.news(accountId)).toEqual(['joined', 'autopay-paid']);
});

test('and of TextPay, between the answer and the charge', async () => {
  const mobile = freshMobile();
  const accountId = await member({ mode: 'textpay', mobile });
  await counter.move(accountId, -200);
  for (const death of ['look']) expect([death, await dies(death)]).toEqual([death, 'SIGKILL']);
  await survive();
  await expect.poll(() => ends, { timeout: 30_000 }).toEqual([`${LOW_BALANCE} done`]);
  expect(await recordOf(server.db)).toEqual({ charges: [], requests: 0 });
  await stopRunning();
  await answerText(server.db, counter.deps(), { id: 'SM1', from: mobile, kind: 'pay', at: counter.at });
  for (const death of ['handed', 'charged', 'settled']) expect([death, await dies(death)]).toEqual([death, 'SIGKILL']);
  await survive();
  await expect.poll(() => ends, { timeout: 30_000 }).toEqual([`${TEXT_PAY} done`]);
  expect(await recordOf(server.db)).toEqual({ charges: [2_000], requests: 1 });
  expect(await counter.balance(accountId)).toBe(2_400);
  expect(await counter.news(accountId)).toEqual(['joined', 'textpay-asked', 'textpay-paying', 'textpay-paid']);
});

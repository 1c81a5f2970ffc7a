import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { agreements } from '#accounts/cards/agreement.ts';
import { SandboxGateway } from '#accounts/cards/sandbox-gateway.ts';
import { saveCard } from '#accounts/cards/saved-card.ts';
import { joinFunding, leaveFunding } from '#accounts/funding/enrolment.ts';
import { choice, freshMobile } from '#accounts/funding/testing/counter.ts';
import { receiveText } from '#accounts/notices/receive-text.ts';
import { apiServer } from '#api/server.ts';
import { openAccount } from '#db/accounts.ts';
import { balanceOf, post } from '#db/ledger.ts';
import { addSandboxCard } from '#db/sandbox-gateway.ts';
import { fastPlace, startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { startJobs, type Jobs } from '#jobs/start.ts';
import { folderStorage } from '#media/recordings/folder-storage.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { readConfig } from './config.ts';
import { moneyOf } from './money.ts';
import { sendersOf } from './senders.ts';
import { Outside } from './testing/outside.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

/*
 * From what a holder does to what reaches their telephone and mailbox, by the parts of the processes: the rules write a notice and an outbox
 * entry, the jobs process hands it over and sends it, to Twilio over HTTP and to a mail server over SMTP; what is answered comes in over HTTP.
 */
const publicUrl = 'https://phone.example.com';
const webhook = '/webhooks/texts';
const agreementVersion = agreements.at(-1)?.version ?? '';
const outside = new Outside();
let at = new Date('2026-05-01T19:00:00Z');
const now = () => at;
let database: TestDatabase;
let folder: string;
let jobs: Jobs;
let api: FastifyInstance;
let apiAt: string;
let money: ReturnType<typeof moneyOf>;
let gateway: SandboxGateway;
let mobile: string;
let email: string;
let accounts = 0;

beforeAll(async () => {
  database = await startTestDatabase();
  const { db, url } = database;
  folder = await mkdtemp(join(await fastPlace(), 'homeline-joining-'));
  const config = readConfig(await outside.open());
  const log = pino({ level: 'silent' });
  gateway = new SandboxGateway({ db, now, webhookSecret: 'unused' });
  money = moneyOf(db, gateway, now);
  const kept = { storage: folderStorage(join(folder, 'kept')), spoolFolder: folder, messageFolder: folder };
  const quick = { relayEveryMs: 20, firstWaitMs: 20 };
  jobs = await startJobs({
    ...{ db, databaseUrl: url, ...kept, ...money, notices: sendersOf(config, log, now), log, now, ...quick },
  });
  const { authToken } = outside.twilio;
  api = apiServer({
    db,
    token: 'a-token-that-nobody-guesses',
    health: async () => 'ok',
    metrics: { contentType: 'text/plain', metrics: async () => '' },
    texts: { publicUrl, authToken, receive: (text) => receiveText(db, money.funding, text) },
  });
  await api.listen({ host: '127.0.0.1', port: 0 });
  apiAt = `http://127.0.0.1:${(api.server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await api.close();
  await jobs.stop();
  await outside.close();
  await database.stop();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  at = new Date('2026-05-01T19:00:00Z');
  mobile = freshMobile();
  email = `family${++accounts}@example.com`;
});

/** An open account with this balance and a saved card. */
async function holder(cents = 600): Promise<string> {
  const { db } = database;
  const accountId = randomUUID();
  await openAccount(db, { id: accountId, numbers: [], at });
  await move(accountId, cents);
  const token = `tok_${[...String(accounts)].map((digit) => 'abcdefghij'[Number(digit)]).join('')}`.padEnd(28, 'x');
  const card = {
    token,
    brand: 'visa',
    lastFour: '4242',
    expiryMonth: 12,
    expiryYear: 2030,
    funding: 'credit',
  } as const;
  await addSandboxCard(db, { ...card, behaviour: 'approve', tokenisedAt: at });
  const agreement = { version: agreementVersion, at };
  await saveCard({ db, now }, { accountId, card, agreement, channel: 'web' });
  return accountId;
}
async function move(of: string, cents: number): Promise<void> {
  const entries = [
    { ledger: { holder: of }, cents },
    { ledger: cents > 0 ? 'cheque-clearing' : 'revenue', cents: -cents },
  ] as const;
  const kind = cents > 0 ? 'cheque-deposit' : 'usage';
  await post(database.db, { key: randomUUID(), kind, at, entries });
}
const joins = (accountId: string, over: Parameters<typeof choice>[0]) =>
  joinFunding(database.db, money.funding, {
    ...{ accountId, by: { kind: 'web' }, key: randomUUID() },
    choice: choice({ agreementVersion, email, ...over }),
  });
const leave = (accountId: string) =>
  leaveFunding(database.db, money.funding, { accountId, by: { kind: 'web' }, key: randomUUID() });

/** A machine that is busy takes its time. */
const within = { timeout: 15_000 };

/** Of every notice so far it is known what became of it. */
const allEnded = () =>
  expect
    .poll(async () => {
      const waiting = database.db.selectFrom('notice').select('key').where('endedAt', 'is', null);
      const work = database.db.selectFrom('outbox').select('id').where('handedAt', 'is', null);
      const served = database.db.selectFrom('lowBalance').select('id').where('settledAt', 'is', null);
      return [...(await waiting.execute()), ...(await work.execute()), ...(await served.execute())];
    }, within)
    .toEqual([]);
const reachesMobile = async (texts: readonly unknown[]) => {
  await expect.poll(() => outside.texts(mobile), within).toEqual(texts);
  await allEnded();
  expect(outside.texts(mobile)).toEqual(texts);
};
const reachesMailbox = async (mails: readonly unknown[]) => {
  await expect.poll(() => outside.mailed(email), within).toEqual(mails);
  await allEnded();
  expect(outside.mailed(email)).toEqual(mails);
};
const saying = (words: string): unknown => expect.stringContaining(words);

let messages = 0;
async function answers(body: string, sid = `SM-in-${++messages}`): Promise<number> {
  const fields = { MessageSid: sid, From: mobile, Body: body };
  const signature = getExpectedTwilioSignature(outside.twilio.authToken, `${publicUrl}${webhook}`, fields);
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature };
  const form = new URLSearchParams(fields).toString();
  return (await fetch(`${apiAt}${webhook}`, { method: 'POST', headers, body: form })).status;
}

test.each([
  ['text', true, false],
  ['e-mail', false, true],
  ['both', true, true],
] as const)(
  'AutoPay with notices by %s is confirmed there and nowhere else, joining and leaving (44, 47)',
  async (notices, byText, byMail) => {
    const accountId = await holder();
    const ending = accountId.slice(-4);
    const joined = `You joined AutoPay (account ending ${ending}): $25.00 at a balance of $5.00 or less, fee $0.00.`;
    const left = `You left AutoPay (account ending ${ending}). Nothing more is charged by it.`;
    expect(await joins(accountId, { amountCents: 2_500, notices, mobile })).toMatchObject({
      ...{ kind: 'joined', feeCents: 0 },
      plan: { mode: 'autopay', amountCents: 2_500, thresholdCents: 500, mobile, email, notices },
    });
    const first = [saying(joined)];
    await reachesMobile(byText ? first : []);
    await reachesMailbox(byMail ? first : []);
    expect(await leave(accountId)).toMatchObject({ kind: 'left', plan: { mode: 'autopay', amountCents: 2_500 } });
    const both = [...first, left];
    await reachesMobile(byText ? both : []);
    await reachesMailbox(byMail ? both : []);
    // Row 45, in the words of the confirmation.
    if (byText) expect(outside.texts(mobile)[0]).toContain('Msg&data rates may apply. 5 msgs/month.');
    const sent = outside.twilio.messages.find(({ to }) => to === mobile);
    if (byText) expect(sent?.from).toBe('+18665550100');
  },
);

test('a mobile is typed as the holder likes and texted as it is; one of another country joins nothing and hears nothing (44)', async () => {
  const accountId = await holder();
  const typed = `(${mobile.slice(2, 5)}) ${mobile.slice(5, 8)}-${mobile.slice(8)}`;
  const foreign = await joins(accountId, { notices: 'text', mobile: '+52 55 1234 5678' });
  expect(foreign).toEqual({ kind: 'refused', reason: 'foreign-mobile' });
  expect(await joins(accountId, { notices: 'text', mobile: typed })).toMatchObject({
    kind: 'joined',
    plan: { mobile },
  });
  await reachesMobile([saying('You joined AutoPay')]);
  expect(outside.twilio.messages.filter(({ to }) => !to.startsWith('+1'))).toEqual([]);
});

test('AutoPay tells what it charged, in Spanish to whoever wants that (44)', async () => {
  const accountId = await holder();
  await joins(accountId, { notices: 'both', mobile, language: 'es' });
  await reachesMobile([saying('Participa en AutoPay')]);
  await move(accountId, -200);
  const paid = saying('$20.00 depositados');
  await reachesMobile([expect.anything(), paid]);
  await reachesMailbox([saying('Participa en AutoPay'), paid]);
  expect((await balanceOf(database.db, accountId)).balanceCents).toBe(2_400);
});

test('TextPay is confirmed by text whatever the notices, asks, is paid by PAY, once, and ended by a text (46, 47)', async () => {
  const accountId = await holder();
  expect(await joins(accountId, { mode: 'textpay', mobile })).toMatchObject({
    kind: 'joined',
    plan: { mode: 'textpay' },
  });
  const told: unknown[] = [saying('You joined TextPay')];
  await reachesMobile(told);
  await reachesMailbox([saying('You joined TextPay')]);
  await move(accountId, -200);
  told.push(saying('Balance (account ending'));
  await reachesMobile(told);
  // The carrier delivers the answer five times, three of them at once.
  const sid = `SM-in-${++messages}`;
  expect(await answers('PAY', sid)).toBe(200);
  expect(await Promise.all([answers('PAY', sid), answers('PAY', sid), answers('PAY', sid)])).toEqual([200, 200, 200]);
  expect(await answers('PAY', sid)).toBe(200);
  // Two notices, which nothing keeps in order.
  await expect
    .poll(() => outside.texts(mobile).slice(2).sort(), within)
    .toEqual([saying('$20.00 added'), saying('Thank you. Adding $20.00')]);
  await allEnded();
  told.push(...outside.texts(mobile).slice(2));
  expect(told).toHaveLength(4);
  const charges = await database.db.selectFrom('sandboxCharge').select('cents').where('cents', '=', '2000').execute();
  expect((await balanceOf(database.db, accountId)).balanceCents).toBe(2_400);
  const before = charges.length;
  expect(await answers('Cancelar suscripción')).toBe(200);
  told.push(saying('You are opted out: TextPay has ended'));
  await reachesMobile(told);
  // Nothing goes to whoever opted out, and nothing is charged.
  await move(accountId, -2_000);
  await allEnded();
  expect(await answers('PAY')).toBe(200);
  await reachesMobile(told);
  const after = await database.db.selectFrom('sandboxCharge').select('cents').where('cents', '=', '2000').execute();
  expect(after).toHaveLength(before);
});

test('leaving TextPay on the web is confirmed by text (47)', async () => {
  const accountId = await holder();
  await joins(accountId, { mode: 'textpay', mobile });
  await reachesMobile([saying('You joined TextPay')]);
  expect(await leave(accountId)).toMatchObject({ kind: 'left', plan: { mode: 'textpay' } });
  const told = [saying('You joined TextPay'), saying('You left TextPay')];
  await reachesMobile(told);
  await reachesMailbox(told);
  expect(await leave(accountId)).toEqual({ kind: 'refused', reason: 'not-enrolled' });
  await reachesMobile(told);
});

test('five texts a month reach a mobile, beside what confirms the holder’s own acts; then e-mail, and texts again next month (45)', async () => {
  const accountId = await holder();
  await joins(accountId, { notices: 'text', mobile });
  const told: unknown[] = [saying('You joined AutoPay')];
  await reachesMobile(told);
  for (let payment = 1; payment <= 5; payment++) {
    await move(accountId, 500 - (await balanceOf(database.db, accountId)).balanceCents);
    told.push(saying('$20.00 added'));
    await reachesMobile(told);
  }
  await move(accountId, -2_000);
  await reachesMailbox([saying('$20.00 added')]);
  await leave(accountId);
  told.push(saying('You left AutoPay'));
  await reachesMobile(told);
  await joins(accountId, { notices: 'text', mobile });
  told.push(saying('You joined AutoPay'));
  await reachesMobile(told);
  // The last hour of May on the Pacific is June in Greenwich.
  at = new Date('2026-06-01T06:59:00Z');
  await move(accountId, -2_000);
  await reachesMailbox([expect.anything(), saying('$20.00 added')]);
  at = new Date('2026-06-01T07:00:00Z');
  await move(accountId, -2_000);
  told.push(saying('$20.00 added'));
  await reachesMobile(told);
});

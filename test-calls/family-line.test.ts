import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { openAccount } from '#db/accounts.ts';
import { blockHistory } from '#db/blocks.ts';
import { openCall } from '#db/calls.ts';
import { VALLEY_VIEW } from '#db/seed/demo-world.ts';
import { balanceOf } from '#db/ledger.ts';
import { transactionsOf } from '#db/statements.ts';
import type { PromptKey, Value } from '#flows/prompt.ts';
import type { OutgoingCall } from './phone/outgoing-call.ts';
import { wholeCalls } from './whole-calls.ts';

const number = '+18669490290';
const family = '+12135550142';
const accountId = '5f0c2a52-6a9d-4d0e-8f3c-0c6a5f0e1a01';
/** One that the sandbox takes; nowhere else in this repository. */
const card = '4917484589897107';

const { call, stage } = wholeCalls({
  environment: { FAMILY_LINE_NUMBER: number, LOG_LEVEL: 'debug' },
  prepare: async (db) => {
    await openAccount(db, { id: accountId, numbers: [family], at: new Date() });
    const id = randomUUID();
    await openCall(db, {
      id,
      facilityId: VALLEY_VIEW,
      node: 'before',
      callerLeg: { sipCallId: id },
      offHookAt: new Date(),
    });
    await db.updateTable('call').set({ number: family, dialledAt: new Date() }).where('id', '=', id).execute();
  },
});

const dial = (): OutgoingCall => {
  const { host, port } = stage().system.sip;
  const headers = { 'P-Asserted-Identity': `<sip:${family}@carrier.example>` };
  return stage().carrier.dial(`sip:${number}@${host}:${port}`, { headers });
};
const hears = async (line: OutgoingCall, key: PromptKey, values: Record<string, Value> = {}) => {
  const heard = await line.ear.waitFor(await stage().sound('es', key, values));
  if (!heard) throw new Error(`the call ended before ${key} was heard`);
};
const facility: Value = { kind: 'name', text: 'Valley View Facility' };

call('a family pays with a card in Spanish, then blocks a facility', { timeoutMs: 60_000 }, async () => {
  const { db, config } = stage().system;
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

  // The digits are in no file that the platform wrote: not in a log, a recording's name, or the database.
  const found = await promisify(execFile)('grep', ['-rlaF', card, config.VAR_FOLDER, config.PROMPT_FOLDER]).then(
    ({ stdout }) => stdout,
    ({ code }: { code: number }) => (code === 1 ? '' : `grep failed: ${code}`),
  );
  expect(found).toBe('');
  // Nor key by key, one a line.
  const logs = join(config.VAR_FOLDER, 'log');
  const names = await readdir(logs);
  expect(names).toContain('ivr.log');
  for (const name of names) {
    const keys = (await readFile(join(logs, name), 'utf8')).matchAll(/"(?:key|digits?|dtmf|tone)":"?([\d*#])\b/gi);
    expect([...keys].map(([, key]) => key).join(''), name).not.toContain(card);
  }
});

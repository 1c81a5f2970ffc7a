import { randomUUID } from 'node:crypto';
import { notifyWith } from '#accounts/notices/notice.ts';
import type { Mail } from '#accounts/notices/ports.ts';
import { refundWords } from '#accounts/refunds/notice-words.ts';
import { refundByAgent } from '#accounts/refunds/refund-by-agent.ts';
import { House } from '#accounts/refunds/testing/house.ts';
import { serveRefund } from '#accounts/refunds/serve-refund.ts';
import { findCheques } from '#db/cheques.ts';
import { countQuestion } from '#db/questions.ts';
import { expect, test, vi } from 'vitest';
import { server, start, useSpool } from './testing/spool.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });
useSpool();

test('an agent gives money back: the card has it, and the holder has an e-mail that says so, once', async () => {
  const now = () => new Date();
  const mails: Mail[] = [];
  const house = new House(server.db);
  house.at = now();
  const refunds = house.deps({ notify: notifyWith(refundWords, now) });
  const take = async (mail: Mail) => {
    mails.push(mail);
    return { kind: 'accepted', providerId: null } as const;
  };
  const noTexts = () => Promise.reject(new Error('No text is sent here.'));
  await start({ refunds, notices: { now, texts: { send: noTexts, find: noTexts }, mails: { send: take } } });

  const accountId = await house.account();
  await house.pay(accountId, 2_000);
  const order = { key: randomUUID(), accountId, cents: 700, agentId: 'a1', reason: 'asked' };
  await refundByAgent(server.db, refunds, order);
  const state = () =>
    server.db.selectFrom('notice').select('state').where('accountId', '=', accountId).executeTakeFirstOrThrow();
  // What is sent is written down after the mail server has taken it.
  await expect.poll(state, { timeout: 15_000 }).toEqual({ state: 'sent' });
  expect(mails).toHaveLength(1);
  expect(mails[0]).toMatchObject({ to: 'family@example.com', subject: 'Homeline: su cuenta' });
  expect(mails[0]?.body).toMatch(/^\$7\.00 van de vuelta a su tarjeta que termina en 4242\. Ref \S+\.\n$/);
});

test('what comes round finds out a refund that failed and of which nobody told, and forgets who asked questions on days before', async () => {
  const house = new House(server.db);
  house.at = new Date(Date.now() - 2 * 24 * 3_600_000);
  const accountId = await house.account();
  await house.pay(accountId, 2_000);
  const order = { key: randomUUID(), accountId, cents: 700, agentId: 'a1', reason: 'asked' };
  const result = await refundByAgent(server.db, house.deps(), order);
  const refundId = result.kind === 'given-back' ? (result.givenBack.cards[0]?.id ?? '') : '';
  expect(await serveRefund(server.db, house.deps(), refundId)).toEqual({ kind: 'refunded' });
  const day = house.at.toISOString().slice(0, 10);
  await countQuestion(server.db, { day, kind: 'e-mail', who: 'family@example.com' }, 10);
  await server.db.deleteFrom('repeatingJob').execute();
  const gateway = {
    refund: () => Promise.reject(new Error('ordered again')),
    refundOutcomeOf: async () => ({ kind: 'declined', reason: 'declined' }) as const,
  };
  await start({ refunds: house.deps({ gateway }) });
  const cheques = async () => (await findCheques(server.db, { accountId })).map(({ cents, cause }) => [cents, cause]);
  await expect.poll(cheques).toEqual([[700, 'card-declined']]);
  await expect.poll(() => server.db.selectFrom('questionDay').select('who').execute()).toEqual([]);
});

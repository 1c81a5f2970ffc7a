import { randomUUID } from 'node:crypto';
import { findNotice, giveOutNotices } from '#db/notice-attempts.ts';
import { writeNotice } from '#db/notices.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { addOptOut, hasOptedOut } from '#db/text-opt-outs.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { freshMobile } from '../funding/testing/counter.ts';
import { sendNotice, type SendStep } from './send.ts';
import { Carrier } from './testing/carrier.ts';

let server: TestDatabase;
let carrier: Carrier;
let mobile: string;
beforeAll(async () => {
  server = await startTestDatabase();
});
beforeEach(() => {
  carrier = new Carrier();
  mobile = freshMobile();
});
afterAll(() => server.stop());

const deps = (onStep?: (step: SendStep) => void) => ({
  now: () => carrier.at,
  texts: carrier.textSender,
  mails: carrier.mailSender,
  ...(onStep && { onStep }),
});
const send = (id: string, onStep?: (step: SendStep) => void) => sendNotice(server.db, deps(onStep), id);
const dieAt = (death: SendStep) => (step: SendStep) => {
  if (step === death) throw new Error('killed');
};
async function written(words: Parameters<typeof writeNotice>[1]['words']): Promise<string> {
  const key = randomUUID();
  await writeNotice(server.db, { key, at: carrier.at, words });
  const row = server.db.selectFrom('notice').select('id').where('key', '=', key);
  return (await row.executeTakeFirstOrThrow()).id;
}
const text = (despiteOptOut = false) => written({ channel: 'text', recipient: mobile, body: 'Hello.', despiteOptOut });
const mail = () => written({ channel: 'e-mail', recipient: 'family@example.com', subject: 'News', body: 'Hello.' });
const state = async (id: string) => (await findNotice(server.db, id))?.state;

test('a text and an e-mail are sent once, however often and by however many it is done', async () => {
  const [one, two] = [await text(), await mail()];
  await Promise.all(Array.from({ length: 8 }, (_, n) => send(n % 2 ? one : two)));
  expect(await send(one)).toEqual({ kind: 'done-before' });
  expect(carrier.texts).toMatchObject([{ to: mobile, body: 'Hello.' }]);
  expect(carrier.mails).toEqual([{ to: 'family@example.com', subject: 'News', body: 'Hello.', noticeId: two }]);
  expect([await state(one), await state(two)]).toEqual(['sent', 'sent']);
});

test('what was surely not taken is sent later', async () => {
  const [one, two] = [await text(), await mail()];
  carrier.mood = 'busy';
  expect(await send(one)).toEqual({ kind: 'later', reason: 'busy' });
  expect(await send(two)).toEqual({ kind: 'later', reason: 'busy' });
  expect(await state(one)).toBe('waiting');
  carrier.mood = 'take';
  expect([await send(one), await send(two)]).toEqual([{ kind: 'sent' }, { kind: 'sent' }]);
  expect([carrier.texts.length, carrier.mails.length]).toEqual([1, 1]);
});

test('a text without an answer that arrived is found, and not sent again', async () => {
  const id = await text();
  carrier.mood = 'take-silently';
  expect(await send(id)).toEqual({ kind: 'later', reason: 'timeout' });
  expect(await state(id)).toBe('unknown');
  carrier.mood = 'take';
  carrier.later(59);
  expect(await send(id)).toEqual({ kind: 'later', reason: 'too-early-to-ask' });
  carrier.later(1);
  carrier.listing = 'down';
  expect(await send(id)).toEqual({ kind: 'later', reason: 'cannot-ask' });
  carrier.listing = 'up';
  carrier.later(60);
  expect(await send(id)).toEqual({ kind: 'sent' });
  expect((await findNotice(server.db, id))?.providerId).toBe(carrier.texts[0]?.id);
  expect(carrier.texts).toHaveLength(1);
});

test('a text without an answer that did not arrive is sent again', async () => {
  const id = await text();
  carrier.mood = 'lose';
  await send(id);
  carrier.mood = 'take';
  carrier.later(60);
  expect(await send(id)).toEqual({ kind: 'sent' });
  expect(carrier.texts).toHaveLength(1);
});

test('the same words to the same number are two notices: the message of one is no proof of the other', async () => {
  const [first, second] = [await text(), await text()];
  carrier.mood = 'lose';
  await send(first);
  carrier.mood = 'take';
  await send(second);
  carrier.later(60);
  expect(await send(first)).toEqual({ kind: 'sent' });
  expect(carrier.texts).toHaveLength(2);
});

test('an e-mail without an answer is unknown for good: it is not sent twice', async () => {
  const id = await mail();
  carrier.mood = 'take-silently';
  expect(await send(id)).toEqual({ kind: 'unknown', reason: 'timeout' });
  carrier.mood = 'take';
  carrier.later(3_600);
  expect(await send(id)).toEqual({ kind: 'done-before' });
  expect(carrier.mails).toHaveLength(1);
});

test.each(['look', 'claimed', 'answered', 'settled'] as const)(
  'dying at "%s", it is sent at most once',
  async (death) => {
    const [one, two] = [await text(), await mail()];
    for (const id of [one, two]) await expect(send(id, dieAt(death))).rejects.toThrow('killed');
    carrier.later(119);
    const underWay = { kind: 'later', reason: 'under-way' };
    if (death === 'claimed' || death === 'answered') expect(await send(one)).toEqual(underWay);
    carrier.later(1);
    await Promise.all([one, two, one, two].map((id) => send(id)));
    expect(carrier.texts).toHaveLength(1);
    expect(await state(one)).toBe('sent');
    const lost = death === 'claimed' || death === 'answered';
    expect(await state(two)).toBe(lost ? 'unknown' : 'sent');
    expect(carrier.mails).toHaveLength(death === 'claimed' ? 0 : 1);
  },
);

test('who has opted out hears nothing but the confirmation', async () => {
  const [ordinary, confirmation] = [await text(), await text(true)];
  await addOptOut(server.db, mobile, carrier.at);
  expect(await send(ordinary)).toEqual({ kind: 'failed', reason: 'opted-out' });
  expect(await send(confirmation)).toEqual({ kind: 'sent' });
  expect(carrier.texts).toHaveLength(1);
});

test('who opts out while a text is in doubt is not sent it again', async () => {
  const id = await text();
  carrier.mood = 'lose';
  await send(id);
  await addOptOut(server.db, mobile, carrier.at);
  carrier.mood = 'take';
  carrier.later(60);
  expect(await send(id)).toEqual({ kind: 'failed', reason: 'opted-out' });
  expect(carrier.texts).toEqual([]);
});

test('an opt-out that the provider knows of is one here too', async () => {
  const id = await text();
  carrier.mood = 'opted-out';
  expect(await send(id)).toEqual({ kind: 'failed', reason: 'opted-out' });
  expect(await hasOptedOut(server.db, mobile)).toBe(true);
});

test('news of more than 72 hours ago is not sent', async () => {
  const [one, two] = [await text(), await text()];
  carrier.later(72 * 3_600);
  expect(await send(one)).toEqual({ kind: 'sent' });
  carrier.later(0.001);
  expect(await send(two)).toEqual({ kind: 'failed', reason: 'stale' });
});

test('a text in doubt is asked after however old it is; the one that did not arrive is not sent any more', async () => {
  for (const [mood, sent] of [
    ['take-silently', { kind: 'sent' }],
    ['lose', { kind: 'failed', reason: 'stale' }],
  ] as const) {
    const id = await text();
    carrier.mood = mood;
    await send(id);
    const many = carrier.texts.length;
    carrier.mood = 'take';
    carrier.later(72 * 3_600 + 1);
    expect(await send(id)).toEqual(sent);
    expect(carrier.texts).toHaveLength(many);
  }
});

test('an attempt that outlived its lease leaves the end to the one that took over', async () => {
  const id = await text();
  const send = async () => {
    carrier.later(120);
    expect(await sendNotice(server.db, deps(), id)).toEqual({ kind: 'sent' });
    return { kind: 'not-now', reason: 'busy' } as const;
  };
  const slow = { ...deps(), texts: { ...carrier.textSender, send } };
  expect(await sendNotice(server.db, slow, id)).toEqual({ kind: 'later', reason: 'another-attempt' });
  expect(await state(id)).toBe('sent');
});

test('what has not ended is given out again', async () => {
  await server.db.deleteFrom('notice').execute();
  const [one, two] = [await text(), await text()];
  await send(one);
  expect(await giveOutNotices(server.db, carrier.at)).toBe(0);
  carrier.later(1);
  expect(await giveOutNotices(server.db, carrier.at)).toBe(1);
  const entries = server.db.selectFrom('outbox').select('payload').where('topic', '=', 'notice').orderBy('id', 'desc');
  expect((await entries.executeTakeFirst())?.payload).toEqual({ noticeId: two });
});

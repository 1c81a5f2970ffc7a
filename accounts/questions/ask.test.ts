import { randomUUID } from 'node:crypto';
import { findQuestion } from '#db/questions.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { askQuestion, forgetWhoAsked, QUESTIONS_A_DAY } from './ask.ts';
import type { QuestionOrder } from './order.ts';
import { questionByReference, questionsToAnswer } from './read.ts';
import { freshEmail, freshSource, PostRoom } from './testing/post-room.ts';
import { subjects } from './wording.ts';

let server: TestDatabase;
let room: PostRoom;
beforeAll(async () => {
  server = await startTestDatabase();
});
beforeEach(() => {
  room = new PostRoom(server.db);
});
afterAll(() => server.stop());

const ask = (order: QuestionOrder) => askQuestion(server.db, room.deps, order);
const referenceOf = (asked: Awaited<ReturnType<typeof ask>>) => (asked.kind === 'asked' ? asked.reference : asked.code);
const days = () => server.db.selectFrom('questionDay').select(['kind', 'who', 'questions']).orderBy('kind').execute();
const questions = async () =>
  (await server.db.selectFrom('question').select((eb) => eb.fn.countAll<string>().as('many')).executeTakeFirstOrThrow()).many; // prettier-ignore

test('a question is kept as it was written, under a reference that can be read out, and confirmed by e-mail', async () => {
  const order = room.order({ about: '(213) 555-0142', name: ' María López ', text: 'Uno.\r\nDos.' });
  const asked = await ask(order);
  expect(asked.kind).toBe('asked');
  const reference = referenceOf(asked);
  expect(reference).toMatch(/^[1-9]\d{8}$/);
  const read = await questionByReference(server.db, reference.replace(/(...)/g, '$1 '));
  expect(read).toMatchObject({
    kind: 'question',
    view: {
      question: {
        ...{
          reference,
          name: 'María López',
          email: order.email,
          subject: 'refunds',
          body: 'Uno.\nDos.',
          language: 'es',
        },
        ...{ number: '+12135550142', askedAt: room.at, state: 'open' },
      },
      history: [],
      confirmation: { state: 'waiting' },
      answer: undefined,
    },
  });
  expect(JSON.stringify(read)).not.toMatch(/requestHash|source|198\.51/);
  const spoken = reference.replace(/(\d{3})(?=\d)/g, '$1 ');
  expect(await room.mails(order.email)).toMatchObject([
    {
      subject: `Homeline: recibimos su pregunta ${spoken}`,
      body:
        `Recibimos una pregunta desde esta dirección. Su número es ${spoken}; es sobre: Reembolsos.\n\n` +
        'Un agente la responde por correo electrónico. Si es urgente, llámenos al (866) 949-0290.\n\n' +
        'Si usted no nos escribió, no tiene que hacer nada. No responda a este correo: nadie lee las respuestas.\n',
      confidential: false,
    },
  ]);
});

test('an account that does not exist is kept as it was written: nobody learns which do', async () => {
  const { id } = await room.question({ about: '1000-0000-08', language: 'en' });
  expect(await findQuestion(server.db, { id })).toMatchObject({ accountNumber: '1000000008' });
});

test('nothing that somebody wrote is in the confirmation: it may go to anybody', async () => {
  const { email } = await room.question({ name: 'Buy at http://x.example', text: 'Cheap pills', language: 'en' });
  const [mail] = await room.mails(email);
  expect(`${mail?.subject} ${mail?.body}`).not.toMatch(/Buy|x\.example|pills/);
  expect(mail?.body).toContain('it is about: Refunds.');
});

describe('the same order again', () => {
  it('is answered as it was, from another place too, and is one question, one e-mail and one of the day', async () => {
    const order = room.order();
    const first = await ask(order);
    expect(await ask({ ...order, source: freshSource() })).toEqual(first);
    const many = await Promise.all(Array.from({ length: 6 }, () => ask(order)));
    expect(new Set(many.map(referenceOf))).toEqual(new Set([referenceOf(first)]));
    expect(await room.mails(order.email)).toHaveLength(1);
    expect((await days()).filter(({ who }) => who === order.email)).toEqual([
      { kind: 'e-mail', who: order.email, questions: 1 },
    ]);
  });

  it('is one when it comes many times at once', async () => {
    const order = room.order();
    const before = Number(await questions());
    const many = await Promise.all(Array.from({ length: 8 }, () => ask(order)));
    expect(new Set(many.map(referenceOf)).size).toBe(1);
    expect(Number(await questions())).toBe(before + 1);
  });

  it.each<Partial<QuestionOrder>>([
    { name: 'Other' },
    { email: 'other@example.com' },
    { subject: 'other' },
    { text: 'Other.' },
    { language: 'en' },
    { about: '2135550142' },
  ])('with %j under its key is refused', async (other) => {
    const order = room.order();
    await ask(order);
    expect(await ask({ ...order, ...other })).toEqual({ kind: 'refused', code: 'key-reused' });
  });
});

describe('what is wrong is refused, and nothing is kept', () => {
  it.each<[string, Partial<QuestionOrder>]>([
    ['key-missing', { key: '' }],
    ['name-missing', { name: ' ' }],
    ['name-not-plain', { name: 'María\r\nBcc: all@example.com' }],
    ['name-too-long', { name: 'x'.repeat(81) }],
    ['email-missing', { email: '' }],
    ['invalid-email', { email: 'a@example.com\r\nBcc: all@example.com' }],
    ['invalid-email', { email: 'a@example.com\n' }],
    ['invalid-email', { email: 'a,b@example.com' }],
    ['invalid-email', { email: 'a@example.com,b@example.com' }],
    ['invalid-email', { email: 'María <a@example.com>' }],
    ['invalid-email', { email: '"a b"@example.com' }],
    ['invalid-email', { email: 'a>@example.com' }],
    ['invalid-email', { email: 'a(b)@example.com' }],
    ['invalid-email', { email: 'a@example' }],
    ['invalid-email', { email: 'a@-example.com' }],
    ['invalid-email', { email: `${'a'.repeat(65)}@example.com` }],
    ['invalid-email', { email: `a@${'b.'.repeat(126)}com` }],
    ['unknown-subject', { subject: 'Reembolsos' }],
    ['unknown-subject', { subject: 'toString' }],
    ['text-missing', { text: '\n' }],
    ['text-too-long', { text: 'x'.repeat(4_001) }],
    ['text-not-plain', { text: 'a\0b' }],
    ['text-card-number', { text: 'Mi tarjeta: 4242 4242 4242 4242' }],
    ['invalid-about', { about: '12' }],
    ['invalid-about', { about: '1000000007' }],
    ['invalid-source', { source: 'somewhere' }],
  ])('%s: %j', async (code, wrong) => {
    const before = await questions();
    const order = room.order(wrong);
    expect(await ask(order)).toEqual({ kind: 'refused', code });
    expect(await questions()).toBe(before);
    expect(await room.mails(order.email)).toEqual([]);
  });

  it('takes the longest there may be, in any script', async () => {
    const text = `${'ñ'.repeat(3_998)}👩`;
    const { id } = await room.question({ text, name: '张'.repeat(80), email: `${'a'.repeat(64)}@example.com` });
    expect((await findQuestion(server.db, { id }))?.body).toBe(text);
    for (const subject of Object.keys(subjects.en)) await room.question({ subject });
  });
});

describe('so many a day are enough', () => {
  it('of one e-mail address, however it is spelled, and tomorrow as many', async () => {
    const email = freshEmail();
    for (let n = 0; n < QUESTIONS_A_DAY; n++) await room.question({ email: n % 2 ? email.toUpperCase() : email });
    const order = room.order({ email });
    expect(await ask(order)).toEqual({ kind: 'refused', code: 'too-many-of-address' });
    expect((await room.mails(email)).length).toBe(QUESTIONS_A_DAY / 2);
    expect(await findQuestion(server.db, { key: order.key })).toBeUndefined();
    expect((await days()).filter(({ who }) => who === order.source)).toEqual([]);
    // A minute before midnight in California, and at midnight.
    room.at = new Date('2026-05-05T06:59:00Z');
    expect(await ask(order)).toMatchObject({ kind: 'refused' });
    room.at = new Date('2026-05-05T07:00:00Z');
    expect(await ask(order)).toMatchObject({ kind: 'asked' });
  });

  it('of one place, whatever the e-mail address, and those that are refused count for nobody', async () => {
    const source = '2001:db8:1:2::1';
    for (let n = 0; n < QUESTIONS_A_DAY; n++) await room.question({ source: `2001:db8:1:2::${n + 1}` });
    const order = room.order({ source });
    expect(await ask(order)).toEqual({ kind: 'refused', code: 'too-many-of-source' });
    expect(await room.mails(order.email)).toEqual([]);
    expect((await days()).filter(({ who }) => who === order.email)).toEqual([]);
    expect(await ask({ ...order, source: '2001:db8:1:3::1' })).toMatchObject({ kind: 'asked' });
  });

  it('when they come at once', async () => {
    const email = freshEmail();
    const many = await Promise.all(Array.from({ length: 25 }, () => ask(room.order({ email }))));
    expect(many.filter(({ kind }) => kind === 'asked')).toHaveLength(QUESTIONS_A_DAY);
    expect(await room.mails(email)).toHaveLength(QUESTIONS_A_DAY);
  });

  it('and the same order again is no other one', async () => {
    const email = freshEmail();
    const orders = Array.from({ length: QUESTIONS_A_DAY }, () => room.order({ email }));
    for (const order of orders) await ask(order);
    expect(await ask(orders[0] as QuestionOrder)).toMatchObject({ kind: 'asked' });
  });

  it('and when the day is over nobody knows who wrote', async () => {
    const { email } = await room.question();
    await forgetWhoAsked(server.db, room.at);
    expect((await days()).map(({ who }) => who)).toContain(email);
    await forgetWhoAsked(server.db, new Date('2027-01-01T20:00:00Z'));
    expect(await days()).toEqual([]);
  });
});

test('questions wait in the order in which they came, a page after the other', async () => {
  await server.db.deleteFrom('question').execute();
  const ids: string[] = [];
  for (const minute of [2, 1, 1]) {
    room.at = new Date(Date.UTC(2026, 5, 1, 12, minute));
    ids.push((await room.question()).id);
  }
  const [last = '', first = '', second = ''] = ids;
  const idsOf = async (page: Parameters<typeof questionsToAnswer>[1]) =>
    (await questionsToAnswer(server.db, page)).map(({ id }) => id);
  expect(await idsOf({})).toEqual([first, second, last]);
  const [one, two] = await questionsToAnswer(server.db, { most: 2 });
  expect(await idsOf({ most: 1, after: one as NonNullable<typeof one> })).toEqual([second]);
  expect(await idsOf({ after: two as NonNullable<typeof two> })).toEqual([last]);
});

test('a reference that was read wrong is told from one that is not there', async () => {
  expect(await questionByReference(server.db, '482 173 061')).toEqual({ kind: 'mistyped' });
  expect(await questionByReference(server.db, '482 173 069')).toEqual({ kind: 'unknown' });
});

test('what the database refuses has in it nothing that somebody wrote', async () => {
  const row = { idempotencyKey: randomUUID(), requestHash: 'no hash', name: 'María', email: 'secret@example.com' };
  const values = { ...row, subject: 'other', body: 'A secret.', language: 'es', askedAt: room.at } as const;
  const refused = { accountNumber: null, number: null, agentId: null, answer: null, closedAs: null };
  const error = await server.db
    .insertInto('question')
    .values({ ...values, ...refused })
    .execute()
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Error);
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(/María|secret/);
});

import { randomUUID } from 'node:crypto';
import { sendNotice } from '../notices/send.ts';
import { Carrier } from '../notices/testing/carrier.ts';
import { questionHistory, type Question } from '#db/questions.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { answerQuestion, closeQuestion, putQuestionBack, takeQuestion, type QuestionAct } from './act.ts';
import { questionByReference, questionsToAnswer } from './read.ts';
import { PostRoom } from './testing/post-room.ts';

let server: TestDatabase;
let room: PostRoom;
let ada: string;
let ben: string;
let question: Question;
beforeAll(async () => {
  server = await startTestDatabase();
  room = new PostRoom(server.db);
  [ada, ben] = [await room.agent(), await room.agent()];
});
beforeEach(async () => {
  question = await room.question();
});
afterAll(() => server.stop());

const act = (agentId: string, key: string = randomUUID()): QuestionAct => ({ key, questionId: question.id, agentId });
const take = (agentId: string, from?: string) =>
  takeQuestion(server.db, room.deps, { ...act(agentId), ...(from !== undefined && { from }) });
const back = (agentId: string) => putQuestionBack(server.db, room.deps, act(agentId));
const answer = (agentId: string, text = 'El 8 de mayo.', key?: string) =>
  answerQuestion(server.db, room.deps, { ...act(agentId, key), answer: text });
const close = (agentId: string, reason = 'advertising', key?: string) =>
  closeQuestion(server.db, room.deps, { ...act(agentId, key), as: 'spam', reason });
const done = (over: object) => ({ kind: 'done', question: over }) as const;
const view = async () => {
  const read = await questionByReference(server.db, question.reference);
  if (read.kind !== 'question') throw new Error('There is no such question.');
  return read.view;
};
const kinds = async () => (await questionHistory(server.db, question.id)).map(({ kind, agentId }) => [kind, agentId]);

test('an agent takes a question and answers it: by e-mail, in its language, with what was asked', async () => {
  expect(await take(ada)).toMatchObject(done({ state: 'taken', agentId: ada }));
  room.at = new Date(room.at.getTime() + 60_000);
  expect(await answer(ada, ' El 8 de mayo.\r\nSaludos. ')).toMatchObject(
    done({ state: 'answered', agentId: ada, answer: 'El 8 de mayo.\nSaludos.' }),
  );
  const spoken = question.reference.replace(/(\d{3})(?=\d)/g, '$1 ');
  const [, mail, ...others] = await room.mails(question.email);
  expect(others).toEqual([]);
  expect(mail).toMatchObject({ subject: `Homeline: la respuesta a su pregunta ${spoken}`, confidential: true });
  expect(mail?.body).toBe(
    `Hola, María López:\n\nEl 8 de mayo.\nSaludos.\n\nUsted nos escribió (número ${spoken}, Reembolsos):\n\n` +
      '> ¿Cuándo llega mi cheque?\n> Gracias.\n\nSi tiene otra pregunta, escríbanos otra vez o llámenos al (866) 949-0290. ' +
      'No responda a este correo: nadie lee las respuestas.\n',
  );
  const { history, answer: sent } = await view();
  expect(history).toEqual([
    { kind: 'taken', agentId: ada, reason: null, at: new Date(room.at.getTime() - 60_000) },
    { kind: 'answered', agentId: ada, reason: null, at: room.at },
  ]);
  expect(sent).toMatchObject({ state: 'waiting' });
  expect((await questionsToAnswer(server.db, { most: 500 })).map(({ id }) => id)).not.toContain(question.id);
});

test('in English as well', async () => {
  question = await room.question({ language: 'en', name: 'Ann', subject: 'technical', text: 'It hangs.' });
  await take(ada);
  await answer(ada, 'Try again.');
  const [, mail] = await room.mails(question.email);
  expect(mail?.body).toMatch(/^Hello Ann,\n\nTry again\.\n\nYou wrote to us \(number [\d ]{11}, Something does not work\):\n\n> It hangs\.\n/); // prettier-ignore
});

describe('an answer goes out once', () => {
  it('however often it is given, also at once', async () => {
    await take(ada);
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 6 }, () => answer(ada, 'Una vez.', key)));
    for (const given of answers) expect(given).toMatchObject(done({ state: 'answered', answer: 'Una vez.' }));
    expect(await room.mails(question.email)).toHaveLength(2);
    expect(await kinds()).toEqual([
      ['taken', ada],
      ['answered', ada],
    ]);
  });

  it('of two answers to one question the first', async () => {
    await take(ada);
    const answers = await Promise.all([answer(ada, 'Sí.'), answer(ada, 'No.')]);
    expect(answers.map(({ kind }) => kind).sort()).toEqual(['done', 'wrong-state']);
    expect(await room.mails(question.email)).toHaveLength(2);
  });

  it('and the agent sees what became of it', async () => {
    await take(ada);
    await answer(ada);
    const carrier = new Carrier();
    carrier.at = room.at;
    carrier.mood = 'take-silently';
    const [, mail] = await room.mails(question.email);
    const deps = { now: () => carrier.at, texts: carrier.textSender, mails: carrier.mailSender };
    await sendNotice(server.db, deps, mail?.id ?? '');
    expect((await view()).answer).toEqual({ state: 'unknown', reason: 'timeout', endedAt: room.at });
    expect(carrier.mails).toMatchObject([{ to: question.email, confidential: true }]);
    expect((await view()).confirmation).toEqual({ state: 'waiting', reason: undefined, endedAt: undefined });
  });
});

describe('a question is one agent’s', () => {
  it('who takes it while another does is told who has it', async () => {
    const taken = await Promise.all([take(ada), take(ben)]);
    expect(taken.map(({ kind }) => kind).sort()).toEqual(['done', 'wrong-state']);
    const [loser] = taken.filter(({ kind }) => kind === 'wrong-state');
    const { agentId } = (await view()).question;
    expect(loser).toMatchObject({ question: { state: 'taken', agentId } });
    expect(JSON.stringify(loser)).not.toContain('requestHash');
  });

  it('nobody else answers, closes or puts it back', async () => {
    await take(ada);
    for (const other of [await answer(ben), await close(ben), await back(ben), await take(ben), await take(ben, ben)])
      expect(other).toMatchObject({ kind: 'wrong-state', question: { agentId: ada } });
    expect(await kinds()).toEqual([['taken', ada]]);
  });

  it('it is put back, and taken by another', async () => {
    await take(ada);
    expect(await back(ada)).toMatchObject(done({ state: 'open' }));
    expect((await view()).question).not.toHaveProperty('agentId');
    expect(await answer(ada)).toMatchObject({ kind: 'wrong-state' });
    expect(await take(ben)).toMatchObject(done({ state: 'taken', agentId: ben }));
    expect((await kinds()).map(([kind]) => kind)).toEqual(['taken', 'put-back', 'taken']);
  });

  it('it is taken over by who says from whom, and by nobody else', async () => {
    expect(await take(ben, ada)).toMatchObject({ kind: 'wrong-state', question: { state: 'open' } });
    await take(ada);
    expect(await take(ada, ada)).toMatchObject({ kind: 'wrong-state' });
    expect(await take(ben, await room.agent())).toMatchObject({ kind: 'wrong-state', question: { agentId: ada } });
    expect(await take(ben, ada)).toMatchObject(done({ state: 'taken', agentId: ben }));
    expect(await take(ada, ada)).toMatchObject({ kind: 'wrong-state', question: { agentId: ben } });
    expect(await answer(ada)).toMatchObject({ kind: 'wrong-state' });
  });

  it.each(['answered', 'closed'])('when it is %s nothing more is done with it', async (how) => {
    await take(ada);
    await (how === 'answered' ? answer(ada) : close(ada));
    for (const more of [await take(ada), await take(ben, ada), await back(ada), await answer(ada), await close(ada)])
      expect(more).toMatchObject({ kind: 'wrong-state', question: { state: how, agentId: ada } });
    expect(await kinds()).toHaveLength(2);
  });
});

test('a question that nobody answers is closed with a reason, and nobody is told', async () => {
  await take(ada);
  expect(await close(ada, ' advertising ')).toMatchObject(done({ state: 'closed', closedAs: 'spam', agentId: ada }));
  expect((await view()).history.at(-1)).toMatchObject({ kind: 'closed', reason: 'advertising' });
  expect(await room.mails(question.email)).toHaveLength(1);
  expect((await questionsToAnswer(server.db, { most: 500 })).map(({ id }) => id)).not.toContain(question.id);
});

describe('what is wrong is refused, and nothing is done', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['key-missing', () => takeQuestion(server.db, room.deps, act(ada, ''))],
    ['unknown-question', () => takeQuestion(server.db, room.deps, { ...act(ada), questionId: '0' })],
    ['unknown-agent', () => take('nobody')],
    ['unknown-agent', async () => take(await room.agent(false))],
    ['reason-missing', () => close(ada, ' ')],
    ['reason-too-long', () => close(ada, 'x'.repeat(501))],
    ['answer-missing', () => answer(ada, '\r\n')],
    ['answer-too-long', () => answer(ada, 'x'.repeat(8_001))],
    ['answer-not-plain', () => answer(ada, 'a\0b')],
    ['answer-card-number', () => answer(ada, 'Su tarjeta 4242 4242 4242 4242')],
  ])('%s', async (code, wrong) => {
    expect(await wrong()).toEqual({ kind: 'refused', code });
    expect((await view()).question.state).toBe('open');
    expect(await kinds()).toEqual([]);
  });

  it('a key is for one act: of one kind, agent, question and content', async () => {
    const key = randomUUID();
    const reused = { kind: 'refused', code: 'key-reused' };
    const mine = act(ada, key);
    expect(await takeQuestion(server.db, room.deps, mine)).toMatchObject({ kind: 'done' });
    expect(await takeQuestion(server.db, room.deps, mine)).toMatchObject({ kind: 'done' });
    expect(await kinds()).toEqual([['taken', ada]]);
    expect(await takeQuestion(server.db, room.deps, { ...mine, from: ben })).toEqual(reused);
    expect(await takeQuestion(server.db, room.deps, { ...mine, agentId: ben })).toEqual(reused);
    expect(await putQuestionBack(server.db, room.deps, mine)).toEqual(reused);
    const other = await room.question();
    expect(await takeQuestion(server.db, room.deps, { ...mine, questionId: other.id })).toEqual(reused);
    const closing = randomUUID();
    expect(await close(ada, 'one', closing)).toMatchObject({ kind: 'done' });
    expect(await close(ada, 'two', closing)).toEqual(reused);
  });

  it('also when two acts on two questions come with it at once', async () => {
    const key = randomUUID();
    const others = [question, ...(await Promise.all([room.question(), room.question(), room.question()]))];
    const taken = await Promise.all(
      others.map(({ id }) => takeQuestion(server.db, room.deps, { key, agentId: ada, questionId: id })),
    );
    expect(taken.map(({ kind }) => kind).sort()).toEqual(['done', 'refused', 'refused', 'refused']);
  });
});

test('what was done is not changed afterwards', async () => {
  await take(ada);
  await expect(server.db.deleteFrom('questionEvent').execute()).rejects.toThrow('History is not changed.');
});

import { searchFaq } from '#accounts/faq/search.ts';
import {
  answerQuestion,
  closeQuestion,
  putQuestionBack,
  takeQuestion,
  type Acted,
  type QuestionAct,
} from '#accounts/questions/act.ts';
import { askQuestion } from '#accounts/questions/ask.ts';
import type { QuestionDeps } from '#accounts/questions/ports.ts';
import { questionByReference, questionsToAnswer, type QuestionView } from '#accounts/questions/read.ts';
import type { Database } from '#db/connect.ts';
import type { Question } from '#db/questions.ts';
import type { z } from 'zod';
import { Problem, problemType, read } from '../problem.ts';
import type { Asked, Route } from '../routes.ts';
import * as resources from './resources.ts';

export interface QuestionHouse {
  readonly questions: QuestionDeps;
  /** What families call, E.164. */
  readonly line: string | undefined;
}

/** Questions of families (guide row 29): found among answers, or written and answered by e-mail. */
export function questionRoutes({ questions: deps, line }: QuestionHouse): readonly Route[] {
  /** What an agent does with a question. */
  const act = <S extends z.ZodObject<{ agentId: z.ZodString }>>(
    { name, summary, body }: { readonly name: string; readonly summary: string; readonly body: S },
    work: (db: Database, act: QuestionAct, wanted: z.output<S>) => Promise<Acted>,
  ): Route => ({
    method: 'POST',
    path: `/v1/questions/:reference/${name}`,
    act: 'question.answer',
    summary,
    params: resources.referencePath,
    body,
    idempotent: true,
    answers: { 200: resources.question },
    problems: [404, 409, 422],
    async run(db, asked) {
      const { question } = await viewOf(db, asked);
      const wanted = read('body', body, asked.body);
      const acted = await work(db, { key: keyOf(asked), questionId: question.id, agentId: wanted.agentId }, wanted);
      if (acted.kind === 'done') return { status: 200, body: toldOf(acted.question) };
      if (acted.kind === 'refused') throw faulty(acted.code);
      const { state, agentId: has } = acted.question;
      throw new Problem(
        409,
        `The question is ${state}${has === undefined ? '' : ` by ${has}`}.`,
        {},
        { type: problemType('question-elsewhere') },
      );
    },
  });
  return [
    {
      method: 'GET',
      path: '/v1/faq',
      act: 'question.ask',
      summary: 'Questions and answers in which the typed words are found, the best first',
      query: resources.faqQuery,
      answers: { 200: resources.faqFound },
      problems: [],
      async run(db, asked) {
        const { language, query, limit: most } = read('query', resources.faqQuery, asked.query);
        return { status: 200, body: { entries: await searchFaq(db, { language, query, most, line, at: deps.now() }) } };
      },
    },
    {
      method: 'POST',
      path: '/v1/questions',
      act: 'question.ask',
      summary: 'A family asks: it has a reference, a confirmation is sent, and an agent answers by e-mail',
      body: resources.asking,
      idempotent: true,
      answers: { 201: resources.asked },
      problems: [422, 429],
      async run(db, asked) {
        const { about, ...order } = read('body', resources.asking, asked.body);
        const made = await askQuestion(db, deps, { ...order, about, key: keyOf(asked) });
        if (made.kind === 'asked') return { status: 201, body: { reference: made.reference } };
        if (made.code !== 'too-many-of-address' && made.code !== 'too-many-of-source') throw faulty(made.code);
        throw new Problem(
          429,
          'So many questions a day are enough. Write again tomorrow, or call us.',
          {},
          { type: problemType(made.code) },
        );
      },
    },
    {
      method: 'GET',
      path: '/v1/questions',
      act: 'question.read',
      summary: 'Questions that wait for an answer, the oldest first',
      query: resources.questionsQuery,
      answers: { 200: resources.questions },
      problems: [],
      async run(db, asked) {
        const { limit: most } = read('query', resources.questionsQuery, asked.query);
        return { status: 200, body: { questions: (await questionsToAnswer(db, { most })).map(toldOf) } };
      },
    },
    {
      method: 'GET',
      path: '/v1/questions/:reference',
      act: 'question.read',
      summary: 'One question: what was done with it, and what became of its e-mails',
      params: resources.referencePath,
      answers: { 200: resources.questionView },
      problems: [404],
      async run(db, asked) {
        const { question, history, confirmation, answer } = await viewOf(db, asked);
        return {
          status: 200,
          body: {
            question: toldOf(question),
            history: history.map(({ at, reason, ...event }) => ({
              ...event,
              at: at.toISOString(),
              ...(reason !== null && { reason }),
            })),
            ...(confirmation && { confirmation: mailOf(confirmation) }),
            ...(answer && { answer: mailOf(answer) }),
          },
        };
      },
    },
    act(
      { name: 'take', summary: 'An agent takes a question, or takes it over', body: resources.taking },
      (db, order, { from }) => takeQuestion(db, deps, { ...order, ...(from !== undefined && { from }) }),
    ),
    act(
      { name: 'put-back', summary: 'An agent leaves a question to others', body: resources.puttingBack },
      (db, order) => putQuestionBack(db, deps, order),
    ),
    act(
      { name: 'answer', summary: 'An agent answers for good: it is sent once', body: resources.answering },
      (db, order, { answer }) => answerQuestion(db, deps, { ...order, answer }),
    ),
    act(
      { name: 'close', summary: 'An agent closes a question that nobody answers', body: resources.closing },
      (db, order, { as, reason }) => closeQuestion(db, deps, { ...order, as, reason }),
    ),
  ];
}

function keyOf({ idempotencyKey }: Asked): string {
  if (idempotencyKey === undefined) throw new Problem(400, 'header.idempotency-key: is needed');
  return idempotencyKey;
}

async function viewOf(db: Database, asked: Asked): Promise<QuestionView> {
  const { reference } = read('path', resources.referencePath, asked.params);
  const found = await questionByReference(db, reference);
  if (found.kind === 'question') return found.view;
  throw new Problem(
    404,
    found.kind === 'mistyped' ? 'A digit of the reference is wrong or missing.' : 'There is no such question.',
  );
}

const faulty = (code: string): Problem =>
  new Problem(
    422,
    'This cannot be done as it was sent; `faults` says why.',
    {},
    { type: problemType('question-faulty'), faults: [code] },
  );

const toldOf = ({ id: _id, askedAt, ...question }: Question): z.input<typeof resources.question> => ({
  ...question,
  askedAt: askedAt.toISOString(),
});

const mailOf = ({ state, reason, endedAt }: NonNullable<QuestionView['answer']>) => ({
  state,
  ...(reason !== undefined && { reason }),
  ...(endedAt && { endedAt: endedAt.toISOString() }),
});

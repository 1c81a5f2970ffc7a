import type { Database } from '#db/connect.ts';
import {
  addQuestionEvent,
  findQuestion,
  findQuestionEvent,
  isAgent,
  turnQuestion,
  type KeptQuestion,
  type Question,
  type QuestionClosing,
  type QuestionEventKind,
  type QuestionTurn,
} from '#db/questions.ts';
import { brokenConstraint } from '#db/unavailable.ts';
import { hashOf } from '../rails/order-hash.ts';
import { answeredKey } from './ask.ts';
import { plainText, type TextFault } from './plain-text.ts';
import type { QuestionDeps } from './ports.ts';

/*
 *   open -> taken -> answered
 *    ^        |   -> closed (nobody answers it)
 *    +--------+      put back
 *
 * A question that is taken is its agent's alone, until another takes it over and says from whom.
 */

/** What an agent does with a question. */
export interface QuestionAct {
  /** Idempotency key: the same act again is answered as it was. */
  readonly key: string;
  readonly questionId: string;
  readonly agentId: string;
}

export type ActRefusal =
  /** It is not as the agent believes: somebody else has it, or it has ended. As it is now. */
  | { readonly kind: 'wrong-state'; readonly question: Question }
  | {
      readonly kind: 'refused';
      readonly code: 'key-missing' | 'key-reused' | 'unknown-agent' | 'unknown-question' | 'reason-missing' | 'reason-too-long' | `answer-${TextFault}`; // prettier-ignore
    };

export type Acted = { readonly kind: 'done'; readonly question: Question } | ActRefusal;

/** Takes a question that is open; or takes it over, `from` whoever has it. */
export const takeQuestion = (
  db: Database,
  deps: QuestionDeps,
  act: QuestionAct & { readonly from?: string },
): Promise<Acted> => {
  const { agentId, from } = act;
  const may = ({ state, agentId: has }: Question) =>
    from === undefined ? state === 'open' : state === 'taken' && has === from && from !== agentId;
  return turn(db, deps, act, { kind: 'taken', turn: { state: 'taken', agentId }, content: from, may });
};

export const putQuestionBack = (db: Database, deps: QuestionDeps, act: QuestionAct): Promise<Acted> =>
  turn(db, deps, act, { kind: 'put-back', turn: { state: 'open' } });

/** As the database keeps it. */
export const MOST_IN_ANSWER = 8_000;

/** Answers a question for good: the answer goes out by e-mail, once, as plain text. */
export async function answerQuestion(
  db: Database,
  deps: QuestionDeps,
  act: QuestionAct & { readonly answer: string },
): Promise<Acted> {
  const answer = plainText(act.answer, MOST_IN_ANSWER);
  if (answer.kind === 'fault') return { kind: 'refused', code: `answer-${answer.fault}` };
  const { text } = answer;
  const tell = async (trx: Database, { id, reference, subject, language, email, name, body }: Question) => {
    const news = { kind: 'answered', reference, subject, name, body, answer: text } as const;
    await deps.notify(trx, { key: answeredKey(id), language, to: { email }, news });
  };
  return turn(db, deps, act, { kind: 'answered', turn: { state: 'answered', answer: text }, content: text, tell });
}

const MOST_IN_REASON = 500;

/** Closes a question that nobody answers; whoever asked is told nothing. */
export async function closeQuestion(
  db: Database,
  deps: QuestionDeps,
  act: QuestionAct & { readonly as: QuestionClosing; readonly reason: string },
): Promise<Acted> {
  const { as: closedAs } = act;
  const reason = act.reason.trim();
  if (reason === '') return { kind: 'refused', code: 'reason-missing' };
  if (reason.length > MOST_IN_REASON) return { kind: 'refused', code: 'reason-too-long' };
  return turn(db, deps, act, {
    ...{ kind: 'closed', turn: { state: 'closed', closedAs }, content: [closedAs, reason], reason },
  });
}

/** Without what belongs to the form alone. */
export const shown = ({ key: _key, requestHash: _hash, ...question }: KeptQuestion): Question => question;

interface Turn {
  readonly kind: QuestionEventKind;
  readonly turn: QuestionTurn;
  /** What tells this act from another under its key. */
  readonly content?: unknown;
  readonly reason?: string;
  /** Whether it may be done with the question as it is; without: whoever has it may. */
  readonly may?: (question: Question) => boolean;
  readonly tell?: (trx: Database, question: Question) => Promise<void>;
}

/** On disk when it returns. Throws DatabaseUnavailable, after which the same act may be given again. */
async function turn(db: Database, { now }: QuestionDeps, act: QuestionAct, to: Turn): Promise<Acted> {
  const { key, questionId: id, agentId } = act;
  const refused = (code: Extract<ActRefusal, { kind: 'refused' }>['code']) => ({ kind: 'refused', code }) as const;
  if (key === '') return refused('key-missing');
  const { kind, reason = null, content = null, may = ({ state, agentId: has }) => state === 'taken' && has === agentId } = to; // prettier-ignore
  const requestHash = hashOf(id, agentId, kind, content);
  const work = db.transaction().execute(async (trx): Promise<Acted> => {
    const question = await findQuestion(trx, { id }, { lock: true });
    if (!question) return refused('unknown-question');
    const before = await findQuestionEvent(trx, key);
    if (before)
      return before.requestHash === requestHash ? { kind: 'done', question: shown(question) } : refused('key-reused');
    if (!(await isAgent(trx, agentId))) return refused('unknown-agent');
    if (!may(question)) return { kind: 'wrong-state', question: shown(question) };
    await turnQuestion(trx, id, to.turn);
    await addQuestionEvent(trx, { questionId: id, key, requestHash, kind, agentId, reason, at: now() });
    await to.tell?.(trx, question);
    const turned = await findQuestion(trx, { id });
    if (!turned) throw new Error('A question is gone.');
    return { kind: 'done', question: shown(turned) };
  });
  // Two acts under one key on two questions in this very moment.
  return work.catch((error: unknown) => {
    if (brokenConstraint(error) === 'question_event_once') return refused('key-reused');
    throw error;
  });
}

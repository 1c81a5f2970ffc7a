import type { Database } from '#db/connect.ts';
import { mailOf, type MailState } from '#db/notice-attempts.ts';
import { findQuestion, questionHistory, waitingQuestions, type Question, type QuestionEvent } from '#db/questions.ts';
import { shown } from './act.ts';
import { answeredKey, receivedKey } from './ask.ts';
import { typedReference } from './reference.ts';

/** A question as an agent sees it. */
export interface QuestionView {
  readonly question: Question;
  readonly history: readonly Pick<QuestionEvent, 'kind' | 'agentId' | 'reason' | 'at'>[];
  /** What became of the e-mails; no answer, or one that failed, did not reach whoever asked. */
  readonly confirmation: MailState | undefined;
  readonly answer: MailState | undefined;
}

/** By the reference as it was typed or read out. 'mistyped': a digit is wrong or missing. */
export async function questionByReference(
  db: Database,
  text: string,
): Promise<{ readonly kind: 'question'; readonly view: QuestionView } | { readonly kind: 'mistyped' | 'unknown' }> {
  const reference = typedReference(text);
  if (reference === undefined) return { kind: 'mistyped' };
  const question = await findQuestion(db, { reference });
  if (!question) return { kind: 'unknown' };
  const { id } = question;
  const history = (await questionHistory(db, id)).map(({ kind, agentId, reason, at }) => ({ kind, agentId, reason, at })); // prettier-ignore
  const [confirmation, answer] = [await mailOf(db, receivedKey(id)), await mailOf(db, answeredKey(id))];
  return { kind: 'question', view: { question: shown(question), history, confirmation, answer } };
}

/** Questions that wait for an answer, taken or not, the oldest first; those after `after`. */
export async function questionsToAnswer(
  db: Database,
  { most = 50, after }: { readonly most?: number; readonly after?: Pick<Question, 'askedAt' | 'id'> } = {},
): Promise<Question[]> {
  return (await waitingQuestions(db, { limit: most, ...(after && { after }) })).map(shown);
}

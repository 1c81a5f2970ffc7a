import type { Database } from '#db/connect.ts';
import { addQuestion, countQuestion, findQuestion, forgetQuestionDays } from '#db/questions.ts';
import { dayOf } from '../refunds/due-days.ts';
import { questionOf, type QuestionOrder, type QuestionRefusal } from './order.ts';
import type { QuestionDeps } from './ports.ts';

/** Of one e-mail address, and from one place on the internet, on one day of the Pacific. */
export const QUESTIONS_A_DAY = 10;

type TooMany = 'too-many-of-address' | 'too-many-of-source';

export type Asked =
  /** Also when the same order comes again. */
  | { readonly kind: 'asked'; readonly reference: string }
  | { readonly kind: 'refused'; readonly code: QuestionRefusal | TooMany | 'key-reused' };

/** What was written in the transaction is rolled back with what was counted. */
class NotCounted extends Error {
  override readonly name = 'NotCounted';
  readonly code: TooMany;

  constructor(code: TooMany) {
    super('So many questions a day are enough.');
    this.code = code;
  }
}

/**
 * Takes a question of a family (guide row 29): on disk with its confirmation when this returns. Nothing is told of whether the account or the e-mail
 * address is one of ours. Throws DatabaseUnavailable, after which the same order with the same key may be given again.
 */
export async function askQuestion(db: Database, { now, notify }: QuestionDeps, order: QuestionOrder): Promise<Asked> {
  const sound = questionOf(order);
  if (sound.kind === 'refused') return sound;
  const { question, source } = sound;
  const work = db.transaction().execute(async (trx): Promise<Asked> => {
    const askedAt = now();
    const made = await addQuestion(trx, { ...question, askedAt });
    if (!made) {
      const before = await findQuestion(trx, { key: question.key });
      if (before?.requestHash !== question.requestHash) return { kind: 'refused', code: 'key-reused' };
      return { kind: 'asked', reference: before.reference };
    }
    const day = dayOf(askedAt);
    const who = question.email.toLowerCase();
    if (!(await countQuestion(trx, { day, kind: 'e-mail', who }, QUESTIONS_A_DAY)))
      throw new NotCounted('too-many-of-address');
    if (!(await countQuestion(trx, { day, kind: 'source', who: source }, QUESTIONS_A_DAY)))
      throw new NotCounted('too-many-of-source');
    const { id, reference, subject, language, email } = made;
    const news = { kind: 'received', reference, subject } as const;
    await notify(trx, { key: receivedKey(id), language, to: { email }, news });
    return { kind: 'asked', reference };
  });
  return work.catch((error: unknown) => {
    if (error instanceof NotCounted) return { kind: 'refused', code: error.code } as const;
    throw error;
  });
}

/** Under what its confirmation and its answer are sent once. */
export const receivedKey = (id: string): string => `question ${id} received`;
export const answeredKey = (id: string): string => `question ${id} answered`;

/** Once a day is over nobody's address is kept for counting. */
export const forgetWhoAsked = (db: Database, at: Date): Promise<void> => forgetQuestionDays(db, dayOf(at));

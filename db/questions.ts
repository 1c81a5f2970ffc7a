import { sql, type Selectable } from 'kysely';
import type { Database } from './connect.ts';
import type { Language } from './people.ts';
import type {
  QuestionClosing,
  QuestionEventKind,
  QuestionState,
  QuestionSubject,
  QuestionTable,
} from './schema/questions.ts';

export type { QuestionClosing, QuestionEventKind, QuestionState, QuestionSubject } from './schema/questions.ts';

export interface Question {
  readonly id: string;
  /** Nine digits, the last a check digit: to be read out. */
  readonly reference: string;
  readonly name: string;
  readonly email: string;
  readonly subject: QuestionSubject;
  readonly body: string;
  readonly language: Language;
  /** As it was written, and not proved. */
  readonly accountNumber?: string;
  /** E.164; as it was written, and not proved. */
  readonly number?: string;
  readonly askedAt: Date;
  readonly state: QuestionState;
  /** Who has it, or ended it. */
  readonly agentId?: string;
  readonly answer?: string;
  readonly closedAs?: QuestionClosing;
}

/** One under its idempotency key. */
export interface KeptQuestion extends Question {
  readonly key: string;
  /** Of what was written. */
  readonly requestHash: string;
}

const toQuestion = (row: Selectable<QuestionTable>): KeptQuestion => {
  const { idempotencyKey: key, accountNumber, number, agentId, answer, closedAs, ...kept } = row;
  return {
    ...kept,
    key,
    ...(accountNumber !== null && { accountNumber }),
    ...(number !== null && { number }),
    ...(agentId !== null && { agentId }),
    ...(answer !== null && { answer }),
    ...(closedAs !== null && { closedAs }),
  };
};

export type NewQuestion = Omit<KeptQuestion, 'id' | 'reference' | 'state' | 'agentId' | 'answer' | 'closedAs'>;

/** Undefined: there is one under this key, which findQuestion() tells; a transaction that writes it now was waited for. */
export async function addQuestion(trx: Database, question: NewQuestion): Promise<KeptQuestion | undefined> {
  const { key: idempotencyKey, accountNumber = null, number = null, ...written } = question;
  const row = await trx
    .insertInto('question')
    .values({ ...written, idempotencyKey, accountNumber, number, agentId: null, answer: null, closedAs: null })
    .onConflict((conflict) => conflict.constraint('question_once').doNothing())
    .returningAll()
    .executeTakeFirst();
  return row && toQuestion(row);
}

/** `lock`: nobody else changes it until the transaction ends. */
export async function findQuestion(
  db: Database,
  by: { readonly key: string } | { readonly id: string } | { readonly reference: string },
  { lock = false } = {},
): Promise<KeptQuestion | undefined> {
  const query = db.selectFrom('question').selectAll();
  const one =
    'key' in by
      ? query.where('idempotencyKey', '=', by.key)
      : 'id' in by
        ? query.where('id', '=', by.id)
        : query.where('reference', '=', by.reference);
  const row = await (lock ? one.forUpdate() : one).executeTakeFirst();
  return row && toQuestion(row);
}

export type QuestionTurn =
  | { readonly state: 'open' }
  | { readonly state: 'taken'; readonly agentId: string }
  | { readonly state: 'answered'; readonly answer: string }
  | { readonly state: 'closed'; readonly closedAs: QuestionClosing };

/** The caller holds its row. */
export async function turnQuestion(trx: Database, id: string, turn: QuestionTurn): Promise<void> {
  const agent = turn.state === 'open' ? { agentId: null } : {};
  await trx
    .updateTable('question')
    .set({ ...agent, ...turn })
    .where('id', '=', id)
    .execute();
}

/** Open and taken ones, the oldest first; those after the one that `after` names. */
export async function waitingQuestions(
  db: Database,
  page: { readonly limit: number; readonly after?: Pick<Question, 'askedAt' | 'id'> },
): Promise<KeptQuestion[]> {
  let query = db.selectFrom('question').selectAll().where('state', 'in', ['open', 'taken']);
  if (page.after) {
    const { askedAt, id } = page.after;
    query = query.where((eb) => eb(eb.refTuple('askedAt', 'id'), '>', eb.tuple(askedAt, id)));
  }
  return (await query.orderBy('askedAt').orderBy('id').limit(page.limit).execute()).map(toQuestion);
}

/** What was done with a question: by whom, when, and why if nobody answers it. */
export interface QuestionEvent {
  readonly questionId: string;
  readonly key: string;
  /** Of what was ordered. */
  readonly requestHash: string;
  readonly kind: QuestionEventKind;
  readonly agentId: string;
  readonly reason: string | null;
  readonly at: Date;
}

export async function addQuestionEvent(trx: Database, { key, ...event }: QuestionEvent): Promise<void> {
  await trx
    .insertInto('questionEvent')
    .values({ ...event, idempotencyKey: key })
    .execute();
}

const columns = ['questionId', 'idempotencyKey as key', 'requestHash', 'kind', 'agentId', 'reason', 'at'] as const;

export async function findQuestionEvent(db: Database, key: string): Promise<QuestionEvent | undefined> {
  return db.selectFrom('questionEvent').select(columns).where('idempotencyKey', '=', key).executeTakeFirst();
}

/** The oldest first. */
export async function questionHistory(db: Database, questionId: string): Promise<QuestionEvent[]> {
  const query = db.selectFrom('questionEvent').select(columns).where('questionId', '=', questionId);
  return query.orderBy('id').execute();
}

/**
 * Counts one more question of a day (ISO) from an e-mail address or a place on the internet. False: that would be more than `most`, and is not counted.
 * Whoever counts both takes the e-mail address first: so no two wait for each other.
 */
export async function countQuestion(
  trx: Database,
  { day, kind, who }: { readonly day: string; readonly kind: 'e-mail' | 'source'; readonly who: string },
  most: number,
): Promise<boolean> {
  const { rows } = await sql`
    insert into question_day as counted (day, kind, who, questions) values (${day}::text::date, ${kind}, ${who}, 1)
    on conflict (day, kind, who) do update set questions = counted.questions + 1 where counted.questions < ${most}
    returning questions`.execute(trx);
  return rows.length === 1;
}

/** Forgets who wrote on days before `day` (ISO). */
export async function forgetQuestionDays(db: Database, day: string): Promise<void> {
  await sql`delete from question_day where day < ${day}::text::date`.execute(db);
}

/** Whether an agent works here. */
export async function isAgent(db: Database, id: string): Promise<boolean> {
  const query = db.selectFrom('agent').select('id').where('id', '=', id).where('active', '=', true);
  return (await query.executeTakeFirst()) !== undefined;
}

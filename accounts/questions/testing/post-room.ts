import { randomUUID } from 'node:crypto';
import type { Database } from '#db/connect.ts';
import { saveAgent } from '#db/desk/agents.ts';
import { findQuestion, type Question } from '#db/questions.ts';
import { notifyWith } from '../../notices/notice.ts';
import { askQuestion } from '../ask.ts';
import type { QuestionOrder } from '../order.ts';
import type { QuestionDeps } from '../ports.ts';
import { questionWords } from '../wording.ts';

let last = 0;
/** An address on the internet that nobody else in the test has. */
export const freshSource = (): string => `198.51.${++last >> 8}.${last & 255}`;
export const freshEmail = (): string => `family${++last}@example.com`;

/** Where questions come in, and agents who answer them. */
export class PostRoom {
  readonly db: Database;
  at = new Date('2026-05-04T19:00:00Z');

  constructor(db: Database) {
    this.db = db;
  }

  get deps(): QuestionDeps {
    const now = () => this.at;
    return { now, notify: notifyWith(questionWords('+18669490290'), now) };
  }

  async agent(active = true): Promise<string> {
    const id = `agent-${++last}`;
    const known = { name: id, extension: String(100 + last), languages: ['en', 'es'], supervisor: false } as const;
    await saveAgent(this.db, { id, ...known, active }, this.at);
    return id;
  }

  order(over: Partial<QuestionOrder> = {}): QuestionOrder {
    return {
      ...{ key: randomUUID(), name: 'María López', email: freshEmail(), subject: 'refunds', language: 'es' },
      ...{ text: '¿Cuándo llega mi cheque?\nGracias.', source: freshSource() },
      ...over,
    };
  }

  /** One that is taken in. */
  async question(over: Partial<QuestionOrder> = {}): Promise<Question> {
    const asked = await askQuestion(this.db, this.deps, this.order(over));
    if (asked.kind !== 'asked') throw new Error(`The question is ${asked.code}.`);
    const question = await findQuestion(this.db, { reference: asked.reference });
    if (!question) throw new Error('There is no such question.');
    return question;
  }

  /** The e-mails to an address, the oldest first. */
  async mails(recipient: string) {
    const query = this.db.selectFrom('notice').select(['subject', 'body', 'confidential', 'key', 'id']);
    return query.where('recipient', '=', recipient).orderBy('id').execute();
  }
}

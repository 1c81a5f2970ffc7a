import { z } from 'zod';
import { faqIds } from '#accounts/faq/wording.ts';
import { subjects } from '#accounts/questions/wording.ts';
import { e164 } from '../resources.ts';

/* What the questions of families take and give; see ../resources.ts. Lengths keep out what no person types; the rules are in accounts/questions. */

const language = z.enum(['en', 'es']);
const at = z.iso.datetime();
const agentId = z.string().min(1).max(64).describe('Whose act it is');
const subject = z.enum(Object.keys(subjects.en) as [keyof typeof subjects.en]);

export const faqQuery = z.strictObject({
  language,
  query: z.string().max(10_000).default('').describe('Words as somebody types them; none lists everything'),
  limit: z.coerce.number().int().min(1).max(100).default(10),
});
const pieces = z.array(z.strictObject({ text: z.string(), marked: z.boolean() }));
export const faqEntry = z.strictObject({ id: z.enum(faqIds as [string]), question: pieces, answer: pieces }).meta({
  id: 'FaqEntry',
  description: 'One after the other the pieces are the text; those that were looked for are marked',
});
export const faqFound = z.strictObject({ entries: z.array(faqEntry) });

export const asking = z.strictObject({
  name: z.string().max(1_000),
  email: z.string().max(1_000),
  subject: z
    .string()
    .max(64)
    .describe(`One of ${Object.keys(subjects.en).join(', ')}`),
  text: z.string().max(20_000),
  language,
  about: z.string().max(100).optional().describe('An account’s number or a telephone number, if it is about one'),
  source: z.string().max(64).describe('The address it came from, IPv4 or IPv6'),
});
export const asked = z.strictObject({ reference: z.string().describe('To be read out') });

export const question = z
  .strictObject({
    reference: z.string(),
    name: z.string(),
    email: z.string(),
    subject,
    body: z.string(),
    language,
    accountNumber: z.string().optional().describe('As it was written, and not proved'),
    number: e164.optional().describe('As it was written, and not proved'),
    askedAt: at,
    state: z.enum(['open', 'taken', 'answered', 'closed']),
    agentId: z.string().optional(),
    answer: z.string().optional(),
    closedAs: z.enum(['spam', 'duplicate', 'answered-otherwise', 'not-for-us']).optional(),
  })
  .meta({ id: 'Question' });
export const questionsQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(200).default(50) });
export const questions = z.strictObject({ questions: z.array(question) });
export const referencePath = z.strictObject({ reference: z.string().min(1).max(64) });

const mail = z
  .strictObject({ state: z.string(), reason: z.string().optional(), endedAt: at.optional() })
  .optional()
  .describe('What became of the e-mail; absent: there is none');
export const questionView = z
  .strictObject({
    question,
    history: z.array(z.strictObject({ kind: z.string(), agentId: z.string(), reason: z.string().optional(), at })),
    confirmation: mail,
    answer: mail,
  })
  .meta({ id: 'QuestionView' });

export const taking = z.strictObject({ agentId, from: agentId.optional().describe('Who has it, to take it over') });
export const puttingBack = z.strictObject({ agentId });
export const answering = z.strictObject({ agentId, answer: z.string().max(20_000) });
export const closing = z.strictObject({
  agentId,
  as: question.shape.closedAs.unwrap(),
  reason: z.string().max(2_000),
});

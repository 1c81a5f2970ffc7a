import { z } from 'zod';
import { e164 } from '../../resources.ts';

/* What the console is told; see ../../resources.ts. What is absent is not known, or did not happen. */

export { e164 };
/** What the database takes as text: no NUL, no half characters. */
export const text = (least: number, most: number) =>
  z
    .string()
    .min(least)
    .max(most)
    .regex(/^[^\0\p{Surrogate}]*$/u, 'has a character that cannot be kept');
export const id = text(1, 64);
/** A moment that somebody asks about, within the years that the database counts. */
export const moment = z.iso
  .datetime()
  .transform((written) => new Date(written))
  .refine((at) => at.getUTCFullYear() >= 1970 && at.getUTCFullYear() < 10_000, 'is no time that calls are of');
/** An id that the database counts. */
export const counted = z.string().regex(/^[1-9]\d{0,17}$/, 'is no id');
export const at = z.iso.datetime();
export const language = z.enum(['en', 'es']);
export const cents = z.int();
export const accountNumber = z.string().describe('Ten digits, as on letters');
export const version = z.string().describe('Brought back as the tag of If-Match by whoever changes it: `"…"`');
export const reason = text(0, 500).trim().min(1).meta({ description: 'Why: kept for good' });
export const callPath = z.strictObject({ id: z.uuid() });
export const countedPath = z.strictObject({ id: counted });

export const actor = z.strictObject({
  kind: z.enum(['called-party-key', 'phone-line', 'web', 'agent', 'closing']),
  id: z.string().optional(),
  callId: z.uuid().optional(),
  name: z.string().optional(),
});
export const act = z.strictObject({ by: actor, at, reason: z.string() });
const scope = z.union([z.literal('all'), z.strictObject({ facilityId: id, facilityName: z.string() })]);

export const activeBlock = z
  .strictObject({
    id: counted,
    scope,
    placed: act,
    liftable: z.boolean(),
    whyNot: z.enum(['not-allowed']).optional().describe('Why whoever asks may not lift it'),
  })
  .meta({ id: 'StaffBlock' });
export const liftedBlock = z
  .strictObject({ id: counted, scope, placed: act, lifted: act })
  .meta({ id: 'StaffLiftedBlock' });
export const attempt = z
  .strictObject({
    callId: z.uuid(),
    at,
    facilityName: z.string(),
    personName: z.string().optional(),
    disposition: z.string().optional().describe('One of docs/dispositions.md; absent while the call goes on'),
    seconds: z.int().describe('Talked'),
  })
  .meta({ id: 'StaffAttempt' });
export const status = z.enum(['open', 'closed']);
export const aside = z
  .enum(['held', 'paying'])
  .describe('Why caller and agent do not hear each other just now: the caller waits with music, or types a card');
export const accountOfNumber = z
  .strictObject({
    id,
    number: z.string(),
    holder: z.string().optional(),
    status,
    balanceCents: cents,
  })
  .meta({ id: 'StaffAccountOfNumber' });
export const numberPage = z
  .strictObject({
    number: e164,
    blocks: z.array(activeBlock).describe('Active, the newest first'),
    history: z.array(liftedBlock).describe('Lifted, the newest first; at most 100'),
    attempts: z.array(attempt).describe('The 50 newest calls to it'),
    accounts: z.array(accountOfNumber).describe('None where they are not for whoever asks to read'),
    privileged: z.boolean().describe('Never called through a recorded line'),
  })
  .meta({ id: 'StaffNumber' });

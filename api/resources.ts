import { z } from 'zod';

/* What the API takes and gives. The schemas are the documentation: OpenAPI is made from them, and the tests read every answer by them. */

export const e164 = z
  .string()
  .regex(/^\+[1-9]\d{6,14}$/, 'is no E.164 number, such as +12135550142')
  .meta({ id: 'E164' });
/** Text that a database can keep: whatever JSON may hold, PostgreSQL has no NUL. */
export const text = (most: number) =>
  z
    .string()
    .max(most)
    .refine((value) => !value.includes('\0'), 'has a character that no text has');
const id = text(64).min(1);
const at = z.iso.datetime();
const optionalAt = at.optional();

export const call = z
  .strictObject({
    id: z.uuid(),
    facilityId: id,
    stationId: id.optional(),
    node: z.string(),
    personId: id.optional(),
    number: e164.optional(),
    dialledAt: optionalAt,
    states: z.strictObject({
      offHook: optionalAt,
      policy: optionalAt,
      ringing: optionalAt,
      greeting: optionalAt,
      talking: optionalAt,
      done: optionalAt,
    }),
    language: z.enum(['en', 'es']).optional(),
    acceptedKey: z.string().optional(),
    acceptedAt: optionalAt,
    disposition: z.string().optional().describe('One of docs/dispositions.md; absent while the call goes on'),
    cause: z.string().optional(),
    endedBy: z.enum(['inside', 'outside', 'limit', 'policy', 'system']).optional(),
    sipStatus: z.int().optional(),
    q850: z.int().optional(),
    closedAt: optionalAt,
  })
  .meta({ id: 'Call' });

export const recording = z
  .strictObject({
    id: z.uuid(),
    callId: z.uuid(),
    spoolPath: z.string(),
    channels: z.int(),
    state: z.string(),
    intendedAt: at,
    startedAt: optionalAt,
    finished: z
      .strictObject({ sha256: z.string(), bytes: z.int(), seconds: z.number(), repaired: z.boolean(), at })
      .optional(),
    stored: z.strictObject({ storage: z.enum(['folder', 's3']), location: z.string(), verifiedAt: at }).optional(),
  })
  .meta({ id: 'Recording' });

export const callReport = z
  .strictObject({
    call,
    events: z.array(z.strictObject({ seq: z.int(), at, kind: z.string(), data: z.record(z.string(), z.unknown()) })),
    recording: recording.optional(),
  })
  .meta({ id: 'CallReport' });

const actor = z.strictObject({
  kind: z.enum(['called-party-key', 'phone-line', 'web', 'agent', 'closing']),
  id: z.string().optional(),
  callId: z.uuid().optional(),
});
const act = z.strictObject({ by: actor, at, reason: z.string() });

export const block = z
  .strictObject({
    id: z.string(),
    number: e164,
    scope: z.union([z.literal('all'), z.strictObject({ facilityId: id })]),
    placed: act,
    lifted: act.optional(),
  })
  .meta({ id: 'Block' });

export const problem = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    faults: z.array(z.string()).optional().describe('Codes of what is wrong with what was sent'),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });

export const callsQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  facilityId: id.optional(),
  number: e164.optional(),
});
export const callPath = z.strictObject({ id: z.uuid() });
export const numberQuery = z.strictObject({ number: e164 });

/** Which block: of a facility's calls, or of all without one; and who asks, for the history. */
export const blockWanted = z.strictObject({
  number: e164,
  facilityId: id.optional(),
  agent: id,
  reason: text(500).min(1),
});

export const deskEvent = z
  .strictObject({
    at,
    kind: z.string().describe('entered, given (an agent’s phone rings), talking, not-taken, ended, agent-ready, ...'),
    agentId: id.optional(),
    call: z
      .strictObject({
        id: z.uuid(),
        language: z.enum(['en', 'es']),
        number: e164.optional().describe('Absent: withheld'),
        account: z.strictObject({ id, number: z.string() }).optional().describe('Named to the line, not proved'),
        way: z.enum(['line', 'call-back']),
        enteredAt: at,
      })
      .optional()
      .describe('Who calls'),
    messageId: z.uuid().optional().describe('The voice message that it is about'),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'DeskEvent', description: 'The data of one server-sent event of the agents’ desk' });

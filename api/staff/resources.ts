import { z } from 'zod';
import { acts, roles } from '#accounts/access/acts.ts';

/* What staff are asked for and told about themselves; see ../resources.ts. Lengths keep out what no person types; the rules are in accounts/staff. */

const typed = (most: number) => z.string().min(1).max(most);
/** Never told back. */
export const secret = typed(512).meta({ format: 'password', writeOnly: true });
export const code = z
  .string()
  .regex(/^[0-9]{6}$/, 'is not six digits')
  .meta({ format: 'password', writeOnly: true });
/** What is typed where a code is asked: the six digits of an app, or a recovery code in their place. */
export const anyCode = z
  .string()
  .max(20)
  .regex(/^(\d{6}|[A-Za-z2-9]{5}[ -]?[A-Za-z2-9]{5})$/, 'is neither six digits nor a recovery code')
  .meta({ format: 'password', writeOnly: true });
export const language = z.enum(['en', 'es']);
export const at = z.iso.datetime();
export const role = z.enum(roles);
export const idPath = z.strictObject({ id: z.uuid() });
/** Of a thing: nothing that no database holds. */
const word = (most: number) => typed(most).regex(/^\P{C}+$/u, 'has a character that cannot be shown');
export const facilityIds = z.array(word(64)).max(200);

export const signIn = z.strictObject({
  username: typed(200),
  password: secret,
  code: anyCode.optional().meta({ description: 'Six digits of an app, of whoever has one; or a recovery code' }),
});
export const ended = z.strictObject({ result: z.literal('ended') });

export const me = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    username: z.string(),
    role,
    acts: z.array(z.enum(acts)).meta({ description: 'Everything that this role may do' }),
    language,
    agentId: z.string().optional().meta({ description: 'At the desk' }),
    facilityIds: facilityIds.optional().meta({ description: 'Of facility staff: the facilities that they see' }),
    code: z.boolean().meta({ description: 'Whether the six digits of an app are asked at sign-in' }),
    codeRequired: z.boolean().meta({ description: 'Whether their role must have one' }),
    codeDue: z.boolean().meta({ description: 'A code must be set up before anything else is done' }),
    recoveryCodesLeft: z.int().optional().meta({ description: 'Of whom a code is asked' }),
    passwordDue: z.boolean().meta({ description: 'Another password must be set before anything else is done' }),
    idleSeconds: z.int().meta({ description: 'After so long without use the session ends' }),
  })
  .meta({ id: 'StaffMe' });

export const codeBegun = z.strictObject({
  secret: z.string().meta({ description: 'Base32, to be typed into an app' }),
  uri: z.string().meta({ description: '`otpauth:`, to be shown as a picture' }),
});
export const proof = z.strictObject({ password: secret, code: anyCode.optional() });
export const codeShown = z.strictObject({ code });
export const ownPassword = z.strictObject({ password: secret, code: anyCode.optional(), newPassword: secret });
const recoveryCodes = z
  .array(z.string())
  .meta({ description: 'Each stands in for a code of the app, once. Told now and never again' });
export const codeConfirmed = z.strictObject({ result: z.literal('confirmed'), recoveryCodes });
export const codesRenewed = z.strictObject({ recoveryCodes });
export const ownChange = z.strictObject({ language });
export const ownSessions = z
  .strictObject({
    sessions: z.array(
      z.strictObject({
        id: z.uuid(),
        startedAt: at,
        usedAt: at,
        device: z.string().optional().meta({ description: 'What the browser called itself' }),
        current: z.boolean().meta({ description: 'The one that asks' }),
        endedAt: at.optional(),
        endedAs: z
          .enum(['signed-out', 'replaced', 'idle', 'expired', 'password-changed', 'staff-changed', 'revoked'])
          .optional(),
      }),
    ),
  })
  .meta({ id: 'StaffOwnSessions', description: 'The newest first, at most twenty' });
export const done = <const T extends string>(result: T) => z.strictObject({ result: z.literal(result) });

const shown = z.record(z.string(), z.unknown());
export const auditQuery = z.strictObject({
  cursor: z.string().max(100).optional(),
  staffId: z.uuid().optional(),
  resource: word(64).optional(),
  resourceId: word(128).optional(),
});
export const auditPage = z
  .strictObject({
    entries: z.array(
      z.strictObject({
        id: z.string(),
        at,
        by: z.strictObject({
          kind: z.enum(['staff', 'command', 'system']).meta({
            description: '`command`: somebody at the machine itself; `system`: it came so, as a lock does',
          }),
          staffId: z.uuid().optional(),
          name: z.string().optional(),
          sessionId: z.uuid().optional(),
        }),
        act: z.string(),
        resource: z.strictObject({ kind: z.string(), id: z.string().optional() }),
        reason: z.string().optional(),
        before: shown.optional(),
        after: shown.optional(),
      }),
    ),
    next: z.string().optional().meta({ description: 'The cursor of those before' }),
  })
  .meta({ id: 'StaffAudit', description: 'What was done, the newest first' });

export const member = z
  .strictObject({
    id: z.uuid(),
    username: z.string(),
    name: z.string(),
    role,
    language,
    agentId: z.string().optional(),
    facilityIds,
    code: z.boolean(),
    passwordDue: z.boolean().meta({ description: 'They have not set a password of their own yet' }),
    addedAt: at,
    endedAt: at.optional(),
  })
  .meta({ id: 'StaffMember' });
export const members = z.strictObject({ members: z.array(member) });
export const memberWithPassword = z
  .strictObject({
    member,
    password: z.string().meta({
      description: 'Made now and told once; good for 72 hours, and to set another with at the first sign-in',
    }),
  })
  .meta({ id: 'StaffMemberWithPassword' });
export const choices = z
  .strictObject({
    agents: z.array(
      z.strictObject({
        id: z.string(),
        name: z.string(),
        extension: z.string(),
        staffId: z.uuid().optional().meta({ description: 'Who of the staff is this agent already' }),
      }),
    ),
    facilities: z.array(z.strictObject({ id: z.string(), name: z.string() })),
  })
  .meta({ id: 'StaffChoices' });
const agentId = word(64);
const reason = typed(500).optional();
export const newMember = z.strictObject({
  username: typed(200),
  name: typed(200),
  role,
  language,
  agentId: agentId.optional(),
  facilityIds: facilityIds.optional(),
});
export const memberChange = z.strictObject({
  name: typed(200).optional(),
  role: role.optional(),
  language: language.optional(),
  agentId: agentId.nullable().optional(),
  facilityIds: facilityIds.optional(),
  reason,
});
export const memberEnd = z.strictObject({ reason });
export const memberPassword = z.strictObject({ withoutCode: z.boolean().optional(), reason });

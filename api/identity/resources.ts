import { z } from 'zod';
import { questionIds } from '#accounts/identity/questions.ts';

/* What identity takes and gives; see ../resources.ts. Lengths keep out what no person types; the rules are in accounts/identity. */

const language = z.enum(['en', 'es']);
const typed = (most: number) => z.string().min(1).max(most);
/** Never told back. */
const secret = (most = 512) => typed(most).meta({ format: 'password', writeOnly: true });
const token = secret(128);
const email = z.string().max(254).meta({ description: 'An e-mail address; its case makes no other' });
const at = z.iso.datetime();

export const idPath = z.strictObject({ id: z.uuid() });
export const idempotencyKey = z.string().min(8).max(128);

export const verificationImage = z.strictObject({
  id: z.uuid(),
  image: z.string().meta({ description: 'Six digits, a PNG as a data URL; said aloud at `/v1/verification-images/{id}/sound`' }), // prettier-ignore
  expiresAt: at,
});
export const soundQuery = z.strictObject({ language: language.default('en') });
export const code = z.string().regex(/^[0-9]{6}$/, 'is not six digits');
export const registration = z.strictObject({
  email,
  emailAgain: email,
  password: secret().meta({
    description: '8 to 128 characters, a number, an upper-case and a lower-case letter; none that everybody guesses',
  }),
  passwordAgain: secret(),
  language,
  image: z
    .strictObject({ id: z.uuid(), digits: code })
    .optional()
    .meta({ description: 'What was read in a picture of `POST /v1/verification-images`, where that is asked for' }),
});
export const registrationBegun = z.strictObject({
  id: z.uuid(),
  token: z.string().meta({ description: 'Shown with every further step; whoever has it may finish the registration' }),
  expiresAt: at,
});
const answered = z.strictObject({ question: z.enum(questionIds), answer: secret(256) });
export const questionsChosen = z.strictObject({ token, questions: z.array(answered).max(10) });
export const contact = z.strictObject({
  token,
  firstName: typed(200),
  lastName: typed(200),
  addressLine1: typed(200),
  addressLine2: z.string().max(200).optional(),
  city: typed(200),
  region: typed(200),
  postalCode: typed(40),
  country: z.string().length(2).meta({ description: 'ISO 3166-1 alpha-2' }),
  phone: typed(40).meta({ description: 'With country code' }),
  passcode: secret(16).optional(),
  passcodeAgain: secret(16).optional(),
});
export const submission = z.strictObject({ token, resend: z.boolean().default(false) });
export const verification = z.strictObject({ token, code });
export const linkVerification = z.strictObject({ linkToken: token, password: secret() });

export const signIn = z.strictObject({ email, password: secret(), device: z.string().max(100).optional() });
export const tokens = z
  .strictObject({
    accessToken: z.string(),
    accessExpiresAt: at,
    refreshToken: z.string().meta({ description: 'Good for one use; used twice, its session ends' }),
    refreshExpiresAt: at,
  })
  .meta({ id: 'Tokens' });
export const proofAnew = z.strictObject({ password: secret() });
export const provenAnew = z.strictObject({ result: z.literal('proven'), until: at });
export const refreshing = z.strictObject({ refreshToken: token });
export const session = z
  .strictObject({
    id: z.uuid(),
    device: z.string().optional(),
    startedAt: at,
    usedAt: at,
    expiresAt: at,
    current: z.boolean(),
  })
  .meta({ id: 'Session' });

export const resetAsked = z.strictObject({ email });
export const resetCode = z.strictObject({ code });
export const resetLink = z.strictObject({ linkToken: token });
export const addressProven = z.strictObject({ grant: z.string(), questions: z.array(z.enum(questionIds)) });
export const resetFinish = z.strictObject({
  grant: token,
  answers: z.array(answered).max(10),
  password: secret(),
  passwordAgain: secret(),
});

export const passwordChange = z.strictObject({
  current: secret(),
  password: secret().meta({ description: 'By the rules of the registration' }),
  passwordAgain: secret(),
});

export const question = z.strictObject({ id: z.enum(questionIds), en: z.string(), es: z.string() });
export const identification = z.strictObject({
  state: z
    .enum(['none', 'open', 'in-review', 'approved', 'rejected'])
    .meta({ description: 'None: no pictures were sent, and they are asked for with the first product (guide row 60). Calls and payments need none' }), // prettier-ignore
  reasons: z
    .array(z.enum(['not-legible', 'not-alone', 'name-differs', 'expired', 'not-an-id', 'other']))
    .optional()
    .meta({ description: 'Why the pictures were rejected; others may be sent' }),
});
export const me = z
  .strictObject({
    id: z.uuid(),
    email: z.string(),
    emailVerifiedAt: at,
    registeredAt: at,
    language,
    firstName: z.string(),
    lastName: z.string(),
    addressLine1: z.string(),
    addressLine2: z.string().optional(),
    city: z.string(),
    region: z.string(),
    postalCode: z.string(),
    country: z.string(),
    phone: z.string(),
    hasPasscode: z.boolean(),
    identification,
    terms: z.strictObject({
      accepted: z.array(z.strictObject({ version: z.string(), language, at })),
      toAccept: z.string().optional().meta({ description: 'The version in force, while it is not accepted' }),
    }),
  })
  .meta({ id: 'Me' });
export const termsAccepted = z.strictObject({ version: typed(20), language });
export const result = <const T extends string>(...results: [T, ...T[]]) => z.strictObject({ result: z.enum(results) });

import { randomUUID } from 'node:crypto';
import type { Database } from '#db/connect.ts';
import type { Language } from '#db/people.ts';
import * as signUps from '#db/sign-ups.ts';
import { callableNumber, type NumberRefusal } from '../numbers/callable-number.ts';
import { isPasscode } from '../passcode/check-passcode.ts';
import { weaknessOf, type Weakness } from '../passcode/weakness.ts';
import { nameAndAddressOf, type FieldRefusal, type NameAndAddress } from '../profile/name-and-address.ts';
import { emailOf } from './email.ts';
import { answerImage, type ImageAnswer } from './image/image.ts';
import { digestOf } from './keys.ts';
import { mailProof } from './mail-proof.ts';
import { faultsOf, plainPassword, type PasswordFault } from './password.ts';
import type { IdentityDeps } from './ports.ts';
import { answersFault, plainAnswer, type Answered, type AnswersFault } from './questions.ts';

/** How long the three steps may take together, and how long the address may take to be proven. Milliseconds. */
export const STEPS_MS = 2 * 3_600_000;
export const PROVE_MS = 24 * 3_600_000;

/** Typed twice (guide row 55). Under one name, so that no log shows either. */
export interface Twice {
  readonly entered: string;
  readonly again: string;
}

export interface Beginning {
  readonly email: Twice;
  readonly password: Twice;
  readonly language: Language;
  /** What was read in a picture, where that is asked of whoever registers. */
  readonly image?: ImageAnswer | undefined;
  /** The same again begins no second registration. */
  readonly idempotencyKey?: string | undefined;
}

export type BeginFault = 'invalid-email' | 'emails-differ' | 'passwords-differ' | PasswordFault;

export type Begun =
  | { readonly kind: 'begun'; readonly id: string; readonly token: string; readonly expiresAt: Date }
  | { readonly kind: 'refused'; readonly faults: readonly BeginFault[] }
  /** What was read in the picture is missing, wrong, or of a picture that is good no more. */
  | { readonly kind: 'not-read'; readonly why: 'missing' | 'wrong' | 'over' }
  /** The idempotency key was another registration's. */
  | { readonly kind: 'key-reused' };

/** The first step: e-mail address and password. Whether the address is known is not looked at here. Throws DatabaseUnavailable. */
export async function beginSignUp(db: Database, deps: IdentityDeps, beginning: Beginning): Promise<Begun> {
  const { password, language, idempotencyKey } = beginning;
  const address = emailOf(beginning.email.entered);
  const faults: BeginFault[] = [
    ...(address ? [] : (['invalid-email'] as const)),
    ...(address?.key === emailOf(beginning.email.again)?.key ? [] : (['emails-differ'] as const)),
    ...faultsOf(password.entered),
    ...(plainPassword(password.entered) === plainPassword(password.again) ? [] : (['passwords-differ'] as const)),
  ];
  if (!address || faults.length > 0) return { kind: 'refused', faults };
  const why = await notRead(db, deps, beginning);
  if (why) return { kind: 'not-read', why };
  const at = deps.now();
  const passwordHash = await deps.passwords.hash(plainPassword(password.entered));
  const id = randomUUID();
  const token = deps.keys.signUpToken(id);
  const expiresAt = new Date(at.getTime() + STEPS_MS);
  const row = { id, idempotencyKey, tokenDigest: digestOf(token), ...{ email: address.email, emailKey: address.key } };
  if (await signUps.addSignUp(db, { ...row, passwordHash, language, begunAt: at, expiresAt }))
    return { kind: 'begun', id, token, expiresAt };
  const before = idempotencyKey === undefined ? undefined : await signUps.signUpByKey(db, idempotencyKey);
  const same =
    before?.emailKey === address.key &&
    before.language === language &&
    (await deps.passwords.verify(before.passwordHash, plainPassword(password.entered)));
  if (!before || !same || before.expiresAt <= at) return { kind: 'key-reused' };
  return { kind: 'begun', id: before.id, token: deps.keys.signUpToken(before.id), expiresAt: before.expiresAt };
}

/** Last of what is looked at: a picture is good once. One that begins what was begun before has been answered. */
async function notRead(db: Database, deps: IdentityDeps, { image, idempotencyKey }: Beginning) {
  if (!deps.images) return undefined;
  if (idempotencyKey !== undefined && (await signUps.signUpByKey(db, idempotencyKey))) return undefined;
  if (!image) return 'missing' as const;
  const answered = await answerImage(db, deps, image);
  return answered === 'right' ? undefined : answered;
}

/** Which registration, and that it is one's own. */
export interface Holder {
  readonly id: string;
  readonly token: string;
}

/** There is none, it has expired, or it is somebody else's. */
type Gone = { readonly kind: 'gone' };
/** It is submitted: nothing of it changes any more. */
type Submitted = { readonly kind: 'submitted' };
const gone: Gone = { kind: 'gone' };

export type QuestionsSaved =
  { readonly kind: 'saved' } | Gone | Submitted | { readonly kind: 'refused'; readonly fault: AnswersFault };

/** The second step: three questions and their answers (row 56). Again: the later ones count. Throws DatabaseUnavailable. */
export async function answerQuestions(
  db: Database,
  deps: IdentityDeps,
  holder: Holder,
  answered: readonly Answered[],
): Promise<QuestionsSaved> {
  if (!(await held(db, deps, holder))) return gone;
  const fault = answersFault(answered);
  if (fault) return { kind: 'refused', fault };
  const questions = await Promise.all(
    answered.map(async ({ question, answer }) => ({
      ...{ question, answerHash: await deps.answers.hash(plainAnswer(answer)) },
    })),
  );
  return change(db, deps, holder, (trx) => signUps.saveQuestions(trx, holder.id, questions));
}

export interface Contact {
  readonly nameAndAddress: NameAndAddress;
  /** With country code unless it is the United States'. */
  readonly phone: string;
  /** Four digits, where the first enrolment is to take them for its account's passcode. */
  readonly passcode?: Twice | undefined;
}

export type ContactFault = NumberRefusal | 'passcode-not-four-digits' | 'passcodes-differ';
export type ContactSaved =
  | { readonly kind: 'saved' }
  | Gone
  | Submitted
  | { readonly kind: 'refused'; readonly reason: 'invalid-address'; readonly fields: readonly FieldRefusal[] }
  | { readonly kind: 'refused'; readonly reason: 'passcode-too-easy'; readonly weakness: Weakness }
  | { readonly kind: 'refused'; readonly reason: ContactFault };

/** The third step: legal name, address, phone (row 57). Again: the later ones count. Throws DatabaseUnavailable. */
export async function giveContact(
  db: Database,
  deps: IdentityDeps,
  holder: Holder,
  { nameAndAddress, phone, passcode }: Contact,
): Promise<ContactSaved> {
  if (!(await held(db, deps, holder))) return gone;
  const home = nameAndAddressOf(nameAndAddress);
  if (home.kind === 'refused') return { kind: 'refused', reason: 'invalid-address', fields: home.fields };
  const number = callableNumber(phone);
  if (number.kind === 'refused') return number;
  if (passcode && !isPasscode(passcode.entered)) return { kind: 'refused', reason: 'passcode-not-four-digits' };
  if (passcode && passcode.entered !== passcode.again) return { kind: 'refused', reason: 'passcodes-differ' };
  const weakness = passcode && weaknessOf(passcode.entered, { numbers: [number.number], accountNumber: '' });
  if (weakness) return { kind: 'refused', reason: 'passcode-too-easy', weakness };
  const { firstName, lastName, addressLine1, addressLine2, city, region, postalCode, country } = home.kept;
  const contact = {
    ...{ firstName: firstName ?? '', lastName: lastName ?? '', addressLine1: addressLine1 ?? '', addressLine2 },
    ...{ city: city ?? '', region: region ?? '', postalCode: postalCode ?? '', country: country ?? '' },
    ...{ phone: number.number, passcodeHash: passcode ? await deps.passcodes.hash(passcode.entered) : null },
  };
  return change(db, deps, holder, (trx) => signUps.saveContact(trx, holder.id, contact));
}

export type SignUpSubmitted =
  | { readonly kind: 'sent' }
  | Gone
  /** What is missing. */
  | { readonly kind: 'unfinished'; readonly steps: readonly ('questions' | 'contact')[] };

/**
 * The three steps are done: what proves the address is mailed there, or, when it has an identity already, that it has one. The answer is the same, and so
 * is the work. Again: nothing, or with `resend` another mail, of a registration three at most. Throws DatabaseUnavailable.
 */
export async function submitSignUp(
  db: Database,
  deps: IdentityDeps,
  holder: Holder,
  { resend = false } = {},
): Promise<SignUpSubmitted> {
  return db.transaction().execute(async (trx): Promise<SignUpSubmitted> => {
    const signUp = await held(trx, deps, holder, { lock: true });
    if (!signUp) return gone;
    if (!signUp.questions || !signUp.contact) {
      const { questions, contact } = signUp;
      return { kind: 'unfinished', steps: [...(questions ? [] : (['questions'] as const)), ...(contact ? [] : (['contact'] as const))] }; // prettier-ignore
    }
    if (signUp.submittedAt && !resend) return { kind: 'sent' };
    const at = deps.now();
    if (!signUp.submittedAt) await signUps.submitSignUp(trx, signUp.id, at, new Date(at.getTime() + PROVE_MS));
    await mailProof(trx, deps, signUp);
    return { kind: 'sent' };
  });
}

async function held(db: Database, { now }: IdentityDeps, { id, token }: Holder, options = {}) {
  const signUp = await signUps.signUpOf(db, id, now(), options);
  return signUp?.tokenDigest === digestOf(token) ? signUp : undefined;
}

/** The registration if it is the holder's own. */
export const heldSignUp = held;

const change = (db: Database, deps: IdentityDeps, holder: Holder, save: (trx: Database) => Promise<void>) =>
  db.transaction().execute(async (trx) => {
    const signUp = await held(trx, deps, holder, { lock: true });
    if (!signUp) return gone;
    if (signUp.submittedAt) return { kind: 'submitted' } as const;
    await save(trx);
    return { kind: 'saved' } as const;
  });

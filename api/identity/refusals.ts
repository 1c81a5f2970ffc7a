import { refusing } from '../refusal.ts';

/** Every refusal of identity by its code, which does not change: the last part of the problem's `type`. What happened, and what to do. */
const refusals = {
  'registration-faulty': [422, 'E-mail address or password cannot be used as they are; `faults` says why.'],
  'image-needed': [422, 'Send the six digits of a picture of `POST /v1/verification-images` as `image`.'],
  'image-wrong': [
    422,
    'These are not the digits of the picture. Look again, listen to them, or ask for another picture.',
  ],
  'image-over': [
    422,
    'This picture is good no more: it was answered, or its time or its tries are over. Ask for another.',
  ],
  'image-unknown': [404, 'This picture is good no more. Ask for another.'],
  'answers-faulty': [422, 'The security questions cannot be saved as they are; `faults` says why.'],
  'contact-faulty': [422, 'Name, address, phone or passcode cannot be saved as they are; `faults` says why.'],
  'password-faulty': [422, 'The password cannot be used as it is; `faults` says why.'],
  'registration-gone': [404, 'There is no such registration, or its time is over. Begin again.'],
  'registration-submitted': [409, 'The registration was submitted, and does not change any more.'],
  'registration-unfinished': [409, 'Steps of the registration are missing; `faults` says which.'],
  'proof-wrong': [422, 'The digits or the link are wrong, or their time is over. Ask for another e-mail.'],
  'proof-used-up': [403, 'The digits were tried too often. Ask for another e-mail.'],
  'address-known': [409, 'This e-mail address is registered already. Sign in, or set a new password.'],
  'credentials-wrong': [401, 'E-mail address or password is wrong.'],
  'sign-in-locked': [429, 'Sign-in is locked for this e-mail address. Try again later, or set a new password.'],
  'password-wrong': [403, 'This is not the password that you have.'],
  'proof-needed': [
    403,
    'Give your password again first: `POST /v1/identity/sessions/current/proof`. It counts for ten minutes, where you gave it. Then send this again.',
  ],
  'account-open': [409, 'You have an open account. Close it first: `POST /v1/account/closing`.'],
  'money-on-its-way': [
    409,
    'Money is on its way to or from an account of yours, or waits for you. Try again when it has arrived, or call us.',
  ],
  'refresh-refused': [401, 'The session is over. Sign in again.'],
  'session-needed': [401, 'Sign in first: an access token is needed, and this is none that is good.'],
  'session-unknown': [404, 'There is no such open session.'],
  'reset-gone': [404, 'There is no such request for a new password, or its time is over. Ask again.'],
  'answers-wrong': [422, 'Not every answer is right.'],
  'answers-locked': [429, 'The security questions are locked. Try again later.'],
  'key-reused': [422, 'This Idempotency-Key came with another request before. Use another one.'],
  'too-many-requests': [429, 'Too many requests of this kind from where you are. Try again later.'],
  'terms-outdated': [409, 'These are not the terms that are in force. Show those of `GET /v1/me`.'],
} as const satisfies Readonly<Record<string, readonly [number, string]>>;

export type Refusal = keyof typeof refusals;

/** The problem of one. */
export const refuse = refusing(refusals, 'Bearer realm="homeline families"');

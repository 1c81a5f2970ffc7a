import type { Act, Who } from '#accounts/access/acts.ts';
import { Problem, problemType } from '../problem.ts';
import { refusing } from '../refusal.ts';

/** Every refusal of staff by its code, which does not change: the last part of the problem's `type`. What happened, and what to do. */
const refusals = {
  'staff-session-needed': [401, 'Sign in first. `faults` says why a session is over, where there was one.'],
  'staff-credentials-wrong': [401, 'Username, password or code is wrong.'],
  'staff-code-needed': [401, 'The six digits of your app are needed as well: send `code`.'],
  'staff-password-expired': [
    401,
    'The password that was made for you is too old. Ask an administrator for another one.',
  ],
  'staff-sign-in-locked': [429, 'Sign-in is locked for this username. Try again later, or ask an administrator.'],
  'cross-site': [403, 'This came from a page of another site, and nothing was done. Use the console’s own page.'],
  'password-due': [403, 'Set a password of your own first: PUT /v1/staff/me/password.'],
  'code-due': [
    403,
    'Your role signs in with a code of an app. Set one up first: POST /v1/staff/me/code, then PUT with six digits.',
  ],
  'staff-unknown': [404, 'Nobody who works here has this id.'],
  'staff-faulty': [422, 'This member of staff cannot be as they are told; `faults` says why.'],
  'password-faulty': [422, 'The password cannot be used as it is; `faults` says why.'],
  'code-needed': [422, 'The six digits of your app are needed as well: send `code`.'],
  'password-wrong': [422, 'The password is wrong, or the code.'],
  'code-wrong': [422, 'The six digits are wrong, or were used before. Wait for the next.'],
  'code-not-begun': [409, 'There is no key to confirm. Ask for one first.'],
  'code-missing': [409, 'No code is asked of you, so no recovery code stands in for one.'],
  'code-required': [
    409,
    'Your role signs in with a code. For another phone set up another one: POST /v1/staff/me/code.',
  ],
  'cursor-faulty': [400, 'query.cursor: is none that this list gave. Begin without one.'],
} as const satisfies Readonly<Record<string, readonly [number, string]>>;

export type StaffRefusal = keyof typeof refusals;

/** The problem of one. */
export const refuseStaff = refusing(refusals, 'Cookie realm="homeline staff"');

/** Somebody who is known asks for what is not theirs to do. */
export const notAllowed = (who: Who, act: Act): Problem =>
  new Problem(
    403,
    `The role ${who} may not do this: ${act}. Ask somebody who may.`,
    {},
    { type: problemType('not-allowed'), faults: [act] },
  );

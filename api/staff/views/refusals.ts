import { Problem, problemType } from '../../problem.ts';

/** Every refusal of what the console does by its code, which does not change: the last part of the problem's `type`. What happened, and what to do. */
const refusals = {
  'facility-unknown': [404, 'There is no such facility. /v1/staff/facilities lists them.'],
  'block-unknown': [404, 'There is no such block.'],
  'block-not-active': [409, 'Somebody has lifted this block already. Look at the number again.'],
  'block-not-liftable': [403, 'This block is not for an agent to lift.'],
  'account-unknown': [404, 'There is no such account.'],
  'account-closed': [409, 'The account is closed: nothing is paid into it any more.'],
  'not-an-amount': [422, 'No deposit is of this amount. `faults` says why.'],
  'not-at-desk': [409, 'You are none of the agents at the desk. Ask an administrator to make you one.'],
  'agent-busy': [409, 'A call is yours, or your telephone rings. Do this when the talk is over.'],
  'no-talk': [409, 'You are in no talk. Do this while you talk with the family.'],
  'not-your-talk': [409, 'You had no such talk.'],
  'code-unknown': [422, 'No talk can be about this. /v1/staff/desk/me lists what it can be about.'],
  'card-is-typed': [409, 'The caller types a card just now. Do this when the payment is over.'],
  'agent-unknown': [404, 'No agent has this extension. /v1/staff/desk lists them.'],
  'own-extension': [409, 'This is your own extension.'],
  'agent-not-free': [409, 'This agent has a call already. Choose another, or the queue.'],
  'agent-unreachable': [409, 'The telephone of this agent is not registered. Choose another, or the queue.'],
  'other-account': [409, 'The caller was found under another account. Open that one, or end the talk first.'],
  'no-supervisor': [409, 'You are none of the supervisors at the desk. Ask an administrator to make you one.'],
  'own-talk': [409, 'This is your own talk.'],
  'talk-over': [409, 'This talk is over, or there was none.'],
  taken: [409, 'Somebody listens to this talk already. The desk shows who.'],
  'no-phone': [409, 'Your telephone is not registered, so that it cannot be rung. Turn it on, and try again.'],
  'call-unknown': [404, 'There is no such call.'],
  'recording-unknown': [404, 'This call has no recording.'],
  'recording-not-ready': [409, 'The recording is not finished, or was lost. `faults` says which.'],
  'recording-away': [503, 'The recording cannot be fetched now. Try again in a minute.'],
  privileged: [403, 'The number is privileged (an attorney’s, say): nobody listens to its calls.'],
  'range-unsatisfiable': [416, 'The recording ends before this range begins.'],
  'changed-meanwhile': [412, 'Somebody else has changed it since. Get it again, and decide anew.'],
  'refund-unknown': [404, 'There is no such refund.'],
  'refund-decided': [409, 'The refund is in question no more: somebody has decided. Look at it again.'],
  'refund-faulty': [422, 'This cannot be decided as it was sent; `faults` says why.'],
  'cheque-unknown': [404, 'There is no such cheque.'],
  'cheque-elsewhere': [409, 'Somebody has done something else with this cheque. `faults` says what it is now.'],
  'cheque-faulty': [422, 'This cannot be done as it was sent; `faults` says why.'],
  'documents-unknown': [404, 'Nobody of this id has submitted pictures.'],
  'picture-unknown': [404, 'There is no picture of this side: it was deleted when its days were over.'],
  'picture-away': [503, 'The picture cannot be fetched now. Try again in a minute.'],
  'picture-sealed': [503, 'The key that this picture was encrypted with is not set. Tell whoever runs the system.'],
  'documents-changed': [412, 'Somebody else has decided meanwhile. `faults` says how it stands. Look at it again.'],
  'documents-decided': [409, 'This waits for no decision. `faults` says how it stands.'],
  'documents-faulty': [422, 'This cannot be decided as it was sent; `faults` says why.'],
  'version-needed': [428, 'Send the ETag of what you have seen as `If-Match`.'],
  'not-served-here': [503, 'This process does not do that. Ask another, or whoever runs it.'],
} as const satisfies Readonly<Record<string, readonly [number, string]>>;

export type ViewRefusal = keyof typeof refusals;

/** The problem of a refusal (RFC 9457). `faults`: codes of what is wrong. */
export function refuse(
  code: ViewRefusal,
  faults?: readonly string[],
  headers: Readonly<Record<string, string>> = {},
): Problem {
  const [status, detail] = refusals[code];
  return new Problem(status, detail, headers, { type: problemType(code), ...(faults && { faults }) });
}

import { acts, type Act, type Role, type Who } from './acts.ts';

const _ = undefined;
const A = 'agent';
const S = 'supervisor';
const I = 'investigator';
const F = 'facility-staff';
const M = 'administrator';
const K = 'service-key';

/**
 * Who may do what: the one place where it is said. A facility's staff see what is of their facilities alone (facilities.ts); `agent.state` is one's own.
 * `service-key`: the acts that a key may be given. Families are not here: what they ask for is their own, which the door of families sees to.
 */
// prettier-ignore
const table: Readonly<Record<Act, readonly (Who | undefined)[]>> = {
  'number.read':      [A, S, I, _, _, K],
  'block.place':      [A, S, _, _, _, K],
  'block.lift':       [A, S, _, _, _, K],
  'account.read':     [A, S, I, _, _, _],
  'statement.read':   [A, S, I, _, _, _],
  'deposit.take':     [A, S, _, _, _, _],
  'refund.read':      [A, S, _, _, _, _],
  'refund.decide':    [_, S, _, _, _, _],
  'cheque.read':      [A, S, _, _, _, _],
  'cheque.handle':    [_, S, _, _, _, _],
  'call.read':        [A, S, I, F, _, K],
  'recording.read':   [_, S, I, F, _, _],
  'recording.listen': [_, S, I, _, _, _],
  'live.read':        [A, S, I, F, _, _],
  'live.listen':      [_, S, _, _, _, _],
  'queue.read':       [A, S, _, _, _, K],
  'agent.state':      [A, S, _, _, _, _],
  'phone.use':        [A, S, _, _, _, _],
  'agent.manage':     [_, S, _, _, M, _],
  'document.view':    [_, S, _, _, M, _],
  'document.decide':  [_, S, _, _, M, _],
  'question.read':    [A, S, _, _, _, K],
  'question.ask':     [_, _, _, _, _, K],
  'question.answer':  [A, S, _, _, _, K],
  'audit.read':       [_, S, I, _, M, _],
  'figures.read':     [A, S, I, F, M, _],
  'person.read':      [A, S, I, F, _, _],
  'staff.manage':     [_, _, _, _, M, _],
  'self.manage':      [A, S, I, F, M, _],
};

/** Whether somebody who is this may do that. */
export const may = (who: Who, act: Act): boolean => table[act].includes(who);

/** Everything that a role may do. */
export const actsOf = (role: Role): readonly Act[] => acts.filter((act) => may(role, act));

/** Whether a role signs in with a second factor or does nothing: whoever could make anybody anything (OWASP ASVS 4.3.1). */
export const needsCode = (role: Role): boolean => may(role, 'staff.manage');

/** What a service key may be given. */
export const actsOfKeys: readonly Act[] = acts.filter((act) => may('service-key', act));

import type { Answered } from '../../menu/ask-again.ts';
import { SecretDigits } from '../../menu/secret-digits.ts';
import { prompt } from '../../prompt.ts';
import { findFacility } from '../find/find-facility.ts';
import type { Account, AccountWanted } from '../ports.ts';
import type { Visit } from '../visit.ts';
import { acceptTerms, termsPrompts } from './accept-terms.ts';
import { choosePasscode } from './choose-passcode.ts';

/**
 * Opens an account with the calling number (guide rows 28, 37, 39), to be finished on the web. Everything is asked before anything is
 * written down: whoever hangs up earlier leaves nothing. The passcode is wiped whichever way the caller leaves.
 */
export async function openAccount(visit: Visit): Promise<Answered<Account>> {
  const { line, ports } = visit;
  const terms = await ports.openings.terms();
  const told = terms && termsPrompts(terms, ports.today);
  if (!told || (await ports.openings.standing()) !== 'free') return agentOnly(visit);
  await line.say(prompt('open.begin'));
  const facility = await findFacility(line, ports.facilities);
  if (facility.kind !== 'answer') return facility;
  const passcode = new SecretDigits();
  try {
    const chosen = await choosePasscode(visit, passcode);
    if (chosen.kind !== 'answer') return chosen;
    const accepted = await acceptTerms(line, told);
    if (accepted.kind !== 'answer') return accepted;
    if (accepted.value)
      return await open(visit, { facility: facility.value, language: line.language, passcode, terms });
  } finally {
    passcode.wipe();
  }
  await line.say(prompt('open.not-opened'));
  return { kind: 'back' };
}

async function open(visit: Visit, wanted: AccountWanted): Promise<Answered<Account>> {
  const { line, ports } = visit;
  const opened = await ports.openings.open(wanted);
  if (opened.kind === 'refused') return agentOnly(visit);
  if (opened.kind === 'taken') {
    await line.say(prompt('open.taken'));
    // Two calls from one number at once: the other one's account is as good to pay into.
    const account = await ports.accounts.ofCaller();
    return account ? visit.found(account) : { kind: 'agent' };
  }
  // Known from now on, and by the passcode as well: a caller who hangs up in the next sentence has the account all the same.
  const account = visit.found(opened.account, 'proven');
  await line.say(prompt('open.done', { reference: { kind: 'reference', digits: opened.number } }));
  if (opened.blockedEverywhere) await line.say(prompt('open.blocked'));
  await line.say(prompt('open.web'));
  return account;
}

async function agentOnly({ line }: Visit): Promise<Answered<Account>> {
  await line.say(prompt('open.agent-only'));
  return { kind: 'agent' };
}

import { openByPhone } from '#accounts/enrolment/open-by-phone.ts';
import { usMobile } from '#accounts/funding/mobile.ts';
import type { PasscodeProof } from '#accounts/passcode/proof.ts';
import { weaknessOf } from '#accounts/passcode/weakness.ts';
import { dayOf } from '#accounts/refunds/due-days.ts';
import { accountsOfNumber } from '#db/account-look-up.ts';
import type { Database } from '#db/connect.ts';
import { facilityChoice } from '#db/facility-directory.ts';
import { serviceTermsOn } from '#db/service-terms.ts';
import type { Openings } from '#flows/family-line/ports.ts';
import type { SecretDigits } from '#flows/menu/secret-digits.ts';
import type { FamilyLineHouse } from './house.ts';

interface Opener {
  readonly callId: string;
  /** E.164; undefined: withheld. */
  readonly callingNumber: string | undefined;
  readonly passcodes: FamilyLineHouse['passcodes'];
  /** Of the accounts whose passcode was said in this call: one that is opened joins them. */
  readonly proofs: Map<string, PasscodeProof>;
}

/** Accounts that are opened in one call with its calling number (guide rows 28, 37, 39). */
export function openingsOf(db: Database, { callId, callingNumber: number, passcodes, proofs }: Opener): Openings {
  return {
    standing: async () => {
      if (number === undefined || !isOurs(number)) return 'agent-only';
      const accounts = await accountsOfNumber(db, number);
      return accounts.some(({ status }) => status === 'open') ? 'taken' : 'free';
    },
    terms: async () => {
      const terms = await serviceTermsOn(db, dayOf(passcodes.now()));
      if (!terms) return undefined;
      const [year = 0, month = 0, day = 0] = terms.inForceFrom.split('-').map(Number);
      return { version: terms.version, from: { year, month, day } };
    },
    tooEasy: (passcode) =>
      weaknessOf(textOf(passcode), { numbers: number === undefined ? [] : [number], accountNumber: '' }) !== undefined,
    open: async ({ facility: { id }, language, passcode, terms }) => {
      // The rules take a text; it lives no longer than their look at it.
      const chosen = textOf(passcode);
      const facility = await facilityChoice(db, id);
      if (number === undefined || !isOurs(number) || !facility) return { kind: 'refused' };
      const wanted = { callId, number, facility, language, passcode: chosen, terms: terms.version };
      const opened = await openByPhone(db, passcodes, wanted);
      if (opened.kind === 'refused') return { kind: opened.reason === 'number-has-account' ? 'taken' : 'refused' };
      const { accountId, accountNumber, blockedEverywhere, proof } = opened;
      proofs.set(accountId, proof);
      return { kind: 'opened', account: { id: accountId }, number: accountNumber, blockedEverywhere };
    },
  };
}

/** A telephone of the United States that may be a mobile, as far as its number tells: receipts go there as texts. */
const isOurs = (number: string): boolean => usMobile(number).kind === 'mobile';

const textOf = ({ bytes }: SecretDigits): string => Buffer.from(bytes).toString('latin1');

import { unblock } from '#accounts/blocks.ts';
import { checkPasscode } from '#accounts/passcode/check-passcode.ts';
import type { PasscodeProof } from '#accounts/passcode/proof.ts';
import { leaveFunding } from '#accounts/funding/enrolment.ts';
import { accountsOfNumber } from '#db/account-look-up.ts';
import { activeBlocks } from '#db/block-list.ts';
import { placeBlock } from '#db/blocks.ts';
import type { Database } from '#db/connect.ts';
import { facilitiesThatCalled } from '#db/facilities-that-called.ts';
import { fundingPlan } from '#db/funding.ts';
import { balanceOf } from '#db/ledger.ts';
import { transactionsOf } from '#db/statements.ts';
import type { Agents, Messages, Ports } from '#flows/family-line/ports.ts';
import type { Log } from '../cdr/call-record.ts';
import type { FamilyLineHouse } from './house.ts';
import { directoryOf } from './directory.ts';
import { accountTyped, theOpenOne } from './open-account.ts';
import { openingsOf } from './openings.ts';
import { pacific } from './pacific.ts';
import { LinePayments } from './payments.ts';

export interface LineCall {
  readonly id: string;
  /** E.164; undefined: withheld. */
  readonly callingNumber: string | undefined;
  readonly log: Pick<Log, 'error'>;
  /** The queue of agents, as this call enters it. */
  readonly agents: Agents;
  /** The message that this call may leave. */
  readonly messages: Messages;
}

/** Facilities that called before this are not offered to be blocked. */
const callersMs = 90 * 24 * 60 * 60_000;

/** The ports of the 866 line on the rules and the database of the house, for one call. */
export function portsOf(
  db: Database,
  house: FamilyLineHouse,
  { id: callId, callingNumber, log, agents, messages }: LineCall,
): Ports & { readonly payments: LinePayments } {
  const now = () => house.deposits.now();
  const by = { kind: 'phone-line', id: callId } as const;
  /** Of the accounts whose passcode was said in this call. */
  const proofs = new Map<string, PasscodeProof>();

  return {
    today: pacific(now()),
    callingNumber,
    agents,
    messages,
    payments: new LinePayments(db, house, { callId, callingNumber }, log),
    accounts: {
      ofCaller: async () =>
        callingNumber === undefined ? undefined : theOpenOne(await accountsOfNumber(db, callingNumber)),
      find: (typed) => accountTyped(db, typed),
      checkPasscode: async ({ id }, typed) => {
        // The rules take a text; it lives no longer than their look at it.
        const passcode = Buffer.from(typed.bytes).toString('latin1');
        const check = await checkPasscode(db, house.passcodes, { accountId: id, passcode, by });
        if (check.kind === 'right') proofs.set(id, check.proof);
        return check.kind === 'not-four-digits' ? 'wrong' : check.kind;
      },
      overview: async ({ id }) => {
        const { balanceCents } = await balanceOf(db, id);
        const { transactions } = await transactionsOf(db, id, { limit: 3, only: 'deposits' });
        return { balanceCents, deposits: transactions.map(({ at, cents }) => ({ date: pacific(at), cents })) };
      },
    },
    facilities: directoryOf(db),
    openings: openingsOf(db, { callId, callingNumber, passcodes: house.passcodes, proofs }),
    blocks: {
      callers: (number) => facilitiesThatCalled(db, number, new Date(now().getTime() - callersMs)),
      place: async (number, scope) => {
        const blocked = scope === 'all' ? scope : { facilityId: scope.id };
        await placeBlock(db, { number, scope: blocked, by: { kind: 'phone-line', callId }, reason: 'on the 866 line' });
      },
      of: async (number) => {
        const { blocks } = await activeBlocks(db, { number }, { limit: 100 });
        return blocks.map(({ site }) => (site === 'all' ? site : { id: site.facilityId, name: site.name }));
      },
      lift: async (number, scope, { id: accountId }) => {
        const proof = proofs.get(accountId);
        const { kind } = await unblock(db, {
          ...{ number, scope: scope === 'all' ? scope : { facilityId: scope.id }, at: now() },
          ...{ by: { kind: 'phone-line', id: accountId, callId }, reason: 'on the 866 line, with the passcode' },
          ...(proof && { said: { accountId, proof } }),
        });
        // One that is gone meanwhile is what was asked for.
        return kind === 'not-allowed' ? 'agent-only' : 'lifted';
      },
    },
    funding: {
      of: async ({ id }) => {
        const plan = await fundingPlan(db, id);
        return plan ? { kind: plan.mode, cents: plan.amountCents } : { kind: 'off' };
      },
      turnOff: async ({ id }) => {
        await leaveFunding(db, house.funding, { accountId: id, by, key: `line:${callId}:off` });
      },
    },
  };
}

import { checkPasscode } from '#accounts/passcode/check-passcode.ts';
import { leaveFunding } from '#accounts/funding/enrolment.ts';
import { callableNumber } from '#accounts/numbers/callable-number.ts';
import { accountByNumber, accountsOfNumber } from '#db/account-look-up.ts';
import { blockHistory, placeBlock } from '#db/blocks.ts';
import type { Database } from '#db/connect.ts';
import { facilitiesThatCalled } from '#db/facilities-that-called.ts';
import { findFacility } from '#db/facilities.ts';
import { fundingPlan } from '#db/funding.ts';
import { balanceOf } from '#db/ledger.ts';
import { transactionsOf } from '#db/statements.ts';
import type { Account, Agents, Ports, Scope } from '#flows/family-line/ports.ts';
import type { FamilyLineHouse } from './house.ts';
import { pacific } from './pacific.ts';
import { LinePayments } from './payments.ts';

export interface LineCall {
  readonly id: string;
  /** E.164; undefined: withheld. */
  readonly callingNumber: string | undefined;
}

/** Facilities that called before this are not offered to be blocked. */
const callersMs = 90 * 24 * 60 * 60_000;
/** "5:00 a. m. a 9:00 p. m., hora del Pacífico": guide row 25. */
const hours = { opens: { hour: 5, minute: 0 }, closes: { hour: 21, minute: 0 } } as const;

/** The ports of the 866 line on the rules and the database of the house, for one call. */
export function portsOf(db: Database, house: FamilyLineHouse, { id: callId, callingNumber }: LineCall): Ports {
  const now = () => house.deposits.now();
  const by = { kind: 'phone-line', id: callId } as const;

  /** One open account, or none: between several only a typed account number can choose. */
  const openAccountOf = async (number: string): Promise<Account | undefined> => {
    const open = (await accountsOfNumber(db, number)).filter(({ status }) => status === 'open');
    return open.length === 1 && open[0] ? { id: open[0].id } : undefined;
  };

  const agents: Agents = {
    hours,
    open: async () => {
      const { hour } = pacific(now());
      return hour >= hours.opens.hour && hour < hours.closes.hour;
    },
    // There is no desk yet at which a call could ring.
    connect: async () => 'nobody',
  };

  return {
    today: pacific(now()),
    callingNumber,
    agents,
    payments: new LinePayments(db, house, callId),
    accounts: {
      ofCaller: async () => (callingNumber === undefined ? undefined : openAccountOf(callingNumber)),
      find: async (typed) => {
        const account = await accountByNumber(db, typed);
        if (account) return account.status === 'open' ? { id: account.id } : undefined;
        const callable = callableNumber(typed);
        return callable.kind === 'number' ? openAccountOf(callable.number) : undefined;
      },
      checkPasscode: async ({ id }, typed) => {
        // The rules take a text; it lives no longer than their look at it.
        const passcode = Buffer.from(typed.bytes).toString('latin1');
        const { kind } = await checkPasscode(db, house.passcodes, { accountId: id, passcode, by });
        return kind === 'not-four-digits' ? 'wrong' : kind;
      },
      overview: async ({ id }) => {
        const { balanceCents } = await balanceOf(db, id);
        const { transactions } = await transactionsOf(db, id, { limit: 20 });
        const deposits = transactions.filter(({ cents, kind }) => cents > 0 && kind.includes('deposit'));
        return { balanceCents, deposits: deposits.map(({ at, cents }) => ({ date: pacific(at), cents })) };
      },
    },
    blocks: {
      callers: (number) => facilitiesThatCalled(db, number, new Date(now().getTime() - callersMs)),
      // Facilities have no numbers of their own yet.
      facility: async () => undefined,
      place: async (number, scope) => {
        const blocked = scope === 'all' ? scope : { facilityId: scope.id };
        await placeBlock(db, { number, scope: blocked, by: { kind: 'phone-line', callId }, reason: 'on the 866 line' });
      },
      of: async (number) => {
        const active = (await blockHistory(db, number)).filter(({ lifted }) => lifted === undefined);
        return Promise.all(active.map(({ scope }) => scopeOf(db, scope)));
      },
      // accounts/blocks.ts lets the line lift nothing: it does not know a passcode's proof yet.
      lift: async () => 'agent-only',
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

async function scopeOf(db: Database, scope: { readonly facilityId: string } | 'all'): Promise<Scope> {
  if (scope === 'all') return 'all';
  const facility = await findFacility(db, scope.facilityId);
  return { id: scope.facilityId, name: facility?.name ?? scope.facilityId };
}

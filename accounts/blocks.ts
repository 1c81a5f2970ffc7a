import { accountOf, type AccountStanding } from '#db/accounts.ts';
import {
  activeBlock,
  liftBlock,
  placeBlock,
  wasPlaced,
  type Actor,
  type ActorKind,
  type Block,
  type BlockScope,
} from '#db/blocks.ts';
import type { Database } from '#db/connect.ts';

/**
 * Who may lift a block, by who placed it (`rules.md`, guide rows 13-22):
 *
 *   lifted by          placed by key   by phone line   by web   by agent   by closing
 *   called-party-key   same call       no              no       no         no
 *   phone-line         no              no              no       no         no
 *   web                with account    with account    with account        no
 *   agent              yes             yes             yes      yes        yes
 *   closing            no              no              no       no         no
 *
 * Without an open account only an agent lifts, after having verified who asks. A block that came from closing an account falls under that
 * rule for good: the account that could have lifted it is gone.
 */
type Rule = 'yes' | 'no' | 'same-call' | 'with-account';

const never: Record<ActorKind, Rule> = {
  'called-party-key': 'no',
  'phone-line': 'no',
  web: 'no',
  agent: 'no',
  closing: 'no',
};

const rules: Readonly<Record<ActorKind, Readonly<Record<ActorKind, Rule>>>> = {
  'called-party-key': { ...never, 'called-party-key': 'same-call' },
  'phone-line': never,
  web: {
    'called-party-key': 'with-account',
    'phone-line': 'with-account',
    web: 'with-account',
    agent: 'with-account',
    closing: 'no',
  },
  agent: { 'called-party-key': 'yes', 'phone-line': 'yes', web: 'yes', agent: 'yes', closing: 'yes' },
  closing: never,
};

/** Whether `by` may lift a block that `placed` placed on a number whose account stands so. */
export function mayLift(by: Actor, placed: Actor, account: AccountStanding): boolean {
  const rule = rules[by.kind][placed.kind];
  switch (rule) {
    case 'yes':
      return true;
    case 'no':
      return false;
    case 'same-call':
      return by.callId !== undefined && by.callId === placed.callId;
    case 'with-account':
      return account === 'open';
  }
}

export type Lifting =
  | { readonly kind: 'lifted'; readonly block: Block }
  | { readonly kind: 'not-blocked' }
  | { readonly kind: 'not-allowed'; readonly block: Block };

export interface Lift {
  /** E.164. */
  readonly number: string;
  readonly scope: BlockScope;
  readonly by: Actor;
  readonly reason: string;
  readonly at?: Date;
}

/** Lifts the active block of this number and scope if `by` may. Committed and on disk when this returns. */
export async function unblock(db: Database, lift: Lift): Promise<Lifting> {
  return db.transaction().execute(async (trx): Promise<Lifting> => {
    const block = await activeBlock(trx, lift.number, lift.scope, { lock: true });
    if (!block) return { kind: 'not-blocked' };
    const account = await accountOf(trx, lift.number);
    if (!mayLift(lift.by, block.placed.by, account)) return { kind: 'not-allowed', block };
    await liftBlock(trx, block.id, { by: lift.by, reason: lift.reason, ...(lift.at && { at: lift.at }) });
    return { kind: 'lifted', block };
  });
}

/** The call in which a called party presses the block key: the facility that calls, the number that rings. */
export interface KeyInCall {
  /** E.164. */
  readonly number: string;
  readonly facilityId: string;
  readonly callId: string;
  readonly at?: Date;
}

const byKey = (callId: string): Actor => ({ kind: 'called-party-key', callId });

/**
 * The called party pressed the block key: no call from this facility rings this number again. Nobody is asked twice, so pressing again, or
 * when there is a block already, is the same as once; with `at`, the same press (call and time) places no second block ever. The block is on
 * disk when this returns. Throws DatabaseUnavailable; may be tried again.
 */
export async function blockByKey(db: Database, key: KeyInCall): Promise<'placed' | 'already-blocked'> {
  const { number, facilityId, callId, at } = key;
  const reason = 'block key pressed during the offer';
  // What waited for the database may have come through before, and may have been lifted since.
  if (at && (await wasPlaced(db, { number, facilityId, callId, at }))) return 'already-blocked';
  return placeBlock(db, { number, scope: { facilityId }, by: byKey(callId), reason, ...(at && { at }) });
}

/**
 * The called party undoes, in the same call, the block they have just placed. A block that was there before, or that somebody else placed,
 * stays. Tried again after a cut-off it finds 'not-blocked', which is what was asked for.
 */
export async function undoBlockByKey(db: Database, key: KeyInCall): Promise<Lifting> {
  const { number, facilityId, callId, at } = key;
  const reason = 'undone by key in the same call';
  return unblock(db, { number, scope: { facilityId }, by: byKey(callId), reason, ...(at && { at }) });
}

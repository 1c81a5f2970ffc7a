import { accountOf, type AccountStanding } from '#db/accounts.ts';
import { openAccountsOf } from '#db/account-numbers.ts';
import {
  activeBlock,
  findBlock,
  liftBlock,
  placeBlock,
  wasPlaced,
  type Actor,
  type ActorKind,
  type Block,
  type BlockScope,
} from '#db/blocks.ts';
import { accountStatus } from '#db/closing.ts';
import type { Database } from '#db/connect.ts';
import { lacksOf } from '#db/enrolments.ts';
import type { PasscodeProof } from './passcode/proof.ts';

/**
 * Who may lift a block, by who placed it (`rules.md`, guide rows 13-22):
 *
 *   lifted by          placed by key   by phone line   by web   by agent   by closing
 *   called-party-key   same call       no              no       no         no
 *   phone-line         with passcode   with passcode   with passcode       no
 *   web                with account    with account    with account        no
 *   agent              yes             yes             yes      yes        yes
 *   closing            no              no              no       no         no
 *
 * Without an open account only an agent lifts, after having verified who asks. A block that came from closing an account falls under that
 * rule for good: the account that could have lifted it is gone. On the phone line the number that calls proves nothing, as it can be forged: the
 * passcode of an account that answers for the number does, unless anybody may have opened that account with a forged number (proves()).
 */
type Rule = 'yes' | 'no' | 'same-call' | 'with-account' | 'with-passcode';

const never: Record<ActorKind, Rule> = {
  'called-party-key': 'no',
  'phone-line': 'no',
  web: 'no',
  agent: 'no',
  closing: 'no',
};

const rules: Readonly<Record<ActorKind, Readonly<Record<ActorKind, Rule>>>> = {
  'called-party-key': { ...never, 'called-party-key': 'same-call' },
  'phone-line': {
    'called-party-key': 'with-passcode',
    'phone-line': 'with-passcode',
    web: 'with-passcode',
    agent: 'with-passcode',
    closing: 'no',
  },
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

/** How a number stands with accounts; `passcode`: that of an account which answers for it was just said, and proves() is content with it. */
export interface NumberStanding {
  readonly account: AccountStanding;
  readonly passcode: boolean;
}

/** Whether `by` may lift a block that `placed` placed on a number that stands so. */
export function mayLift(by: Actor, placed: Actor, { account, passcode }: NumberStanding): boolean {
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
    case 'with-passcode':
      return account === 'open' && passcode;
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
  /** The passcode of an account was said in this call (guide rows 17, 28). */
  readonly said?: { readonly accountId: string; readonly proof: PasscodeProof };
}

/** Lifts the active block of this number and scope if `by` may. Committed and on disk when this returns. */
export async function unblock(db: Database, lift: Lift): Promise<Lifting> {
  return db.transaction().execute(async (trx): Promise<Lifting> => {
    const passcode = await proves(trx, lift);
    const block = await activeBlock(trx, lift.number, lift.scope, { lock: true });
    if (!block) return { kind: 'not-blocked' };
    const account = await accountOf(trx, lift.number);
    if (!mayLift(lift.by, block.placed.by, { account, passcode })) return { kind: 'not-allowed', block };
    await liftBlock(trx, block.id, { by: lift.by, reason: lift.reason, ...(lift.at && { at: lift.at }) });
    return { kind: 'lifted', block };
  });
}

/** `not-active`: somebody else lifted it before. */
export type LiftingOfBlock =
  { readonly kind: 'lifted' | 'not-allowed' | 'not-active'; readonly block: Block } | { readonly kind: 'unknown' };

/** Lifts one block, as `by` may; of two who do so at once one lifts it. Within the caller's transaction. */
export async function liftOne(
  trx: Database,
  { blockId, by, reason, at }: Pick<Lift, 'by' | 'reason'> & { readonly blockId: string; readonly at: Date },
): Promise<LiftingOfBlock> {
  const block = await findBlock(trx, blockId, { lock: true });
  if (!block) return { kind: 'unknown' };
  if (block.lifted) return { kind: 'not-active', block };
  const account = await accountOf(trx, block.number);
  if (!mayLift(by, block.placed.by, { account, passcode: false })) return { kind: 'not-allowed', block };
  await liftBlock(trx, blockId, { by, reason, at });
  return { kind: 'lifted', block: (await findBlock(trx, blockId)) ?? block };
}

/**
 * Whether the passcode that was said speaks for this number: said just now, of an open account that answers for it. An account that was opened on
 * the phone line and not finished since does not: whoever forged the number could have opened it to lift the block.
 */
async function proves(trx: Database, { number, said, at = new Date() }: Lift): Promise<boolean> {
  if (!said?.proof.stands(said.accountId, at)) return false;
  const { accountId } = said;
  // Nobody closes the account, or takes the number from it, before the block is lifted.
  if ((await accountStatus(trx, accountId, { lock: true })) !== 'open') return false;
  if (!(await openAccountsOf(trx, number)).includes(accountId)) return false;
  return (await lacksOf(trx, accountId)).length === 0;
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

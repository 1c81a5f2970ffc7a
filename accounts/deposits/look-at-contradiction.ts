import type { Database } from '#db/connect.ts';
import { decideContradiction, findContradiction, type DepositContradiction } from '#db/deposit-contradictions.ts';
import { depositCapturedAs, findDeposit } from '#db/deposits.ts';
import type { DepositDeps } from './deposit-by-card.ts';
import { settleIn } from './settle.ts';

export interface ContradictionAct {
  readonly depositId: string;
  readonly agentId: string;
  /** What was found out with the gateway, and what was done. */
  readonly reason: string;
}

/** The gateway took the money, under this id of its own, although what it answers says otherwise: it is posted. */
export type CapturedAct = ContradictionAct & { readonly gatewayId: string };

export type ContradictionResult =
  | { readonly kind: 'decided'; readonly contradiction: DepositContradiction }
  /** By somebody else, or otherwise: as it was then. */
  | { readonly kind: 'decided-before'; readonly contradiction: DepositContradiction }
  | { readonly kind: 'refused'; readonly code: ContradictionFault };

export type ContradictionFault =
  | 'agent-missing'
  | 'reason-missing'
  | 'unknown-contradiction'
  /** The gateway does not say that it took it. */
  | 'not-captured'
  /** None was given, it is another deposit's, or the deposit was captured under another. */
  | 'gateway-id-taken';

const refused = (code: ContradictionFault): ContradictionResult => ({ kind: 'refused', code });

/**
 * An agent has looked at a deposit of which our books and the gateway say different things, and says what came of it; it leaves the list
 * (openContradictions) then. Moves no money. On disk when this returns; the same act again is answered as it was. Throws DatabaseUnavailable.
 */
export async function lookAtContradiction(
  db: Database,
  { now }: Pick<DepositDeps, 'now'>,
  act: ContradictionAct,
): Promise<ContradictionResult> {
  return decide(db, now, act, 'looked-at', async () => undefined);
}

/**
 * An agent has found that a deposit we have as declined was taken, of which the gateway's answer is stale: it is posted as if the gateway had
 * said so. On disk when this returns; the same act again is answered as it was. Throws DatabaseUnavailable.
 */
export async function captureContradiction(
  deps: Pick<DepositDeps, 'db' | 'now' | 'onSettled'>,
  act: CapturedAct,
): Promise<ContradictionResult> {
  const { depositId, gatewayId } = act;
  return decide(deps.db, deps.now, act, 'captured', async (trx, { theirs }) => {
    if (theirs !== 'captured') return 'not-captured';
    const capturedAs = await depositCapturedAs(trx, gatewayId);
    // The gateway told it itself meanwhile.
    if (capturedAs === depositId) return undefined;
    const otherwise = (await findDeposit(trx, depositId))?.state === 'captured';
    if (gatewayId === '' || capturedAs !== undefined || otherwise) return 'gateway-id-taken';
    await settleIn(trx, deps, depositId, { kind: 'captured', gatewayId });
    return undefined;
  });
}

async function decide(
  db: Database,
  now: () => Date,
  { depositId, agentId: byId, reason }: ContradictionAct,
  kind: 'looked-at' | 'captured',
  work: (trx: Database, contradiction: DepositContradiction) => Promise<ContradictionFault | undefined>,
): Promise<ContradictionResult> {
  if (byId === '') return refused('agent-missing');
  if (reason.trim() === '') return refused('reason-missing');
  return db.transaction().execute(async (trx): Promise<ContradictionResult> => {
    // The deposit, then what contradicts it: in this order whoever takes them.
    await findDeposit(trx, depositId, { lock: true });
    const contradiction = await findContradiction(trx, depositId, { lock: true });
    if (!contradiction) return refused('unknown-contradiction');
    const before = contradiction.decided;
    if (before) {
      const same = before.kind === kind && before.byId === byId && before.reason === reason;
      return { kind: same ? 'decided' : 'decided-before', contradiction };
    }
    const fault = await work(trx, contradiction);
    if (fault) return refused(fault);
    const decided = { kind, byId, reason, at: now() };
    await decideContradiction(trx, depositId, decided);
    return { kind: 'decided', contradiction: { ...contradiction, decided } };
  });
}

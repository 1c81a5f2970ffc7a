import type { Database } from '#db/connect.ts';
import { decideContradiction, findContradiction, type DepositContradiction } from '#db/deposit-contradictions.ts';

export interface ContradictionAct {
  readonly depositId: string;
  readonly agentId: string;
  /** What was found out with the gateway, and what was done. */
  readonly reason: string;
}

export type ContradictionResult =
  | { readonly kind: 'decided'; readonly contradiction: DepositContradiction }
  /** By somebody else, or otherwise: as it was then. */
  | { readonly kind: 'decided-before'; readonly contradiction: DepositContradiction }
  | { readonly kind: 'refused'; readonly code: 'agent-missing' | 'reason-missing' | 'unknown-contradiction' };

/**
 * An agent has looked at a deposit of which our books and the gateway say different things, and says what came of it; it leaves the list
 * (openContradictions) then. Moves no money. On disk when this returns; the same act again is answered as it was. Throws DatabaseUnavailable.
 */
export async function lookAtContradiction(
  db: Database,
  { now }: { readonly now: () => Date },
  { depositId, agentId: byId, reason }: ContradictionAct,
): Promise<ContradictionResult> {
  if (byId === '') return { kind: 'refused', code: 'agent-missing' };
  if (reason.trim() === '') return { kind: 'refused', code: 'reason-missing' };
  return db.transaction().execute(async (trx): Promise<ContradictionResult> => {
    const contradiction = await findContradiction(trx, depositId, { lock: true });
    if (!contradiction) return { kind: 'refused', code: 'unknown-contradiction' };
    const before = contradiction.decided;
    if (before) {
      const same = before.byId === byId && before.reason === reason;
      return { kind: same ? 'decided' : 'decided-before', contradiction };
    }
    const decided = { byId, reason, at: now() };
    await decideContradiction(trx, depositId, decided);
    return { kind: 'decided', contradiction: { ...contradiction, decided } };
  });
}

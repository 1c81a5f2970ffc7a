import type { Database } from '#db/connect.ts';
import { endLine, findFile, takeLine, unfinishedFiles, type LineEnd } from '#db/lockbox.ts';
import { findPayment, lockItem, type Payment } from '#db/payments.ts';
import { isUnavailable } from '#db/unavailable.ts';
import { enterIn, type PaymentResult } from '../enter-payment.ts';
import type { PaymentItem } from '../item.ts';
import type { RailDeps } from '../ports.ts';
import { refusingReuse } from '../reuse.ts';

/**
 * Posts the lines of a file that still wait, each in its own transaction. May run in any number of processes, and die at any point: a line is
 * posted and marked together. Returns how many it posted. Throws DatabaseUnavailable.
 */
export async function finishFile(db: Database, deps: RailDeps, fileId: string): Promise<number> {
  const file = await findFile(db, { id: fileId });
  let posted = 0;
  // A key that two lines share at this very moment: one of them is posted, and the other looked at again.
  while (file && (await refusingReuse(postLine(db, deps, fileId, file.importedBy)))) posted++;
  return posted;
}

/**
 * The same for every file that somebody died over. Returns how many lines it posted. A file that cannot be finished does not keep the others
 * waiting; what hindered the first is thrown in the end. Throws DatabaseUnavailable at once.
 */
export async function finishFiles(db: Database, deps: RailDeps): Promise<number> {
  let posted = 0;
  const faults: Error[] = [];
  for (const id of await unfinishedFiles(db)) {
    try {
      posted += await finishFile(db, deps, id);
    } catch (error) {
      if (isUnavailable(error)) throw error;
      faults.push(error instanceof Error ? error : new Error('A lockbox file cannot be finished.', { cause: error }));
    }
  }
  const [first] = faults;
  if (first) throw first;
  return posted;
}

async function postLine(db: Database, deps: RailDeps, fileId: string, agentId: string): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const waiting = await takeLine(trx, fileId);
    if (!waiting) return false;
    // What itemOf() took when the file was read.
    const item = waiting.item as unknown as PaymentItem;
    await lockItem(trx, item);
    // A line is posted and marked together: what is there already was there before this line.
    const before = await findPayment(trx, { key: waiting.itemKey });
    const order = { key: waiting.itemKey, item, source: 'lockbox', agentId, unmatched: 'suspend' } as const;
    const result = await enterIn(trx, deps, order);
    await endLine(trx, fileId, waiting.line, before ? repeated(result, before) : endOf(result));
    return true;
  });
}

function endOf(result: PaymentResult): LineEnd {
  if (result.kind === 'refused') return { state: 'rejected', reason: result.code };
  if (result.kind === 'entered-before') return repeated(result, result.payment);
  const paymentId = result.payment.id;
  if (result.kind === 'on-account') return { state: 'on-account', paymentId };
  return { state: 'in-suspense', paymentId, reason: result.why };
}

/** Another file, another line, or an agent was before it. */
function repeated(result: PaymentResult, { id: paymentId }: Payment): LineEnd {
  if (result.kind === 'refused') return { state: 'rejected', paymentId, reason: result.code };
  // The same issuer, number and day for another amount: one of the two was misread.
  const otherwise = result.kind === 'entered-before' && !result.sameAmount;
  return otherwise
    ? { state: 'rejected', paymentId, reason: 'entered-for-another-amount' }
    : { state: 'duplicate', paymentId };
}

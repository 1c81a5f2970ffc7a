import type { Payee } from '#db/cheques.ts';
import type { Database } from '#db/connect.ts';
import type { CardGateway } from '../cards/gateway.ts';
import type { ContactOf } from '../notices/contact.ts';
import type { RefundNotice } from './notices.ts';

/** What giving money back needs of the account's profile and of the notices. */
export interface HolderDeps {
  readonly now: () => Date;
  /** Undefined: nobody has written a whole address down yet. */
  readonly payeeOf: (db: Database, accountId: string) => Promise<Payee | undefined>;
  readonly contactOf: ContactOf;
  /** Writes a notice down to be sent, in the transaction of its cause. One whose key was told before is not told again. */
  readonly notify: (trx: Database, notice: RefundNotice) => Promise<void>;
}

/** Each point at which a process may die; whatever was done before it stays done, and the rest is done again. */
export type RefundStep = 'taken' | 'asked' | 'ended';

export interface RefundDeps extends HolderDeps {
  readonly gateway: Pick<CardGateway, 'refund' | 'refundOutcomeOf'>;
  /** Told at each step; throwing here is dying there. */
  readonly onStep?: (step: RefundStep, refundId: string) => void;
}

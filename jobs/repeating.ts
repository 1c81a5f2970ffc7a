import { releaseExpiredHolds } from './release-holds.ts';
import { resolveDeposits } from './resolve-deposits.ts';
import { giveOutMessages } from '#db/desk/messages.ts';
import { forgetIdentityLeavings } from '#db/forget-identities.ts';
import { pruneEvents } from '#db/events.ts';
import { pruneOutbox } from '#db/outbox.ts';
import { sweepDocuments, type SweepDeps } from '#accounts/documents/sweep.ts';
import type { DepositDeps } from '#accounts/deposits/deposit-by-card.ts';
import { forgetWhoAsked } from '#accounts/questions/ask.ts';
import { finishFiles } from '#accounts/rails/lockbox/finish.ts';
import type { RailDeps } from '#accounts/rails/ports.ts';
import { complainOfUnknownTopics } from './unknown-topics.ts';
import { sweepCarriedOut, sweepRefunds } from './refund.ts';
import { sweepNotices } from './send-notice.ts';
import { deleteMessages, keepLeftMessages } from './messages.ts';
import { sweepFunding } from './serve-low-balance.ts';
import { sweepLocks } from './tell-lock.ts';
import type { TopicsBench } from './topics.ts';

/** Work that comes round: of any number of processes one does it each time. A round that died or failed is followed by the next. */
export interface Repeating {
  readonly name: string;
  readonly everyMs: number;
  readonly work: () => Promise<unknown>;
}

/** What looking after pictures of identity documents takes. */
export type DocumentParts = Pick<SweepDeps, 'keys' | 'store' | 'keptDays'>;

export interface RepeatingBench extends TopicsBench {
  readonly documents?: DocumentParts;
  readonly deposits: DepositDeps;
  readonly rails: RailDeps;
  /** Topics that somebody takes. */
  readonly topics: readonly string[];
  /** Where voice messages lie until they are stored. */
  readonly messageFolder: string;
}

const MINUTE = 60_000;
const FORGET_AFTER_MS = 7 * 24 * 60 * MINUTE;
/** How long web and app layers may be away and miss nothing, milliseconds. */
const EVENTS_KEPT_MS = 30 * 24 * 60 * MINUTE;
/** A charge is left to whoever makes it, in milliseconds: longer than its longest request (two, or four, of 30 s). */
const CHARGE_MS = 3 * MINUTE;
/** Within the two hours in which the gateway finds even what is not indexed yet (stripe-gateway.ts). */
const ABANDON_MS = 60 * MINUTE;

export const repeatingOf = (bench: RepeatingBench): readonly Repeating[] => {
  const { db, log, now, deposits, rails, documents } = bench;
  const ago = (ms: number) => new Date(now().getTime() - ms);
  const resolve = { afterMs: CHARGE_MS, abandonMs: ABANDON_MS };
  return [
    { name: 'deposits', everyMs: MINUTE, work: () => resolveDeposits(deposits, resolve, log) },
    { name: 'holds', everyMs: MINUTE, work: () => releaseExpiredHolds(bench) },
    { name: 'funding', everyMs: 5 * MINUTE, work: () => sweepFunding(db, ago(5 * MINUTE)) },
    { name: 'refunds', everyMs: 5 * MINUTE, work: () => sweepRefunds(db, ago(5 * MINUTE)) },
    { name: 'refunds carried out', everyMs: 5 * MINUTE, work: () => sweepCarriedOut(db, ago(5 * MINUTE)) },
    { name: 'notices', everyMs: 5 * MINUTE, work: () => sweepNotices(db, ago(5 * MINUTE)) },
    { name: 'passcode locks', everyMs: 5 * MINUTE, work: () => sweepLocks(db, ago(5 * MINUTE)) },
    { name: 'messages left over', everyMs: MINUTE, work: () => keepLeftMessages(bench) },
    { name: 'messages', everyMs: 5 * MINUTE, work: () => giveOutMessages(db, ago(5 * MINUTE)) },
    { name: 'old messages', everyMs: 60 * MINUTE, work: () => deleteMessages(bench) },
    // Whoever imported it died: its lines wait.
    { name: 'lockbox', everyMs: 5 * MINUTE, work: () => finishFiles(db, rails) },
    { name: 'who asked', everyMs: 60 * MINUTE, work: () => forgetWhoAsked(db, now()) },
    { name: 'unknown topics', everyMs: MINUTE, work: () => complainOfUnknownTopics(bench) },
    { name: 'identities', everyMs: 10 * MINUTE, work: () => forgetIdentityLeavings(db, now()) },
    ...(documents
      ? [{ name: 'documents', everyMs: 10 * MINUTE, work: () => sweepDocuments({ ...documents, db, log, now }) }]
      : []),
    { name: 'events', everyMs: 60 * MINUTE, work: () => pruneEvents(db, ago(EVENTS_KEPT_MS)) },
    { name: 'outbox', everyMs: 10 * MINUTE, work: () => pruneOutbox(db, ago(FORGET_AFTER_MS)) },
  ];
};

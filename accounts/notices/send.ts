import { randomUUID } from 'node:crypto';
import type { Database } from '#db/connect.ts';
import {
  beginAttempt,
  endAttempt,
  findNotice,
  unclaimedMessages,
  type Ending,
  type StoredNotice,
} from '#db/notice-attempts.ts';
import { addOptOut, hasOptedOut } from '#db/text-opt-outs.ts';
import type { MailSender, Taken, TextSender } from './ports.ts';

/** How long an attempt is left to the process that began it; far longer than a sender waits for an answer. Milliseconds. */
const LEASE_MS = 120_000;
/** How long the provider is given to list what it took, before it is asked. Milliseconds. */
const ASK_AFTER_MS = 60_000;
/** News that could not be sent for so long is none: a TextPay question can be answered for 72 hours. Milliseconds. */
const STALE_MS = 72 * 3_600_000;

/** Each point at which a process may die; whatever was done before it stays done. */
export type SendStep = 'look' | 'claimed' | 'answered' | 'settled';

export interface SendDeps {
  readonly now: () => Date;
  readonly texts: TextSender;
  readonly mails: MailSender;
  /** Told before each step; throwing here is dying there. */
  readonly onStep?: (step: SendStep, noticeId: string) => void;
}

export type Sent =
  | { readonly kind: 'sent' | 'done-before' }
  | { readonly kind: 'failed'; readonly reason: string }
  /** An e-mail of which nobody can tell; it is not sent again. */
  | { readonly kind: 'unknown'; readonly reason: string }
  /** To be done again. */
  | { readonly kind: 'later'; readonly reason: string };

/**
 * Sends a notice; may be done again at any time, by any number of processes at once (decision 0011).
 *
 *   waiting -> sending -> sent | failed | waiting (surely not taken)
 *              sending -> unknown (no answer, or the process died)
 *   a text:    unknown -> sending: the provider is asked first, and it goes out again only if it is not there
 *   an e-mail: unknown is the end
 *
 * Throws DatabaseUnavailable; to be done again then.
 */
export async function sendNotice(db: Database, deps: SendDeps, id: string): Promise<Sent> {
  deps.onStep?.('look', id);
  const claim = await db.transaction().execute((trx) => claimNotice(trx, deps, id));
  if (claim.kind !== 'claimed') return claim;
  deps.onStep?.('claimed', id);
  const taken = await hand(db, deps, claim);
  deps.onStep?.('answered', id);
  const sent = await settle(db, deps, claim, taken);
  deps.onStep?.('settled', id);
  return sent;
}

interface Claimed {
  readonly kind: 'claimed';
  readonly attemptId: string;
  readonly notice: StoredNotice;
  readonly doubtfulSince: Date | undefined;
  readonly optedOut: boolean;
}

async function claimNotice(trx: Database, { now }: SendDeps, id: string): Promise<Claimed | Sent> {
  const notice = await findNotice(trx, id, { lock: true });
  if (!notice || notice.endedAt) return { kind: 'done-before' };
  const at = now();
  const { words, recipient, state, attemptedAt = at } = notice;
  const age = at.getTime() - attemptedAt.getTime();
  if (state === 'sending' && age < LEASE_MS) return { kind: 'later', reason: 'under-way' };
  const end = async (
    ending: { state: 'failed'; reason: string } | { state: 'unknown'; reason: string; ended: true },
  ) => {
    await endAttempt(trx, { id }, ending, at);
    return { kind: ending.state, reason: ending.reason } as const;
  };
  const doubtful = state !== 'waiting';
  if (doubtful && words.channel === 'e-mail') return end({ state: 'unknown', reason: 'no-answer', ended: true });
  if (doubtful && age < ASK_AFTER_MS) return { kind: 'later', reason: 'too-early-to-ask' };
  if (!doubtful && at.getTime() - notice.writtenAt.getTime() > STALE_MS)
    return end({ state: 'failed', reason: 'stale' });
  const optedOut = words.channel === 'text' && !words.despiteOptOut && (await hasOptedOut(trx, recipient));
  if (optedOut && !doubtful) return end({ state: 'failed', reason: 'opted-out' });
  const attemptId = randomUUID();
  const doubtfulSince = doubtful ? (notice.doubtfulSince ?? attemptedAt) : undefined;
  await beginAttempt(trx, id, { attemptId, at, doubtfulSince });
  return { kind: 'claimed', attemptId, notice, doubtfulSince, optedOut };
}

async function hand(db: Database, { texts, mails, now }: SendDeps, claim: Claimed): Promise<Taken> {
  const { notice, doubtfulSince, optedOut } = claim;
  const { words, recipient: to, id } = notice;
  if (words.channel === 'e-mail') {
    const { subject, body, confidential, proofId } = words;
    const kept = { ...(confidential && { confidential }), ...(proofId !== undefined && { proofId }) };
    return mails.send({ to, subject, body, noticeId: id, ...kept });
  }
  const text = { to, body: words.body, ...(words.proofId !== undefined && { proofId: words.proofId }) };
  if (doubtfulSince) {
    const there = await texts.find({ ...text, since: doubtfulSince }).catch(() => undefined);
    if (!there) return { kind: 'in-doubt', reason: 'cannot-ask' };
    // The same words to the same number may be another notice: a message that proves one proves no other.
    const [providerId] = await unclaimedMessages(db, there);
    if (providerId !== undefined) return { kind: 'accepted', providerId };
    if (optedOut) return { kind: 'refused', reason: 'opted-out' };
    if (now().getTime() - notice.writtenAt.getTime() > STALE_MS) return { kind: 'refused', reason: 'stale' };
  }
  return texts.send(text);
}

async function settle(db: Database, { now }: SendDeps, claim: Claimed, taken: Taken): Promise<Sent> {
  const { notice, attemptId } = claim;
  const mail = notice.words.channel === 'e-mail';
  const mine = await db.transaction().execute(async (trx) => {
    if (taken.kind === 'refused' && taken.reason === 'opted-out' && !mail)
      await addOptOut(trx, notice.recipient, now());
    return endAttempt(trx, { id: notice.id, attemptId }, endingOf(taken, mail), now());
  });
  if (!mine) return { kind: 'later', reason: 'another-attempt' };
  if (taken.kind === 'accepted') return { kind: 'sent' };
  if (taken.kind === 'refused') return { kind: 'failed', reason: taken.reason };
  if (taken.kind === 'in-doubt' && mail) return { kind: 'unknown', reason: taken.reason };
  return { kind: 'later', reason: taken.reason };
}

function endingOf(taken: Taken, mail: boolean): Ending {
  switch (taken.kind) {
    case 'accepted':
      return { state: 'sent', providerId: taken.providerId };
    case 'refused':
      return { state: 'failed', reason: taken.reason };
    case 'not-now':
      return { state: 'waiting', reason: taken.reason };
    case 'in-doubt':
      return { state: 'unknown', reason: taken.reason, ended: mail };
  }
}

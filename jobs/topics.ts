import { LOW_BALANCE, TEXT_PAY } from '#db/low-balance.ts';
import { TELL_AFTER_MS } from '#accounts/passcode/tell-lock.ts';
import type { RefundDeps } from '#accounts/refunds/ports.ts';
import { REFUND, REFUND_FAILED } from '#db/card-refunds.ts';
import { MESSAGE_LEFT } from '#db/desk/messages.ts';
import { NOTICE } from '#db/notices.ts';
import { PASSCODE_LOCKED } from '#db/passcode-locks.ts';
import { RECORDING_FINISHED } from '#db/recordings.ts';
import { reviewRefund, serveRefund } from './refund.ts';
import { sendNotice, type NoticeBench } from './send-notice.ts';
import { serveLowBalance, serveTextPay, type FundingBench } from './serve-low-balance.ts';
import type { Bench } from './steps.ts';
import { storeMessage } from './store-message.ts';
import { storeRecording } from './store-recording.ts';
import { tellLock, type LockBench } from './tell-lock.ts';
import type { QueueName, Topic } from './topic.ts';

export type TopicsBench = Bench & FundingBench & NoticeBench & LockBench & { readonly refunds: RefundDeps };

/** About four hours with these waits. */
const patient = { attempts: 50, waits: { firstMs: 1_000, longestMs: 5 * 60_000 } };
/** The first look at a lock comes too early, the second does not. */
const unhurried = { ...patient, waits: { ...patient.waits, firstMs: TELL_AFTER_MS } };

const on =
  (queue: QueueName) =>
  (name: string, subject: string, what: string, work: Topic['work'], endurance = patient): Topic => ({
    ...{ name, queue, what, subject, work },
    ...endurance,
  });
const [recordings, money, notices] = [on('recordings'), on('money'), on('notices')];

/** Every topic that somebody takes. One that is not here is kept in the outbox, and complained about. */
export const topicsOf = (all: TopicsBench): readonly Topic[] => [
  recordings(RECORDING_FINISHED, 'recordingId', 'storing a recording', (at) => storeRecording(all, at.id, at.signal)),
  recordings(MESSAGE_LEFT, 'messageId', 'storing a message', (at) => storeMessage(all, at.id, at.signal)),
  money(LOW_BALANCE, 'lowBalanceId', 'serving a low balance', ({ id }) => serveLowBalance(all, { lowBalanceId: id })),
  money(TEXT_PAY, 'alertId', 'charging what a text agreed to', ({ id }) => serveTextPay(all, { alertId: id })),
  money(REFUND, 'refundId', 'giving money back', ({ id }) =>
    serveRefund({ ...all, deps: all.refunds }, { refundId: id }),
  ),
  money(REFUND_FAILED, 'refundId', 'looking at a refund that failed', ({ id }) =>
    reviewRefund({ ...all, deps: all.refunds }, { refundId: id }),
  ),
  notices(NOTICE, 'noticeId', 'sending a notice', ({ id }) => sendNotice(all, { noticeId: id })),
  notices(PASSCODE_LOCKED, 'lockId', 'telling of a lock', ({ id }) => tellLock(all, { lockId: id }), unhurried),
];

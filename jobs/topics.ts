import { LOW_BALANCE, TEXT_PAY } from '#db/low-balance.ts';
import type { RefundDeps } from '#accounts/refunds/ports.ts';
import { REFUND } from '#db/card-refunds.ts';
import { NOTICE } from '#db/notices.ts';
import { RECORDING_FINISHED } from '#db/recordings.ts';
import { serveRefund } from './refund.ts';
import { sendNotice, type NoticeBench } from './send-notice.ts';
import { serveLowBalance, serveTextPay, type FundingBench } from './serve-low-balance.ts';
import type { Bench } from './steps.ts';
import { storeRecording } from './store-recording.ts';
import type { QueueName, Topic } from './topic.ts';

export type TopicsBench = Bench & FundingBench & NoticeBench & { readonly refunds: RefundDeps };

/** About four hours with these waits. */
const patient = { attempts: 50, waits: { firstMs: 1_000, longestMs: 5 * 60_000 } };

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
  money(LOW_BALANCE, 'lowBalanceId', 'serving a low balance', ({ id }) => serveLowBalance(all, { lowBalanceId: id })),
  money(TEXT_PAY, 'alertId', 'charging what a text agreed to', ({ id }) => serveTextPay(all, { alertId: id })),
  money(REFUND, 'refundId', 'giving money back', ({ id }) =>
    serveRefund({ ...all, deps: all.refunds }, { refundId: id }),
  ),
  notices(NOTICE, 'noticeId', 'sending a notice', ({ id }) => sendNotice(all, { noticeId: id })),
];

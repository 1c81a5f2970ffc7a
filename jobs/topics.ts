import { LOW_BALANCE, TEXT_PAY } from '#db/low-balance.ts';
import { RECORDING_FINISHED } from '#db/recordings.ts';
import { serveLowBalance, serveTextPay, type FundingBench } from './serve-low-balance.ts';
import type { Bench } from './steps.ts';
import { storeRecording } from './store-recording.ts';
import type { QueueName, Topic } from './topic.ts';

export type TopicsBench = Bench & FundingBench;

/** About four hours with these waits. */
const patient = { attempts: 50, waits: { firstMs: 1_000, longestMs: 5 * 60_000 } };

const on =
  (queue: QueueName) =>
  (name: string, subject: string, what: string, work: Topic['work'], endurance = patient): Topic => ({
    ...{ name, queue, what, subject, work },
    ...endurance,
  });
const [recordings, money] = [on('recordings'), on('money')];

/** Every topic that somebody takes. One that is not here is kept in the outbox, and complained about. */
export const topicsOf = (all: TopicsBench): readonly Topic[] => [
  recordings(RECORDING_FINISHED, 'recordingId', 'storing a recording', (at) => storeRecording(all, at.id, at.signal)),
  money(LOW_BALANCE, 'lowBalanceId', 'serving a low balance', ({ id }) => serveLowBalance(all, { lowBalanceId: id })),
  money(TEXT_PAY, 'alertId', 'charging what a text agreed to', ({ id }) => serveTextPay(all, { alertId: id })),
];

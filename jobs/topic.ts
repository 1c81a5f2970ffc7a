/** Uploads wait on storage for long, notices on a mail server; money waits behind neither. */
export type QueueName = 'recordings' | 'money' | 'notices';

/** What is done with the entries of one topic of the outbox. */
export interface Topic {
  readonly name: string;
  readonly queue: QueueName;
  /** As it reads in "... failed; it is tried again". */
  readonly what: string;
  /** Key of the payload that says what the work is about: the same topic and subject is in the queue once, handed twice or not. */
  readonly subject: string;
  /** After so many failures the queue forgets the work; a repeating job, which knows the truth, gives it out anew. */
  readonly attempts: number;
  /** The wait before each repetition doubles from the first to the longest. Milliseconds. */
  readonly waits: { readonly firstMs: number; readonly longestMs: number };
  /** May be done again at any time and by two at once. Throwing is asking for another attempt. */
  readonly work: (work: Work) => Promise<unknown>;
}

export interface Work {
  /** Of the payload, the subject. */
  readonly id: string;
  /** Aborted when the process cannot wait any longer. */
  readonly signal: AbortSignal;
}

/** Nothing failed: the world is not ready, and the queue tries again after its wait. */
export abstract class Later extends Error {}

/** What the work is about; undefined: the payload is not of this topic. */
export function subjectOf(topic: Topic, payload: Readonly<Record<string, unknown>>): string | undefined {
  const subject = payload[topic.subject];
  return typeof subject === 'string' && subject !== '' ? subject : undefined;
}

/** `attempt`: how many have failed, from 1. Milliseconds. */
export const waitBefore = (attempt: number, { firstMs, longestMs }: Topic['waits']): number =>
  Math.min(firstMs * 2 ** Math.min(attempt - 1, 30), longestMs);

import type { Database } from '#db/connect.ts';
import { expiredMessages, leftBegun, takeMessage, type Message } from '#db/desk/messages.ts';
import { deskTermsAt, type DeskTerms } from './terms.ts';

/** What was said for less than this is no message, seconds. */
export const leastSpokenSeconds = 2;
/** An agent who has taken a message and not been heard of since is hearing it no longer, milliseconds: the longest takes ten minutes. */
const lapseMs = 60 * 60_000;
/** A call in which a message was begun is over after this, milliseconds, whatever is written of it. */
const longestCallMs = 4 * 60 * 60_000;
/** A call that is over is left to its own process for this long, milliseconds. */
const ownMs = 60_000;

/** Its name in storage; by day (UTC), apart from recordings, which are kept for other times. Throws for one that has no sound. */
export function messageKey({ id, sound }: Pick<Message, 'id' | 'sound'>): string {
  if (!sound) throw new RangeError(`the message ${id} has no sound`);
  return `messages/${sound.recordedAt.toISOString().slice(0, 10).replaceAll('-', '/')}/${id}.wav`;
}

const ago = (at: Date, ms: number): Date => new Date(at.getTime() - ms);

export const messageTermsAt = async (db: Database, at: Date): Promise<DeskTerms['message']> =>
  (await deskTermsAt(db, at)).message;

/** The oldest message that this agent may hear; nobody else gets it until they are done, or leave it. */
export const nextMessage = (
  db: Database,
  who: { readonly agentId: string; readonly node: string; readonly not: readonly string[] },
  at: Date,
): Promise<Message | undefined> => takeMessage(db, { ...who, lapsedBefore: ago(at, lapseMs) }, at);

/** Those whose days are over, but what an agent is hearing. */
export const messagesToDelete = (db: Database, at: Date, limit: number): Promise<Message[]> =>
  expiredMessages(db, { at, lapsedBefore: ago(at, lapseMs) }, limit);

/** Messages that were being left in calls that are over, and whose process did not live to keep them. */
export const messagesLeftOver = (db: Database, at: Date): Promise<Message[]> =>
  leftBegun(db, { endedBefore: ago(at, ownMs), before: ago(at, longestCallMs) });

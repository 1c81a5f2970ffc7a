import { rm } from 'node:fs/promises';
import { messageKey } from '#accounts/desk/messages.ts';
import { findMessage, storedMessage } from '#db/desk/messages.ts';
import type { Bench } from './steps.ts';
import { putWhole } from './store-recording.ts';

export type MessageStored = 'stored' | 'already-stored' | 'deleted' | 'unknown';

/**
 * Brings a voice message from the spool to storage, as storeRecording() does a recording: it may be run again after dying anywhere, and by two
 * processes at once. Throws StorageError, DatabaseUnavailable: try again.
 */
export async function storeMessage(bench: Bench, messageId: string, signal?: AbortSignal): Promise<MessageStored> {
  const { db, storage, log, now, onStep } = bench;
  onStep?.('look', messageId);
  const message = await findMessage(db, messageId);
  if (!message?.sound) return 'unknown';
  if (message.deletedAt) return 'deleted';
  const { spoolPath, sha256, bytes, seconds } = message.sound;
  const kept = { path: spoolPath, key: messageKey(message), sha256, bytes };
  const location = storage.locationOf(kept.key);
  // Stored elsewhere before the configuration changed: nothing of ours to judge.
  if (message.location !== undefined && message.location !== location) return 'already-stored';
  if ((await storage.verify(kept, signal)) !== 'same') await putWhole(bench, messageId, kept, signal);
  onStep?.('mark', messageId);
  const marked = await storedMessage(db, messageId, { storage: storage.kind, location, storedAt: now() });
  onStep?.('remove', messageId);
  await rm(spoolPath, { force: true });
  if (marked) log.info({ call: message.callId, message: messageId, seconds, bytes }, 'voice message stored');
  return marked ? 'stored' : 'already-stored';
}

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ownNumber } from '#accounts/desk/call-back.ts';
import { leastSpokenSeconds, messageKey, messagesLeftOver, messagesToDelete } from '#accounts/desk/messages.ts';
import { deletedMessage, dropMessage, keepMessage, type Message } from '#db/desk/messages.ts';
import { isUnavailable } from '#db/unavailable.ts';
import { sealRecording } from '#media/recordings/seal.ts';
import { spokenSeconds } from '#media/recordings/spoken.ts';
import { NoWav } from '#media/recordings/wav.ts';
import type { Bench } from './steps.ts';

const BATCH = 500;

/**
 * Keeps what was said in messages whose process died, or could not write: the last voice in which somebody speaks, for who called to be called
 * back. A failure on one does not keep the others waiting. Returns how many were kept. Throws DatabaseUnavailable.
 */
export async function keepLeftMessages(bench: Bench & { readonly messageFolder: string }): Promise<number> {
  const { db, log, now, messageFolder } = bench;
  let kept = 0;
  for (const message of await messagesLeftOver(db, now()))
    await attempt(bench, message, 'keeping a message that was left over', async () => {
      const voices = await voicesOf(messageFolder, message.callId);
      const said = await lastSpoken(voices);
      if (said === undefined) await dropMessage(db, message.callId);
      else if (await keep(bench, message, said)) {
        kept++;
        log.warn({ call: message.callId, message: message.id }, 'a voice message is kept after its call was given up');
      } else return;
      for (const path of voices) if (path !== said) await rm(path, { force: true });
    });
  return kept;
}

async function keep({ db, now }: Bench, message: Message, spoolPath: string): Promise<boolean> {
  const { callId, callingNumber, begunAt } = message;
  const { sha256, bytes, seconds } = await sealRecording(spoolPath);
  const number = ownNumber(callingNumber);
  return keepMessage(db, callId, { spoolPath, sha256, bytes, seconds, number, recordedAt: begunAt }, now());
}

/** The files of a call, as its line names them, the latest first: <call>-<milliseconds>.wav. */
async function voicesOf(folder: string, callId: string): Promise<string[]> {
  const own = (await readdir(folder)).filter((name) => name.startsWith(`${callId}-`) && name.endsWith('.wav'));
  return own
    .sort()
    .reverse()
    .map((name) => join(folder, name));
}

async function lastSpoken(voices: readonly string[]): Promise<string | undefined> {
  for (const path of voices) {
    const seconds = await spokenSeconds(path).catch((error: unknown) => {
      if (error instanceof NoWav) return 0;
      throw error;
    });
    if (seconds >= leastSpokenSeconds) return path;
  }
  return undefined;
}

/**
 * Deletes the sound of messages whose days are over, then says so: from storage, and from the spool if it never left it. May die anywhere and
 * be done again. Returns how many. Throws DatabaseUnavailable.
 */
export async function deleteMessages(bench: Bench): Promise<number> {
  const { db, storage, log, now } = bench;
  let deleted = 0;
  for (const message of await messagesToDelete(db, now(), BATCH))
    await attempt(bench, message, 'deleting a message', async () => {
      const key = messageKey(message);
      const { id, callId, location, sound, state } = message;
      if (location !== undefined && location !== storage.locationOf(key)) {
        log.error({ call: callId, message: id, location }, 'a message to be deleted lies in another storage');
        return;
      }
      await storage.remove(key);
      if (sound) await rm(sound.spoolPath, { force: true });
      if (!(await deletedMessage(db, id, now()))) return;
      deleted++;
      log.info({ call: callId, message: id }, 'voice message deleted, as its days are over');
      if (state !== 'done') log.warn({ call: callId, message: id }, 'no agent was done with a message that is deleted');
    });
  return deleted;
}

async function attempt({ log }: Bench, { id, callId }: Message, what: string, work: () => Promise<void>) {
  try {
    await work();
  } catch (error) {
    if (isUnavailable(error)) throw error;
    log.error({ err: error, call: callId, message: id }, `${what} failed; it is tried again`);
  }
}

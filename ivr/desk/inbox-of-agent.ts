import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageKey, nextMessage } from '#accounts/desk/messages.ts';
import { doneMessage, findMessage, putBackMessage, type Message } from '#db/desk/messages.ts';
import type { Inbox, InboxMessage } from '#flows/family-line/inbox.ts';
import { StorageError } from '#media/recordings/storage.ts';
import type { FamilyLineHouse } from '../family-line/house.ts';
import { pacific, pacificTime } from '../family-line/pacific.ts';
import type { Platform } from '../platform.ts';

/** Where the sound of a message lies while an agent hears it; a process that starts finds nothing there. */
export const hearingFolder = ({ spoolFolder, node }: Pick<Platform['terms'], 'spoolFolder' | 'node'>): string =>
  join(spoolFolder, 'hearing', node);

/** The {@link Inbox} of one agent in one call. */
export class InboxOfAgent implements Inbox {
  readonly today: ReturnType<typeof pacific>;
  readonly #who: { readonly agentId: string; readonly callId: string };
  readonly #platform: Platform;
  readonly #storage: FamilyLineHouse['storage'];
  /** What the agent has left for others in this call. */
  readonly #left: string[] = [];
  #hears: { readonly id: string; readonly path: string } | undefined;

  constructor(
    who: { readonly agentId: string; readonly callId: string },
    platform: Platform,
    { storage }: Pick<FamilyLineHouse, 'storage'>,
  ) {
    this.#who = who;
    this.#platform = platform;
    this.#storage = storage;
    this.today = pacific(platform.clock.now());
  }

  async next(): Promise<InboxMessage | undefined> {
    const { clock, db, log, terms } = this.#platform;
    const { agentId, callId } = this.#who;
    const message = await nextMessage(db, { agentId, node: terms.node, not: this.#left }, clock.now());
    if (!message) return undefined;
    const { id, language, number, begunAt } = message;
    const path = join(hearingFolder(terms), `${randomUUID()}.wav`);
    this.#hears = { id, path };
    log.info({ call: callId, agent: agentId, message: id }, 'an agent hears a voice message');
    const at = { day: pacific(begunAt), time: pacificTime(begunAt) };
    return { id, language, number, ...at, path: (await this.#bring(message, path)) ? path : undefined };
  }

  async done({ id }: InboxMessage): Promise<boolean> {
    const { clock, db } = this.#platform;
    const isDone = await doneMessage(db, id, this.#who.agentId, clock.now());
    await this.#forget();
    return isDone;
  }

  async leave({ id }: InboxMessage): Promise<void> {
    const { clock, db } = this.#platform;
    this.#left.push(id);
    await putBackMessage(db, id, this.#who.agentId, clock.now());
    await this.#forget();
  }

  /** The call is over: what was being heard waits for others. Never rejects; with a database that is away it waits an hour for them. */
  async close(): Promise<void> {
    if (!this.#hears) return;
    const { id, path } = this.#hears;
    const { clock, db, log } = this.#platform;
    const { agentId, callId } = this.#who;
    await putBackMessage(db, id, agentId, clock.now()).catch((error: unknown) =>
      log.warn({ call: callId, message: id, err: error }, 'a voice message can not be left for others now'),
    );
    await rm(path, { force: true }).catch((error: unknown) =>
      log.warn({ call: callId, message: id, err: error }, 'the sound of a voice message is left behind'),
    );
  }

  async #forget(): Promise<void> {
    const path = this.#hears?.path;
    this.#hears = undefined;
    if (path !== undefined) await rm(path, { force: true });
  }

  /** Its sound, from the spool or from storage, to a file of our own. False: it cannot be had now. */
  async #bring(message: Message, path: string): Promise<boolean> {
    const { db, log, terms } = this.#platform;
    await mkdir(hearingFolder(terms), { recursive: true });
    try {
      if (message.location === undefined && (await isCopied(message, path))) return true;
      // Whoever stored it meanwhile has removed it from the spool.
      const stored = await findMessage(db, message.id);
      if (!stored?.sound) return false;
      await this.#storage.get({
        path,
        key: messageKey(stored),
        sha256: stored.sound.sha256,
        bytes: stored.sound.bytes,
      });
      return true;
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      const { callId } = this.#who;
      log.error({ call: callId, message: message.id, err: error }, 'a voice message can not be played');
      return false;
    }
  }
}

/** False: it is not in the spool any more. */
const isCopied = async ({ sound }: Message, path: string): Promise<boolean> =>
  sound !== undefined &&
  copyFile(sound.spoolPath, path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );

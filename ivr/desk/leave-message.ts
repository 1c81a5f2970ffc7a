import { randomUUID } from 'node:crypto';
import { numberOfSomebody, ownNumber } from '#accounts/desk/call-back.ts';
import { leastSpokenSeconds, messageTermsAt } from '#accounts/desk/messages.ts';
import { accountsOfNumber } from '#db/account-look-up.ts';
import { beginMessage, dropMessage, keepMessage } from '#db/desk/messages.ts';
import type { CallBackNumber, Messages } from '#flows/family-line/ports.ts';
import type { Language } from '#flows/language.ts';
import type { Voice } from '#flows/line.ts';
import { isClosed } from '#media/recordings/closed.ts';
import { sealRecording } from '#media/recordings/seal.ts';
import { spokenSeconds } from '#media/recordings/spoken.ts';
import { NoWav } from '#media/recordings/wav.ts';
import { theOpenOne } from '../family-line/open-account.ts';
import type { SpokenLine } from '../leg/spoken-line.ts';
import type { Platform } from '../platform.ts';
import type { QueuedCall } from './place-in-queue.ts';

/** How long the media server may take to close the file of a leg that has ended, and how often it is looked at, milliseconds. */
const closeMs = 1_500;
const lookMs = 100;

/** Where voice messages are recorded, and lie until they are stored. */
export const messageFolder = ({ spoolFolder }: Pick<Platform['terms'], 'spoolFolder'>): string =>
  `${spoolFolder}/messages`;

type Caller = Pick<QueuedCall, 'callId' | 'callingNumber' | 'platform'>;

/** The {@link Messages} of one call, recorded on its line. */
export class MessageOfCall implements Messages {
  readonly #call: Caller;
  readonly #line: Pick<SpokenLine, 'voices' | 'discardVoices'>;
  #state: 'none' | 'begun' | 'kept' = 'none';
  /** How many voices of the line are none of this message: they were dropped. */
  #before = 0;
  #kept: string | undefined;

  constructor(call: Caller, line: Pick<SpokenLine, 'voices' | 'discardVoices'>) {
    this.#call = call;
    this.#line = line;
  }

  async begin(language: Language): Promise<{ mostSeconds: number; keepDays: number }> {
    const { callId, callingNumber, platform } = this.#call;
    const { clock, db } = platform;
    const terms = await messageTermsAt(db, clock.now());
    const account = callingNumber === undefined ? undefined : theOpenOne(await accountsOfNumber(db, callingNumber));
    const known = { id: randomUUID(), callId, language, callingNumber, accountId: account?.id };
    if (!(await beginMessage(db, { ...known, keepDays: terms.keepDays, at: clock.now() })))
      throw new Error('a call leaves one message, and this one has left it');
    this.#state = 'begun';
    return terms;
  }

  async isSpoken({ path }: Voice): Promise<boolean> {
    return (await spokenSeconds(path)) >= leastSpokenSeconds;
  }

  async checkNumber(text: string): Promise<CallBackNumber> {
    return numberOfSomebody(text);
  }

  async keep({ path }: Voice, number: string | undefined): Promise<void> {
    const { callId, platform } = this.#call;
    const { clock, db, log } = platform;
    const { sha256, bytes, seconds } = await sealRecording(path);
    const at = clock.now();
    await keepMessage(db, callId, { spoolPath: path, sha256, bytes, seconds, number, recordedAt: at }, at);
    [this.#state, this.#kept] = ['kept', path];
    log.info({ call: callId, seconds }, 'a voice message was left');
  }

  async drop(): Promise<void> {
    this.#state = 'none';
    this.#before = this.#line.voices.length;
    await dropMessage(this.#call.platform.db, this.#call.callId);
  }

  /**
   * The call is over: what was said last in a message that is neither kept nor dropped is kept, for who called to be called back; every other
   * voice goes. Never rejects: when it can not be kept now the sweeper does so (jobs/messages.ts).
   */
  async settle(): Promise<void> {
    const { callId, platform } = this.#call;
    try {
      if (this.#state === 'begun') await this.#keepLast();
      await this.#line.discardVoices(this.#kept);
    } catch (error) {
      platform.log.error({ call: callId, err: error }, 'a voice message waits in the spool to be kept');
    }
  }

  async #keepLast(): Promise<void> {
    for (const path of this.#line.voices.slice(this.#before).reverse()) {
      await this.#closed(path);
      const seconds = await spokenSeconds(path).catch(none);
      if (seconds < leastSpokenSeconds) continue;
      return this.keep({ path, seconds }, ownNumber(this.#call.callingNumber));
    }
    await this.drop();
  }

  /** Whoever hangs up does so while it is written; one that is not there was not begun. */
  async #closed(path: string): Promise<void> {
    const { clock } = this.#call.platform;
    const isOver = () => isClosed(path).catch((error: NodeJS.ErrnoException) => error.code === 'ENOENT');
    for (let waited = 0; waited < closeMs && !(await isOver()); waited += lookMs) await clock.wait(lookMs);
  }
}

/** No file, or one without a header: nothing was said yet. Throws what else the system says. */
function none(error: unknown): number {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof NoWav) return 0;
  throw error;
}

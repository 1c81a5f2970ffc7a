import { serveQueue } from '#accounts/desk/queue.ts';
import { findEntry, hasCallBacks } from '#db/desk/entries.ts';
import { takeCallBack } from '#db/desk/turns.ts';
import { Stopped } from '../call/last-words.ts';
import type { RunningCall } from '../answering/answer.ts';
import type { FamilyLineHouse } from '../family-line/house.ts';
import { unwritten } from '../family-line/unwritten.ts';
import type { Platform } from '../platform.ts';
import { callBack } from './call-back.ts';

type House = Pick<FamilyLineHouse, 'number' | 'holdMusic'>;

/** How often it is looked whether somebody's turn to be called back has come, milliseconds. */
export const lookMs = 2_000;

/** Calls back whose turn has come, as one of any number of processes: each takes what no other has taken. */
export class CallBacks {
  readonly #house: House;
  readonly #platform: Platform;
  readonly #running: (call: RunningCall) => void;
  readonly #stopping = new AbortController();

  constructor(house: House, platform: Platform, running: (call: RunningCall) => void) {
    this.#house = house;
    this.#platform = platform;
    this.#running = running;
    void this.#round();
  }

  /** Takes no more of them; those that go on are calls like others. */
  stop(): void {
    this.#stopping.abort(new Stopped());
  }

  async #round(): Promise<void> {
    const { clock, log } = this.#platform;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const took = await this.#take().catch((error: unknown) => {
        log.warn({ err: error }, 'whose turn it is to be called back can not be looked at');
        return false;
      });
      if (!took) await clock.wait(lookMs, signal).catch(() => undefined);
    }
  }

  /** One at most; false: there is none. */
  async #take(): Promise<boolean> {
    const { clock, db, log, terms } = this.#platform;
    if (!(await hasCallBacks(db))) return false;
    await serveQueue(db, clock.now());
    if (this.#stopping.signal.aborted) return false;
    const entryId = await takeCallBack(db, terms.node, clock.now());
    const callId = entryId && (await findEntry(db, entryId))?.callId;
    if (entryId === undefined || callId === undefined) return false;
    const stopping = new AbortController();
    const done = callBack(entryId, this.#house, this.#platform, stopping.signal).catch((error: unknown) =>
      log.error({ call: callId, entry: entryId, err: error }, 'a call-back met a fault'),
    );
    this.#running({
      ...{ id: callId, leg: undefined, record: unwritten(callId), done },
      stop: () => stopping.abort(new Stopped()),
    });
    return true;
  }
}

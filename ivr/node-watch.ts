import { setMaxListeners } from 'node:events';
import { beatNode, beginNode, claimNode, endNode, findNode, otherNodes, type IvrNode } from '#db/nodes.ts';
import type { Platform } from './platform.ts';
import { closeLeft, leftOf } from './recovery.ts';

/** Beats in the time after which a process that does not beat counts as gone. */
const beatsInTime = 6;
/** How often the start of a process looks whether another has closed what its namesake left. Milliseconds. */
const lookMs = 1_000;

interface Seen {
  readonly beats: number;
  readonly sinceMs: number;
}

/**
 * Every process with calls beats in the database; the others watch. What a process has left that did not beat for `seconds` one of them closes:
 * its calls get their records, its phones and channels are released, though it never comes back. Beats are counted, and seen with one's own clock,
 * as long as one can look without a gap: a database that was away, or a watcher that stood still, makes nobody dead.
 */
export class NodeWatch {
  readonly #platform: Platform;
  readonly #patienceMs: number;
  readonly #stop = new AbortController();
  readonly #seen = new Map<string, Seen>();
  #lookedMs = -Infinity;

  private constructor(platform: Platform, seconds: number) {
    this.#platform = platform;
    this.#patienceMs = seconds * 1_000;
    setMaxListeners(0, this.#stop.signal);
  }

  /** Takes this process's name; waits while another closes what the last one of this name left. Rejects when the database is away. */
  static async begin(platform: Platform, seconds: number): Promise<NodeWatch> {
    const { clock, db, log, terms } = platform;
    let seen: (IvrNode & Seen) | undefined;
    while (!(await beginNode(db, terms.node))) {
      const node = await findNode(db, terms.node);
      if (!node) continue;
      if (seen?.beats !== node.beats) {
        seen = { ...node, sinceMs: clock.elapsed() };
        log.info({ by: node.holder }, 'another process closes what the last one of this name left; it is waited for');
      } else if (clock.elapsed() - seen.sinceMs >= seconds * 1_000) await claimNode(db, node, terms.node);
      await clock.wait(lookMs);
    }
    return new NodeWatch(platform, seconds);
  }

  /** Beats and watches until {@link stop}. Never rejects. */
  async keep(): Promise<void> {
    const { clock, log } = this.#platform;
    const { signal } = this.#stop;
    const everyMs = this.#patienceMs / beatsInTime;
    for (;;) {
      await clock.wait(everyMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      // What was not watched for a while may have beaten meanwhile.
      if (clock.elapsed() - this.#lookedMs > 2 * everyMs) this.#seen.clear();
      try {
        await this.#beat();
        for (const node of await this.#gone()) await this.#takeOver(node);
        this.#lookedMs = clock.elapsed();
      } catch (error) {
        this.#seen.clear();
        log.warn({ err: error }, 'other processes can not be watched');
      }
    }
  }

  /** The end in order of this process. What it could not close is left for others, and for whoever starts under its name. */
  async stop(): Promise<void> {
    this.#stop.abort();
    const { db, log, terms } = this.#platform;
    try {
      const { calls } = await leftOf(db, terms.node);
      if (calls === 0) await endNode(db, terms.node, terms.node);
    } catch (error) {
      log.warn({ err: error }, 'that this process ends is not written down; others will notice');
    }
  }

  async #beat(): Promise<void> {
    const { db, log, terms } = this.#platform;
    if (await beatNode(db, terms.node)) return;
    log.error(
      { node: terms.node },
      'this process was taken for dead, and its calls were closed: it could not reach the database',
    );
    await beginNode(db, terms.node);
  }

  /** Those that have not beaten as long as they were watched, which is long enough. */
  async #gone(): Promise<IvrNode[]> {
    const { clock, db, terms } = this.#platform;
    const nodes = await otherNodes(db, terms.node);
    const nowMs = clock.elapsed();
    const names = new Set(nodes.map(({ name }) => name));
    for (const name of this.#seen.keys()) if (!names.has(name)) this.#seen.delete(name);
    return nodes.filter(({ name, beats }) => {
      const seen = this.#seen.get(name);
      if (seen?.beats === beats) return nowMs - seen.sinceMs >= this.#patienceMs;
      this.#seen.set(name, { beats, sinceMs: nowMs });
      return false;
    });
  }

  async #takeOver(node: IvrNode): Promise<void> {
    const { db, log, terms } = this.#platform;
    if (!(await claimNode(db, node, terms.node))) return;
    log.warn({ node: node.name, seconds: this.#patienceMs / 1_000 }, 'a process is gone; what it left is closed');
    await closeLeft(this.#platform, node.name);
    await endNode(db, node.name, terms.node);
    this.#seen.delete(node.name);
  }
}

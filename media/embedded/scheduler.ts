import type { Log } from './log.ts';

type Task = {
  readonly id: number;
  readonly group: string;
  readonly description: string;
  readonly timer: NodeJS.Timeout;
  readonly atMs: number;
};

/** Longest time a timer of the platform can wait. */
const LONGEST_MS = 2_147_483_647;

/**
 * Work for later (`sched_api` and kin). It belongs to the server, not to a connection: it is done also when the controller has died.
 * Tasks of a channel's group (its uuid) go with the channel.
 */
export class Scheduler {
  readonly #log: Log;
  readonly #tasks = new Map<number, Task>();
  readonly #groups = new Map<string, Set<Task>>();
  #next = 1;

  constructor(log: Log) {
    this.#log = log;
  }

  get size(): number {
    return this.#tasks.size;
  }

  /** Does `action` after `delayMs`; returns the task's number. */
  add(delayMs: number, group: string, description: string, action: () => void): number {
    const id = this.#next;
    this.#next += 1;
    const wait = Math.min(LONGEST_MS, Math.max(0, delayMs));
    const timer = setTimeout(() => {
      this.#forget(task);
      this.#log('info', 'scheduled task', { task: id, group, what: description });
      try {
        action();
      } catch (error) {
        this.#log('error', 'scheduled task failed', { task: id, error: String(error) });
      }
    }, wait);
    const task: Task = { id, group, description, timer, atMs: Date.now() + wait };
    this.#tasks.set(id, task);
    const others = this.#groups.get(group);
    if (others) others.add(task);
    else this.#groups.set(group, new Set([task]));
    return id;
  }

  /** Forgets one task by its number, or all of a group; returns how many. */
  remove(numberOrGroup: string): number {
    const id = /^\d+$/.test(numberOrGroup) ? Number(numberOrGroup) : undefined;
    if (id === undefined) return this.removeGroup(numberOrGroup);
    const task = this.#tasks.get(id);
    if (!task) return 0;
    this.#drop(task);
    return 1;
  }

  removeGroup(group: string): number {
    const tasks = [...(this.#groups.get(group) ?? [])];
    for (const task of tasks) this.#drop(task);
    return tasks.length;
  }

  dump(): readonly { id: number; group: string; description: string; atMs: number }[] {
    return [...this.#tasks.values()].map(({ id, group, description, atMs }) => ({ id, group, description, atMs }));
  }

  close(): void {
    for (const task of this.#tasks.values()) this.#drop(task);
  }

  #drop(task: Task): void {
    clearTimeout(task.timer);
    this.#forget(task);
  }

  #forget(task: Task): void {
    this.#tasks.delete(task.id);
    const group = this.#groups.get(task.group);
    if (group?.delete(task) && group.size === 0) this.#groups.delete(task.group);
  }
}

/** `[+]<seconds>` or an epoch time, as milliseconds from now; undefined when it is no number. */
export function delayOf(text: string, nowEpochMs: number): number | undefined {
  const match = /^([+@]?)(\d+(?:\.\d+)?)$/.exec(text);
  if (!match) return undefined;
  const seconds = Number(match[2]);
  return match[1] === '+' ? seconds * 1000 : Math.max(0, seconds * 1000 - nowEpochMs);
}

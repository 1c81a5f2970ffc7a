import type { Clock } from '#ivr/clock.ts';

interface DrainOrder {
  readonly undo: boolean;
  /** How long the last call is waited for. */
  readonly seconds: number;
  readonly clock: Clock;
  readonly say: (text: string) => void;
}

const everyMs = 1_000;

/** Tells a process to take no new calls, and waits for those it has; returns how many are left. Rejects when the process cannot be told. */
export async function drained(url: string, { undo, seconds, clock, say }: DrainOrder): Promise<number> {
  const untilMs = clock.elapsed() + seconds * 1_000;
  if (undo) {
    await told(url, 'DELETE');
    say('It takes calls again.');
    return 0;
  }
  let before: number | undefined;
  for (;;) {
    const left = await told(url, 'POST');
    if (left !== before) say(left === 0 ? 'It has no calls and takes none.' : `It takes no new calls; ${left} go on.`);
    before = left;
    if (left === 0 || clock.elapsed() >= untilMs) return left;
    await clock.wait(everyMs);
  }
}

async function told(url: string, method: 'POST' | 'DELETE'): Promise<number> {
  const response = await fetch(url, { method }).catch((error: unknown) => {
    throw new Error(`no process answers at ${url}: start it, or set OBSERVE_PORT to its port`, { cause: error });
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`the process at ${url} cannot be drained (${response.status}): it is no ivr`);
  return Number(text);
}

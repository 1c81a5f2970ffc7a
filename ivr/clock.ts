/** Time as the calls see it: injected, so that tests move it. The only place that touches the real one. */
export interface Clock {
  now(): Date;
  /** Milliseconds that never jump, for durations. */
  elapsed(): number;
  /** Resolves after `ms`; rejects with the signal's reason when that is aborted first. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  elapsed: () => performance.now(),
  wait: (ms, signal) =>
    new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      if (signal?.aborted) return reject(signal.reason);
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop);
        resolve();
      }, ms);
      signal?.addEventListener('abort', stop, { once: true });
    }),
};

/** Waits for the work, however it ends, but no longer than `ms`; says whether it was over by then. */
export async function within(clock: Clock, ms: number, work: Promise<unknown>): Promise<boolean> {
  const late = new AbortController();
  const over = work.then(
    () => true,
    () => true,
  );
  const waited = clock.wait(ms, late.signal).then(
    () => false,
    () => false,
  );
  const inTime = await Promise.race([over, waited]);
  late.abort();
  return inTime;
}

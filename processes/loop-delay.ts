import { monitorEventLoopDelay } from 'node:perf_hooks';

/** The mean delay of this process's event loop, milliseconds, over the last whole second. */
export function watchLoopDelay(): () => number {
  const delays = monitorEventLoopDelay({ resolution: 20 });
  delays.enable();
  let latest = 0;
  setInterval(() => {
    latest = delays.count > 0 ? delays.mean / 1e6 : 0;
    delays.reset();
  }, 1_000).unref();
  return () => latest;
}

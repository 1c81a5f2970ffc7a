import type { App } from '#media/embedded/app-stack.ts';

const TICK_MS = 20;

/** `sleep <ms>`: waits; silence is sent meanwhile, and keys become events. */
export const sleep: App = (channel, argument, end) => {
  const ms = Number.parseInt(argument, 10);
  if (!(ms > 0)) return '_none_';
  let left = Math.ceil(ms / TICK_MS);
  return {
    tick: () => {
      if (left === 0) return end();
      left -= 1;
      channel.speakIdle();
    },
    digit: () => undefined,
    break: () => end(),
    abort: () => undefined,
  };
};

import type { App, RunningApp } from '#media/embedded/app-stack.ts';
import type { Channel } from '#media/embedded/channel.ts';

/** Waits: silence is sent, keys become events. */
export const parked = (channel: Channel): RunningApp => ({
  tick: () => channel.speakIdle(),
  digit: () => undefined,
  abort: () => undefined,
});

/**
 * `park`, and the wait inside the `socket` application. Begun under a controller, it ends with the controller's connection: FreeSWITCH
 * then runs out of dialplan and hangs up (seen with 1.11; a park after a bridge stays).
 */
export const park: App = (channel, _argument, end) => {
  channel.fire('CHANNEL_PARK');
  const wasControlled = channel.controlled;
  const rest = parked(channel);
  return {
    ...rest,
    tick: () => {
      if (wasControlled && !channel.controlled) return end();
      rest.tick!();
    },
    abort: () => {
      channel.fire('CHANNEL_UNPARK');
    },
  };
};

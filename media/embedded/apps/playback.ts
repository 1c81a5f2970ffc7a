import type { App } from '#media/embedded/app-stack.ts';
import { Player, type Played } from './player.ts';
import { terminates } from './terminators.ts';

const responses: Readonly<Record<Played, string>> = {
  done: 'FILE PLAYED',
  break: 'FILE PLAYED',
  missing: 'FILE NOT FOUND',
  timeout: 'PLAYBACK ERROR',
};

/** `playback <name>[@@<sample>]` */
export const playback: App = (channel, argument, end) => {
  const [name = '', offset] = argument.trim().split('@@');
  channel.variables.set('playback_terminator_used', undefined);
  if (name === '') return 'PLAYBACK ERROR';
  const player = new Player(channel, name, Number.parseInt(offset ?? '0', 10) || 0);
  const over = player.start();
  if (over) return responses[over];
  return {
    tick: () => {
      const result = player.tick();
      if (result) end(responses[result]);
    },
    digit: ({ digit }) => {
      if (!terminates(channel, digit)) return;
      channel.variables.set('playback_terminator_used', digit);
      end(responses[player.stop()]);
    },
    break: () => {
      if (player.break()) end(responses.break);
    },
    abort: () => void player.stop(),
  };
};

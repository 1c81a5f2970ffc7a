import type { Channel } from '#media/embedded/channel.ts';
import { openSound } from '#media/embedded/streams/open.ts';
import { SoundFault } from '#media/embedded/streams/source.ts';
import { Displace } from '#media/embedded/taps/displace.ts';
import { words } from '#media/embedded/words.ts';
import { onChannel, usage } from './command.ts';

const SYNTAX = '<uuid> [start|stop] <path> [<limit>] [mux]';
const SUCCESS = '+OK Success\n';

const displaces = (channel: Channel): Displace[] => channel.taps.all().filter((tap) => tap instanceof Displace);

const start = (channel: Channel, path: string, limit: string, flags: string): boolean => {
  if (displaces(channel).some((tap) => tap.path === path)) return false;
  // flags are single letters looked for anywhere in the word: `mux` is `m`
  const has = (letter: string): boolean => flags.includes(letter);
  try {
    const displace = new Displace(
      path,
      () => openSound(path),
      {
        mix: has('m'),
        loop: has('l'),
        side: has('r') && !has('w') ? 'heard' : 'spoken',
        limitSeconds: Number.parseInt(limit, 10) || 0,
      },
      () => channel.fire('MEDIA_BUG_STOP', { 'Media-Bug-Function': 'displace', 'Media-Bug-Target': path }),
    );
    channel.taps.attach(displace, has('f'));
  } catch (error) {
    if (!(error instanceof SoundFault)) throw error;
    channel.log('warn', 'displace cannot play', { reason: error.message });
    return false;
  }
  channel.fire('MEDIA_BUG_START', { 'Media-Bug-Function': 'displace', 'Media-Bug-Target': path });
  return true;
};

/** `uuid_displace <uuid> start|stop <path> [<limit s>] [<flags>]`; flags only after a limit. */
export const uuidDisplace = onChannel(
  SYNTAX,
  (channel, rest) => {
    const [action = '', path = '', limit = '0', flags = ''] = words(rest);
    if (path === '') return usage(SYNTAX);
    if (action === 'start') {
      return start(channel, path, limit, flags) ? SUCCESS : '-ERR Cannot displace session!\n';
    }
    if (action !== 'stop') return usage(SYNTAX);
    const displace = displaces(channel).find((tap) => tap.path === path);
    if (!displace) return '-ERR Cannot stop displace session!\n';
    channel.taps.remove(displace);
    return SUCCESS;
  },
  '-ERR Cannot locate session!\n',
);

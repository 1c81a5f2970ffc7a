import { onChannel, usage } from './command.ts';

const SYNTAX = '<uuid> [0|<min_msec>[:<max_msec>]]';
const FRAME_MS = 20;
const LONGEST_MS = 1000;

/**
 * `uuid_jitterbuffer <uuid> 0|<min>[:<max>]`, milliseconds: how long what the party says may wait for what is late. There is always such a
 * buffer here; 0 gives it back its own bounds of 20 to 60 ms (FreeSWITCH: none).
 */
export const uuidJitterbuffer = onChannel(
  SYNTAX,
  (channel, rest) => {
    const asked = /^(\d{1,5})(?::(\d{1,5}))?$/.exec(rest.trim());
    if (!asked) return usage(SYNTAX);
    const minimum = Math.ceil(Number(asked[1]) / FRAME_MS);
    const maximum = Math.max(minimum, Math.ceil(Number(asked[2] ?? 0) / FRAME_MS));
    if (maximum * FRAME_MS > LONGEST_MS) return '-ERR Operation failed\n';
    channel.leg.jitter.bound(minimum === 0 ? undefined : { minimum, initial: minimum, maximum });
    return '+OK Success\n';
  },
  '-ERR Operation failed\n',
);

import type { Channel } from '#media/embedded/channel.ts';

/** Does this key end a playback or recording? `playback_terminators`: `none`, `any`, or a set of keys; unset is `*`. */
export function terminates(channel: Channel, digit: string): boolean {
  const wanted = channel.variables.get('playback_terminators') ?? '*';
  if (wanted === 'none') return false;
  return wanted === 'any' || wanted.includes(digit);
}

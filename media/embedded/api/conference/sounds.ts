import type { Conference } from '#media/embedded/conference/conference.ts';
import type { SoundQueue } from '#media/embedded/conference/sound-queue.ts';
import { SoundFault } from '#media/embedded/streams/source.ts';
import type { ConferenceCommand } from './command.ts';

const add = (conference: Conference, queue: SoundQueue, file: string): boolean => {
  try {
    queue.add(file);
    return true;
  } catch (error) {
    if (!(error instanceof SoundFault)) throw error;
    conference.engine.log('warn', 'conference cannot play', { reason: error.message });
    return false;
  }
};

const playToAll = (conference: Conference, file: string, async: boolean): string => {
  const about = { File: file, Async: String(async) };
  if (!add(conference, async ? conference.asyncSounds : conference.sounds, file)) {
    conference.tell('play-file', { ...about, Error: 'File could not be played' });
    return `-ERR (play) File: ${file} not found.\n`;
  }
  conference.tell('play-file', about);
  return `+OK (play) Playing file ${file}\n`;
};

/** `play <file> [async|<member> [nomux]]`. The answer comes when it is queued, `play-file-done` when it was played. */
export const play: ConferenceCommand = (conference, [file = '', to = '', how = '']) => {
  if (file === '') return undefined;
  if (to === '' || to.toLowerCase() === 'async') return playToAll(conference, file, to !== '');
  const member = conference.member(Number.parseInt(to, 10));
  if (!member) return `-ERR Member: ${to} not found.\n`;
  if (!add(conference, member.sounds, file)) return `-ERR (play) File: ${file} not found.\n`;
  member.soundsReplace = how.toLowerCase() === 'nomux';
  conference.tellOf(member, 'play-file-member', { File: file });
  return `+OK (play) Playing file ${file} to member ${member.id}\n`;
};

/** `stop [current|all|async] [<member>]` */
export const stop: ConferenceCommand = (conference, [what = 'all', from = '']) => {
  const which = what.toLowerCase();
  if (which !== 'current' && which !== 'all' && which !== 'async') return undefined;
  const member = from === '' ? undefined : conference.member(Number.parseInt(from, 10));
  if (from !== '' && !member) return `-ERR Member: ${from} not found.\n`;
  const queue = member ? member.sounds : which === 'async' ? conference.asyncSounds : conference.sounds;
  const stopped = queue.stop(which === 'current' ? 'current' : 'all');
  return `+OK Stopped ${stopped} files.\n`;
};

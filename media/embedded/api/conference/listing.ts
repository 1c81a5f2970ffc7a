import type { Conference } from '#media/embedded/conference/conference.ts';
import type { Engine } from '#media/embedded/engine.ts';
import type { Member } from '#media/embedded/conference/member.ts';
import type { ConferenceCommand } from './command.ts';

const states = (member: Member): string =>
  [
    member.hears ? 'hear' : '',
    member.speaks ? 'speak' : '',
    member.talking.now ? 'talking' : '',
    member.moderator ? 'moderator' : '',
    member.ghost ? 'ghost' : '',
  ]
    .filter((state) => state !== '')
    .join('|');

const line = (member: Member, separator: string): string => {
  const { channel } = member;
  const fields = [
    member.id,
    channel.name,
    channel.uuid,
    channel.profile.callerName,
    channel.profile.callerNumber,
    states(member),
    member.volumeIn,
    member.volumeOut,
    member.talking.level,
  ];
  return `${fields.join(separator)}\n`;
};

const lines = (conference: Conference, separator: string): string =>
  conference.members.map((member) => line(member, separator)).join('');

const separatorOf = ([what, separator = '']: readonly string[]): string =>
  (what?.toLowerCase() === 'delim' && separator.replaceAll('"', '')) || ';';

/** `list [count | delim <separator>]`: one line a member. */
export const list: ConferenceCommand = (conference, words) =>
  words[0]?.toLowerCase() === 'count' ? String(conference.count) : lines(conference, separatorOf(words));

export const count: ConferenceCommand = (conference) => String(conference.count);

const head = (conference: Conference): string => {
  const flags = ['running', 'answered', 'enforce_min', 'dynamic'];
  if (conference.waitsForModerator) flags.unshift('wait_mod');
  if (conference.locked) flags.unshift('locked');
  if (conference.recordings.paths.length > 0) flags.push('recording');
  const { count, name, locked } = conference;
  return `+OK Conference ${name} (${count} member${count === 1 ? '' : 's'} rate: 8000${locked ? ' locked' : ''} flags: ${flags.join('|')})\n`;
};

/** `conference list [summary | delim <separator>]`: all conferences with their members. */
export const listAll = (engine: Engine, words: readonly string[]): string => {
  const summary = words[0]?.toLowerCase() === 'summary';
  const separator = separatorOf(words);
  const parts = engine.conferences.all.map((one) => head(one) + (summary ? '' : lines(one, separator)));
  return parts.join('') || '+OK No active conferences.\n';
};

import type { Conference } from '#media/embedded/conference/conference.ts';
import type { Member } from '#media/embedded/conference/member.ts';

/** `words` are those after the name of the command. Undefined: the command was not used as it is meant to be. */
export type ConferenceCommand = (conference: Conference, words: readonly string[]) => string | undefined;

/** `argument` is the word after the member, perhaps empty. */
export type MemberAct = (member: Member, argument: string) => string;

/** A command and how it is used, as mod_conference words it. */
export type Entry = { readonly syntax: string; readonly run: ConferenceCommand };

const chosen = (conference: Conference, who: string): readonly Member[] | undefined => {
  const { members } = conference;
  if (who === 'all') return members;
  if (who === 'non_moderator') return members.filter((member) => !member.moderator);
  if (who === 'last') return [...members].sort((a, b) => b.id - a.id).slice(0, 1);
  return undefined;
};

/** A command for one member by its number, or for `all`, `last`, `non_moderator`. */
export const onMembers =
  (act: MemberAct): ConferenceCommand =>
  (conference, [who = '', argument = '']) => {
    const several = chosen(conference, who.toLowerCase());
    if (several) return several.map((member) => act(member, argument)).join('');
    const id = Number.parseInt(who, 10);
    if (!(id > 0)) return undefined;
    const member = conference.member(id);
    return member ? act(member, argument) : `-ERR Non-Existant ID ${id}\n`;
  };

import type { Variables } from '#media/embedded/variables.ts';

/** Whom a channel wants to join, and how. */
export type Invitation = {
  readonly name: string;
  readonly profile: string;
  /** To be typed before the channel is let in; empty: none. */
  readonly pin: string;
  /** In lower case. */
  readonly flags: ReadonlySet<string>;
};

const FLAGS = /\+flags\{([^}]*)\}?/;

const flagList = (text: string | undefined): string[] =>
  (text ?? '')
    .split(/[|,]/)
    .map((flag) => flag.trim().toLowerCase())
    .filter((flag) => flag !== '');

/**
 * Reads `name[@profile][+pin][+flags{a|b}]`; the variables `conference_member_flags` and `conference_flags` add flags (mod_conference).
 * Undefined when there is no name.
 */
export function readInvitation(argument: string, variables: Variables): Invitation | undefined {
  const text = argument.trim();
  const found = FLAGS.exec(text);
  const [address = '', pin = ''] = (found ? text.slice(0, found.index) : text).split('+');
  const at = address.lastIndexOf('@');
  const name = (at < 0 ? address : address.slice(0, at)).trim();
  if (name === '') return undefined;
  const flags = [
    ...flagList(found?.[1]),
    ...flagList(variables.get('conference_member_flags')),
    ...flagList(variables.get('conference_flags')),
  ];
  return { name, profile: (at < 0 ? '' : address.slice(at + 1)) || 'default', pin, flags: new Set(flags) };
}

import type { Channel } from '#media/embedded/channel.ts';
import type { Engine } from '#media/embedded/engine.ts';

/** An api command: its arguments as one text; the answer as FreeSWITCH words it. */
export type ApiCommand = (engine: Engine, argument: string) => string;

export const OK = '+OK\n';
export const NO_CHANNEL = '-ERR No such channel!\n';
export const usage = (syntax: string): string => `-USAGE: ${syntax}\n`;

/** The first word and the rest. */
export const firstWord = (text: string): readonly [string, string] => {
  const trimmed = text.trim();
  const blank = trimmed.indexOf(' ');
  return blank < 0 ? [trimmed, ''] : [trimmed.slice(0, blank), trimmed.slice(blank + 1).trim()];
};

/** A command whose first word names a channel. */
export const onChannel =
  (syntax: string, act: (channel: Channel, rest: string, engine: Engine) => string, missing = NO_CHANNEL): ApiCommand =>
  (engine, argument) => {
    const [uuid, rest] = firstWord(argument);
    if (uuid === '') return usage(syntax);
    const channel = engine.channels.get(uuid);
    return channel ? act(channel, rest, engine) : missing;
  };

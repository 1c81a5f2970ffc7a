import type { App } from '#media/embedded/app-stack.ts';
import type { EventHeaders } from '#media/embedded/event-socket/event.ts';
import { words } from '#media/embedded/words.ts';

const NONE = '_none_';

/**
 * `bind_digit_action <realm>,<digit>,exec[i]:<application>,<argument>`: does the application when the party presses the digit, whatever
 * else the channel does. From then on no key goes another way; one that nothing is bound to is forgotten. Here without what FreeSWITCH
 * has besides: sequences of digits, patterns, other actions, the keys of the peer.
 */
export const bindDigitAction: App = (channel, argument) => {
  const [realm = '', digit = '', action = '', value = '', ...rest] = words(argument, ',');
  const app = /^exec\[i\]:(\w+)$/.exec(action)?.[1];
  if (realm === '' || !/^[0-9*#A-D]$/.test(digit) || app === undefined || rest.length > 0)
    channel.log('warn', 'digit action not understood', { application: 'bind_digit_action' });
  else channel.keys.bind(digit, { app, argument: value });
  return NONE;
};

/** `event <header>=<value>,...`: tells of the channel. `Event-Name` and `Event-Subclass` say what kind of event it is. */
export const event: App = (channel, argument) => {
  const headers: EventHeaders = {};
  for (const part of words(argument, ',')) {
    const [name = '', ...value] = part.split('=');
    if (value.length > 0) headers[name.trim()] = value.join('=').trim();
  }
  const { 'Event-Name': name = 'CHANNEL_APPLICATION', 'Event-Subclass': subclass, ...extra } = headers;
  channel.fire(name, extra, subclass);
  return NONE;
};

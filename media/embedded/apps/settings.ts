import type { App } from '#media/embedded/app-stack.ts';
import { causeNamed } from '#media/embedded/causes.ts';
import type { Channel } from '#media/embedded/channel.ts';

/** Applications that are done at once. */
const NONE = '_none_';

const assign = (channel: Channel, text: string): void => {
  const equals = text.indexOf('=');
  if (equals <= 0) return channel.log('warn', 'variable without a value', { application: 'set' });
  channel.variables.set(text.slice(0, equals).trim(), text.slice(equals + 1));
};

export const set: App = (channel, argument) => {
  assign(channel, argument);
  return NONE;
};

/** `^^<separator>a=1<separator>b=2`, or separated by blanks. */
export const multiset: App = (channel, argument) => {
  const custom = argument.startsWith('^^') && argument.length > 2;
  const parts = custom ? argument.slice(3).split(argument[2]!) : argument.split(' ');
  for (const part of parts) if (part !== '') assign(channel, part);
  return NONE;
};

export const unset: App = (channel, argument) => {
  channel.variables.set(argument.trim(), undefined);
  return NONE;
};

/** As `set`; the name is also put into `export_vars`, which new legs would inherit. */
export const exportVariable: App = (channel, argument) => {
  const plain = argument.replace(/^nolocal:/, '');
  assign(channel, plain);
  const name = plain.slice(0, Math.max(0, plain.indexOf('='))).trim();
  const former = channel.variables.get('export_vars');
  if (name !== '') channel.variables.set('export_vars', former ? `${former},${name}` : name);
  return NONE;
};

export const answer: App = (channel) => {
  if (channel.times.answered === 0) {
    channel.times.answered = Date.now();
    channel.setCallState('ACTIVE');
    channel.fire('CHANNEL_ANSWER');
  }
  return NONE;
};

export const hangup: App = (channel, argument) => {
  channel.hangup(argument.trim() === '' ? 'NORMAL_CLEARING' : causeNamed(argument));
  return NONE;
};

/** `set_mute read|write|both true|false`. What is muted is the sound, not the keys. */
export const setMute: App = (channel, argument) => {
  const [side = '', value = ''] = argument.trim().split(/\s+/);
  const on = ['true', 'on', 'yes', '1'].includes(value.toLowerCase()) || Number(value) > 0;
  if (side === 'read' || side === 'both') channel.muted = on;
  if (side === 'write' || side === 'both') channel.deafened = on;
  return NONE;
};

/** `12#w3@800`: digits, `w` half a second, `W` a second; after `@` the duration in ms samples per digit. */
export const sendDtmf: App = (channel, argument) => {
  sendDigits(channel, argument);
  return NONE;
};

const SAMPLES_A_MS = 8;
const LONGEST_DIGITS = 100;

/** Queues `digits[@ms]` to the party; false when one of them is none, or there are too many. */
export function sendDigits(channel: Channel, text: string): boolean {
  const [digits = '', ms] = text.trim().split('@');
  if (digits === '' || digits.length > LONGEST_DIGITS || !/^[0-9*#a-dA-DwW+]+$/.test(digits)) return false;
  const duration = ms === undefined ? undefined : Number.parseInt(ms, 10) * SAMPLES_A_MS;
  for (const digit of digits.replaceAll('+', '')) channel.keys.send(digit, duration);
  return true;
}

import type { Step } from '#media/embedded/app-stack.ts';
import { causeNamed } from '#media/embedded/causes.ts';
import { sendDigits } from '#media/embedded/apps/settings.ts';
import { words } from '#media/embedded/words.ts';
import { firstWord, OK, onChannel, usage, type ApiCommand } from './command.ts';

export const uuidKill = onChannel('<uuid> [cause]', (channel, rest) => {
  channel.hangup(causeNamed(rest));
  return OK;
});

export const uuidPark = onChannel('<uuid>', (channel) => {
  channel.transfer([{ app: 'park', argument: '' }]);
  return OK;
});

/** `uuid_break <uuid> [all] [both]` */
export const uuidBreak = onChannel('<uuid> [all]', (channel, rest) => {
  const all = rest.includes('all');
  channel.apps.break(all);
  if (rest.includes('both')) channel.partner?.apps.break(all);
  return OK;
});

export const uuidBridge: ApiCommand = (engine, argument) => {
  const [a = '', b = ''] = words(argument);
  if (a === '' || b === '') return usage('<uuid> <other_uuid>');
  const one = engine.channels.get(a);
  const other = engine.channels.get(b);
  if (!one || !other || one === other || one.times.answered === 0 || other.times.answered === 0)
    return '-ERR Invalid uuid\n';
  engine.bridges.connect(one, other);
  return `+OK ${b}\n`;
};

/** The inline dialplan: `app[:argument],app[:argument]`; another separator as `m:<separator>:...`. */
export function inlineSteps(text: string): Step[] {
  const custom = /^m:(.):/.exec(text);
  const parts = custom ? text.slice(4).split(custom[1]!) : text.split(',');
  return parts
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const colon = part.indexOf(':');
      return colon < 0
        ? { app: part.trim(), argument: '' }
        : { app: part.slice(0, colon).trim(), argument: part.slice(colon + 1) };
    });
}

/** `uuid_transfer <uuid> [-bleg|-both] <applications> inline`. There is no other dialplan here. */
export const uuidTransfer = onChannel('<uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]', (channel, rest) => {
  const parts = words(rest);
  const which = parts[0]?.startsWith('-') ? parts.shift()! : '';
  const [destination = '', dialplan = ''] = parts;
  if (destination === '') return usage('<uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]');
  const steps = dialplan === 'inline' ? inlineSteps(destination) : [];
  if (steps.length === 0) return '-ERR\n';
  const { partner } = channel;
  const wanted = which === '-both' ? [channel, partner] : which === '-bleg' ? [partner] : [channel];
  for (const one of wanted) one?.transfer(steps);
  return OK;
});

/** Plays (or executes) on top of whatever goes on; in a bridge the talk stops meanwhile. */
export const uuidBroadcast = onChannel(
  '<uuid> <path> [aleg|bleg|holdb|both]',
  (channel, rest) => {
    const parts = words(rest);
    const [path = '', legs = 'aleg'] = parts;
    if (path === '') return usage('<uuid> <path> [aleg|bleg|holdb|both]');
    const named = /^([a-z_]+)(?:!([A-Z_]+))?::(.*)$/s.exec(path);
    const step = named ? { app: named[1]!, argument: named[3]! } : { app: 'playback', argument: path };
    const { partner } = channel;
    const wanted = legs === 'both' ? [channel, partner] : legs === 'bleg' ? [partner] : [channel];
    for (const one of wanted) one?.apps.execute(step.app, step.argument);
    return '+OK Message sent\n';
  },
  '-ERR invalid uuid\n',
);

const NO_SESSION = '-ERR Cannot locate session!\n';

export const uuidSendDtmf = onChannel(
  '<uuid> <dtmf_data>',
  (channel, rest) => {
    if (rest === '') return usage('<uuid> <dtmf_data>');
    return sendDigits(channel, rest) ? `+OK ${channel.uuid} sent DTMF ${rest}.\n` : '-ERR Operation failed\n';
  },
  NO_SESSION,
);

const INJECTED_UNITS = 2000;

/** Digits as if the party had pressed them. */
export const uuidRecvDtmf = onChannel(
  '<uuid> <dtmf_data>',
  (channel, rest) => {
    if (rest === '') return usage('<uuid> <dtmf_data>');
    const [digits = '', ms] = rest.trim().split('@');
    if (!/^[0-9*#a-dA-D]{1,99}$/.test(digits)) return usage('<uuid> <dtmf_data>');
    const duration = ms === undefined ? INJECTED_UNITS : (Number.parseInt(ms, 10) || 0) * 8 || INJECTED_UNITS;
    for (const digit of digits) channel.keys.pressed({ digit, duration, source: 'APP' });
    return `+OK ${channel.uuid} received DTMF ${rest}.\n`;
  },
  NO_SESSION,
);

const DROP_SYNTAX = '<uuid> [on | off ] [ mask_digits <digits> | mask_file <file>]';

/** Digits towards this party are dropped, or each replaced by `mask_digits`. */
export const uuidDropDtmf: ApiCommand = (engine, argument) => {
  const [uuid, rest] = firstWord(argument);
  const [state, kind, mask] = words(rest);
  if (uuid === '' || (state !== 'on' && state !== 'off') || !mask || (kind !== 'mask_digits' && kind !== 'mask_file')) {
    return usage(DROP_SYNTAX);
  }
  const channel = engine.channels.get(uuid);
  if (!channel) return `-ERR No such channel ${uuid}!\n`;
  channel.keys.drop = state === 'on' ? { mask: kind === 'mask_digits' ? mask : '' } : undefined;
  const [file, digits] = kind === 'mask_file' ? [mask, 'NONE'] : ['NONE', mask];
  return `+OK ${uuid} is ${state === 'on' ? 'dropping' : 'not dropping'} DTMF. mask_file: ${file} mask_digits: ${digits}\n`;
};

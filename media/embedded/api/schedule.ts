import { causeNamed } from '#media/embedded/causes.ts';
import type { Engine } from '#media/embedded/engine.ts';
import { delayOf } from '#media/embedded/scheduler.ts';
import { firstWord, NO_CHANNEL, OK, usage, type ApiCommand } from './command.ts';
import { runApi } from './table.ts';

/** `sched_api [+]<time> <group> <command>`; a trailing `&` (own thread) means nothing here. */
export const schedApi: ApiCommand = (engine, argument) => {
  const [time, afterTime] = firstWord(argument);
  const [group, command] = firstWord(afterTime);
  const delay = delayOf(time, Date.now());
  if (delay === undefined || group === '' || command === '') {
    return '-ERR Invalid syntax. USAGE: [+@]<time> <group_name> <command_string>[&]\n';
  }
  const text = command.replace(/&$/, '').trim();
  const id = engine.scheduler.add(delay, group, text.split(' ')[0]!, () => {
    const answer = runApi(engine, text);
    if (answer.startsWith('-'))
      engine.log('warn', 'scheduled api failed', { command: text.split(' ')[0], answer: answer.trim() });
  });
  return `+OK Added: ${id}\n`;
};

/** Both forms: `[+]<time> <uuid> ...`; the task belongs to the channel and goes with it. */
const onTime =
  (
    syntax: string,
    what: string,
    act: (engine: Engine, uuid: string, rest: string) => void,
    needsRest: boolean,
  ): ApiCommand =>
  (engine, argument) => {
    const [time, afterTime] = firstWord(argument);
    const [uuid, rest] = firstWord(afterTime);
    const delay = delayOf(time, Date.now());
    if (delay === undefined) return usage(syntax);
    if (!engine.channels.has(uuid)) return NO_CHANNEL;
    if (needsRest && rest === '') return usage(syntax);
    if (delay === 0) act(engine, uuid, rest);
    else engine.scheduler.add(delay, uuid, what, () => act(engine, uuid, rest));
    return OK;
  };

export const schedHangup = onTime(
  '[+]<time> <uuid> [<cause>]',
  'sched_hangup',
  (engine, uuid, rest) => engine.channels.get(uuid)?.hangup(rest === '' ? 'ALLOTTED_TIMEOUT' : causeNamed(rest)),
  false,
);

export const schedTransfer = onTime(
  '[+]<time> <uuid> <extension> [<dialplan>] [<context>]',
  'sched_transfer',
  (engine, uuid, rest) => void runApi(engine, `uuid_transfer ${uuid} ${rest}`),
  true,
);

export const schedBroadcast = onTime(
  '[[+]<time>|@time] <uuid> <path> [aleg|bleg|both]',
  'sched_broadcast',
  (engine, uuid, rest) => void runApi(engine, `uuid_broadcast ${uuid} ${rest}`),
  true,
);

/** By the task's number or its group. None found is also +OK. */
export const schedDel: ApiCommand = (engine, argument) => {
  const wanted = argument.trim();
  return `+OK Deleted: ${wanted === '' ? 0 : engine.scheduler.remove(wanted)}\n`;
};

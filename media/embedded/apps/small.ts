import type { App } from '#media/embedded/app-stack.ts';
import { causeNamed } from '#media/embedded/causes.ts';
import { inlineSteps } from '#media/embedded/api/uuid-control.ts';
import { startRecording } from '#media/embedded/api/uuid-record.ts';
import { delayOf } from '#media/embedded/scheduler.ts';
import { firstWord } from '#media/embedded/api/command.ts';
import { words } from '#media/embedded/words.ts';

/** Applications of a few lines each. */
const NONE = '_none_';

/** Every channel here is answered as soon as it is there: `pre_answer` and `ring_ready` come too late to do anything. */
export const nothing: App = () => NONE;

/** `log [<level>] <text>`: into this server's log. */
export const log: App = (channel, argument) => {
  channel.log('info', 'log', { text: argument });
  return NONE;
};

/** `multiunset ^^<separator>a<separator>b`, or one name. */
export const multiunset: App = (channel, argument) => {
  const custom = argument.startsWith('^^') && argument.length > 2;
  const names = custom ? argument.slice(3).split(argument[2]!) : [argument];
  for (const name of names) channel.variables.set(name.trim(), undefined);
  return NONE;
};

/** Keys that wait are forgotten. */
export const flushDtmf: App = (channel) => {
  channel.keys.flush();
  return NONE;
};

/** The party hears itself. */
export const echo: App = (channel, _argument, end) => ({
  heard: (frame) => channel.speak(frame),
  digit: () => undefined,
  break: () => end(),
  abort: () => undefined,
});

/** `transfer <applications> inline`: leaves everything and does these. There is no other dialplan here. */
export const transfer: App = (channel, argument) => {
  const [destination = '', dialplan = ''] = words(argument);
  const steps = dialplan === 'inline' ? inlineSteps(destination) : [];
  if (steps.length === 0) channel.log('warn', 'only inline transfers', { application: 'transfer' });
  else channel.transfer(steps);
  return NONE;
};

/** `record_session <path> [+<limit s>]`: as `uuid_record start`. */
export const recordSession: App = (channel, argument) => {
  const [path = '', limit = '0'] = words(argument);
  startRecording(channel, path, Number.parseInt(limit.replace(/^\+/, ''), 10) || 0);
  return NONE;
};

/** `stop_record_session <path>|all` */
export const stopRecordSession: App = (channel, argument) => {
  const path = argument.trim();
  for (const recording of [...channel.recordings.values()])
    if (path === 'all' || recording.path === path) channel.taps.remove(recording);
  return NONE;
};

/** `sched_hangup [+]<seconds> [<cause>]`: also when the controller has died. */
export const schedHangup: App = (channel, argument) => {
  const [time, cause] = firstWord(argument);
  const delay = delayOf(time, Date.now());
  if (delay === undefined) channel.log('warn', 'no time', { application: 'sched_hangup' });
  else
    channel.engine.scheduler.add(delay, channel.uuid, 'sched_hangup', () =>
      channel.hangup(cause === '' ? 'ALLOTTED_TIMEOUT' : causeNamed(cause)),
    );
  return NONE;
};

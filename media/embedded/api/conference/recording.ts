import type { ConferenceCommand } from './command.ts';

/** `record <file>`. One that cannot be written is refused here; mod_conference says `+OK` and tells it in an event alone. */
export const record: ConferenceCommand = ({ recordings }, [path = '']) => {
  if (path === '') return undefined;
  if (recordings.get(path)) return `-ERR file [${path}] is already being used for recording.\n`;
  return recordings.start(path) ? `+OK Record file ${path}\n` : `-ERR file [${path}] cannot be written.\n`;
};

/** `norecord <file>|all` */
export const norecord: ConferenceCommand = ({ recordings }, [path = '']) => {
  if (path === '') return undefined;
  const all = path.toLowerCase() === 'all';
  const stopped = all ? recordings.paths : recordings.paths.filter((one) => one === path);
  for (const one of stopped) recordings.stop(one);
  const lines = stopped.map((one) => `Stopped recording file ${one}\n`);
  if (lines.length === 0 && !all) lines.push(`-ERR non-existant recording '${path}'\n`);
  return `${lines.join('')}+OK Stopped recording ${stopped.length} file${stopped.length === 1 ? '' : 's'}\n`;
};

const setPaused =
  (paused: boolean): ConferenceCommand =>
  (conference, [path = '']) => {
    if (path === '') return undefined;
    const recording = conference.recordings.get(path);
    if (!recording) return `-ERR non-existant recording '${path}'\n`;
    recording.paused = paused;
    conference.tell(paused ? 'pause-recording' : 'resume-recording', { Path: path, 'Other-Recordings': 'true' });
    return `+OK ${paused ? 'Pause' : 'Resume'} recording file ${path}\n`;
  };
export const pause = setPaused(true);
export const resume = setPaused(false);

export const check: ConferenceCommand = ({ recordings }) =>
  recordings.paths.map((path) => `+OK Record file ${path}\n`).join('') || '-ERR Conference is not being recorded.\n';

const actions: Readonly<Record<string, ConferenceCommand>> = { start: record, stop: norecord, check, pause, resume };

/** `recording start|stop|check|pause|resume <file>|all` */
export const recording: ConferenceCommand = (conference, [action = '', path = '']) => {
  const name = action.toLowerCase();
  const act = Object.hasOwn(actions, name) ? actions[name]! : undefined;
  return act?.(conference, [path === '' && name === 'stop' ? 'all' : path]);
};

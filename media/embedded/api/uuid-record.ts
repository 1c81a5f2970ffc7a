import { unlinkSync } from 'node:fs';
import type { Channel } from '#media/embedded/channel.ts';
import { Recording, type RecordingEnd } from '#media/embedded/taps/recording.ts';
import { words } from '#media/embedded/words.ts';
import { onChannel, usage } from './command.ts';

const SYNTAX = '<uuid> [start|stop|mask|unmask] <path> [<limit>] [<recording_vars>]';
const SUCCESS = '+OK Success\n';
const NO_SESSION = '-ERR Cannot locate session!\n';

/** `{a=b,c=d}`: settings for this recording alone, which win over the channel's variables. */
const ownSettings = (text: string | undefined): ReadonlyMap<string, string> => {
  const inside = /^\{(.*)\}$/.exec(text ?? '')?.[1] ?? '';
  return new Map(
    inside
      .split(',')
      .filter((pair) => pair.includes('='))
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
};

const completion: Readonly<Record<RecordingEnd, string>> = {
  stopped: 'success-maxtime',
  limit: 'success-maxtime',
  failed: 'uri-failure',
};

const remove = (path: string): void => {
  try {
    unlinkSync(path);
  } catch {
    // it was never there, or somebody took it: nothing to discard
  }
};

const ended = (channel: Channel, recording: Recording, end: RecordingEnd, error: unknown): void => {
  const { path, length } = recording;
  const { variables } = channel;
  channel.recordings.delete(path);
  channel.engine.recordedPaths.delete(path);
  variables.set('record_samples', String(length));
  variables.set('record_seconds', String(Math.floor(length / 8000)));
  variables.set('record_ms', String(Math.floor(length / 8)));
  variables.set('record_file_size', String(recording.bytes));
  let cause = completion[end];
  if (end === 'failed') {
    channel.engine.past.failedRecordings += 1;
    channel.log('error', 'recording failed', { path, error: String(error) });
  } else if (recording.empty) {
    variables.set('RECORD_DISCARDED', 'true');
    remove(path);
    cause = 'empty-file';
  } else if (length < (variables.integer('RECORD_MIN_SEC') ?? 0) * 8000) {
    variables.set('RECORD_DISCARDED', 'true');
    remove(path);
    cause = 'input-too-short';
  }
  variables.set('record_completion_cause', cause);
  channel.log('info', 'recording ended', { path, cause, samples: length });
  channel.fire('RECORD_STOP', { 'Record-File-Path': path, 'Record-Completion-Cause': cause });
  channel.fire('MEDIA_BUG_STOP', { 'Media-Bug-Function': 'session_record', 'Media-Bug-Target': path });
};

const isTrue = (text: string | undefined): boolean => ['true', 'yes', 'on', '1'].includes((text ?? '').toLowerCase());

/** Begins a recording; false when the file cannot be written or the path is no absolute WAV path. */
export function startRecording(channel: Channel, path: string, limitSeconds: number, settings?: string): boolean {
  const known = channel.recordings.get(path);
  if (known) {
    // starting twice changes nothing and still succeeds
    if (channel.variables.isTrue('RECORD_TOGGLE_ON_REPEAT')) channel.taps.remove(known);
    return true;
  }
  if (!path.startsWith('/') || !path.toLowerCase().endsWith('.wav')) {
    channel.engine.past.failedRecordings += 1;
    channel.log('warn', 'recording refused: FreeSWITCH would write elsewhere or another format', { path });
    return false;
  }
  if (channel.engine.recordedPaths.has(path)) {
    channel.engine.past.failedRecordings += 1;
    channel.log('warn', 'recording refused: another channel writes this file', { path });
    return false;
  }
  const own = ownSettings(settings);
  const flag = (name: string): boolean => (own.has(name) ? isTrue(own.get(name)) : channel.variables.isTrue(name));
  try {
    const recording: Recording = new Recording(
      path,
      {
        stereo: flag('RECORD_STEREO') || flag('RECORD_STEREO_SWAP'),
        swap: flag('RECORD_STEREO_SWAP'),
        only: flag('RECORD_READ_ONLY') ? 'heard' : flag('RECORD_WRITE_ONLY') ? 'spoken' : null,
        limitSeconds,
      },
      (end, error) => ended(channel, recording, end, error),
    );
    channel.recordings.set(path, recording);
    channel.engine.recordedPaths.add(path);
    channel.taps.attach(recording, false);
    channel.engine.past.recordings += 1;
    channel.log('info', 'recording started', { path });
    channel.fire('RECORD_START', { 'Record-File-Path': path });
    channel.fire('MEDIA_BUG_START', { 'Media-Bug-Function': 'session_record', 'Media-Bug-Target': path });
    return true;
  } catch (error) {
    channel.engine.past.failedRecordings += 1;
    channel.log('error', 'recording cannot start', { path, error: String(error) });
    return false;
  }
}

type Change = (channel: Channel, recording: Recording) => void;
const changes: Readonly<Record<string, { readonly act: Change; readonly failure: string }>> = {
  stop: { act: (channel, recording) => channel.taps.remove(recording), failure: 'Cannot stop record session!' },
  mask: { act: (_, recording) => void (recording.masked = true), failure: 'Cannot mask recording session!' },
  unmask: { act: (_, recording) => void (recording.masked = false), failure: 'Cannot unmask recording session!' },
  pause: { act: (_, recording) => void (recording.paused = true), failure: 'Cannot pause recording session!' },
  resume: { act: (_, recording) => void (recording.paused = false), failure: 'Cannot resume recording session!' },
};

/** `uuid_record`. Recordings are looked up by the exact text of their path. */
export const uuidRecord = onChannel(
  SYNTAX,
  (channel, rest) => {
    const [action = '', path = '', ...more] = words(rest);
    if (action === '' || path === '') return usage(SYNTAX);
    if (action === 'start') {
      const limit = Number.parseInt(more.find((word) => /^\d+$/.test(word)) ?? '0', 10);
      const started = startRecording(
        channel,
        path,
        limit,
        more.find((word) => word.startsWith('{')),
      );
      return started ? SUCCESS : '-ERR Cannot record session!\n';
    }
    const change = changes[action];
    if (!change) return usage(SYNTAX);
    if (action === 'stop' && path === 'all') {
      for (const recording of [...channel.recordings.values()]) channel.taps.remove(recording);
      return SUCCESS;
    }
    const recording = channel.recordings.get(path);
    if (!recording) return `-ERR ${change.failure}\n`;
    change.act(channel, recording);
    return SUCCESS;
  },
  NO_SESSION,
);

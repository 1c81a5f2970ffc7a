import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { FRAME_SAMPLES } from '#media/audio/g711.ts';
import { WavWriter } from '#media/audio/wav-writer.ts';
import type { App } from '#media/embedded/app-stack.ts';
import type { Channel } from '#media/embedded/channel.ts';
import { Timeline } from '#media/embedded/taps/timeline.ts';
import { words } from '#media/embedded/words.ts';
import { terminates } from './terminators.ts';

const TICKS_A_SECOND = 50;
const FLUSH_TICKS = 40;
const DEFAULT_SILENCE_SECONDS = 3;

const open = (channel: Channel, path: string): WavWriter | undefined => {
  try {
    if (!path.startsWith('/')) throw new Error('not an absolute path');
    if (!existsSync(dirname(path))) throw new Error('FreeSWITCH makes no folder for record');
    return new WavWriter(path, { channels: 1, rate: 8000 });
  } catch (error) {
    channel.log('error', 'record cannot write', { path, error: String(error) });
    return undefined;
  }
};

const meanLevel = (samples: Int16Array): number => {
  let sum = 0;
  for (const sample of samples) sum += Math.abs(sample);
  return sum / FRAME_SAMPLES;
};

/**
 * `record <path> [limit s] [silence threshold] [silence hits s]`: the party's voice into a mono file, until a terminator, the limit or
 * silence. Silence is sent meanwhile. A file that cannot be written hangs up the channel, as in FreeSWITCH.
 */
export const record: App = (channel, argument, end) => {
  const [path = '', limit = '0', threshold = '0', hits = '0'] = words(argument);
  const { variables } = channel;
  variables.set('playback_terminator_used', undefined);
  const writer = open(channel, path);
  if (!writer) {
    channel.hangup('DESTINATION_OUT_OF_ORDER');
    return '_none_';
  }
  const timeline = new Timeline(1);
  const limitTicks = (Number.parseInt(limit.replace(/^\+/, ''), 10) || 0) * TICKS_A_SECOND;
  const quietLevel = Number.parseInt(threshold, 10) || 0;
  const quietFrames = (Number.parseInt(hits, 10) || DEFAULT_SILENCE_SECONDS) * TICKS_A_SECOND;
  let quiet = 0;
  let silent = true;
  let ticks = 0;
  let failed = false;
  const write = (action: () => void): void => {
    try {
      action();
    } catch (error) {
      failed = true;
      channel.log('error', 'record failed', { path, error: String(error) });
    }
  };
  const take = (position: number, samples: Int16Array): void => writer.write(position, samples);
  variables.set('silence_hits_exhausted', 'false');
  channel.fire('RECORD_START', { 'Record-File-Path': path });
  return {
    heard: (frame) => {
      timeline.put(0, frame.samples(), frame.gap, frame.fresh);
      silent = false;
      if (quietLevel > 0) quiet = meanLevel(frame.samples()) < quietLevel ? quiet + 1 : 0;
    },
    tick: () => {
      timeline.tick();
      ticks += 1;
      // a party that sends nothing says nothing
      if (silent) quiet += 1;
      silent = true;
      channel.speakIdle();
      if (ticks % FLUSH_TICKS === 0) write(() => timeline.flush(take));
      if (quietLevel > 0 && quiet >= quietFrames) {
        variables.set('silence_hits_exhausted', 'true');
        return end();
      }
      if (failed || (limitTicks > 0 && ticks >= limitTicks)) end();
    },
    digit: ({ digit }) => {
      if (!terminates(channel, digit)) return;
      variables.set('playback_terminator_used', digit);
      end();
    },
    break: () => end(),
    abort: () => {
      if (!failed) write(() => timeline.finish(take));
      write(() => writer.close());
      variables.set('record_seconds', String(Math.floor(writer.length / 8000)));
      variables.set('record_ms', String(Math.floor(writer.length / 8)));
      variables.set('record_samples', String(writer.length));
      variables.set('record_record_file_size', String(writer.dataBytes));
      channel.fire('RECORD_STOP', { 'Record-File-Path': path });
    },
  };
};

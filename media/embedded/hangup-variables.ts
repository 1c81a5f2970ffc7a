import { setMediaStats } from './api/uuid-variables.ts';
import { q850Of } from './causes.ts';
import type { Channel } from './channel.ts';

/** FreeSWITCH's way to write a date: local time, without a zone. */
const stamp = (ms: number): string => {
  const two = (part: number): string => String(part).padStart(2, '0');
  const date = new Date(ms);
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
};

/**
 * What a channel knows of itself when it is over: why it ended, when things happened (`*_epoch` seconds, `*_uepoch` microseconds, 0 when they
 * never did) and how long they took, and the counts of its sound. Read from CHANNEL_HANGUP_COMPLETE (FreeSWITCH: switch_channel_set_timestamps).
 */
export function setHangupVariables(channel: Channel): void {
  const { variables, times, profile } = channel;
  const set = (name: string, value: string | number): void => variables.set(name, String(value));
  const code = q850Of(channel.hangupCause!);
  set('hangup_cause_q850', code < 128 ? code : q850Of('NORMAL_CLEARING'));
  set('digits_dialed', 'none');
  const moments = { start: times.created, profile_start: times.created, answer: times.answered, bridge: times.bridged };
  for (const [name, ms] of Object.entries({
    ...moments,
    progress: 0,
    progress_media: times.answered,
    end: times.hungUp,
  })) {
    if (ms > 0) set(`${name}_stamp`, stamp(ms));
    set(`${name}_epoch`, Math.floor(ms / 1000));
    set(`${name}_uepoch`, ms * 1000);
  }
  for (const name of ['last_hold', 'resurrect']) for (const unit of ['epoch', 'uepoch']) set(`${name}_${unit}`, 0);
  for (const unit of ['seconds', 'usec', 'ms']) set(`hold_accum_${unit}`, 0);
  const since = (from: number, to: number): number => (from > 0 && to > from ? to - from : 0);
  const spans: Readonly<Record<string, number>> = {
    duration: since(times.created, times.hungUp),
    bill: since(times.answered, times.hungUp),
    progress: 0,
    answer: since(times.created, times.answered),
    wait: since(times.created, times.bridged),
    progress_media: since(times.created, times.answered),
    flow_bill: since(times.answered, times.hungUp),
  };
  for (const [name, ms] of Object.entries(spans)) {
    const [seconds, millis, micros] =
      name === 'duration' ? ['duration', 'mduration', 'uduration'] : ['sec', 'msec', 'usec'].map((unit) => name + unit);
    set(seconds!, Math.floor(ms / 1000));
    set(millis!, ms);
    set(micros!, ms * 1000);
  }
  if (profile.callerNumber !== '') set('caller_id', `"${profile.callerName}" <${profile.callerNumber}>`);
  if (channel.apps.last) {
    set('last_app', channel.apps.last.app);
    variables.set('last_arg', channel.apps.last.argument);
  }
  setMediaStats(channel);
}

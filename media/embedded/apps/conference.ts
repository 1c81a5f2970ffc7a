import type { App, RunningApp } from '#media/embedded/app-stack.ts';
import type { Channel } from '#media/embedded/channel.ts';
import { channelHeaders } from '#media/embedded/channel-headers.ts';
import { MAINTENANCE } from '#media/embedded/conference/headers.ts';
import { readInvitation, type Invitation } from '#media/embedded/conference/invitation.ts';
import { PinEntry } from '#media/embedded/conference/pin-entry.ts';

const NONE = '_none_';

/** A conference that is not there yet, for somebody who may only join one that is. */
const refuseToCreate = (channel: Channel, { name, profile }: Invitation): void => {
  channel.engine.bus.fire('CUSTOM', {
    subclass: MAINTENANCE,
    channel: channel.uuid,
    headers: () =>
      Object.assign(channelHeaders(channel), {
        'Conference-Name': name,
        'Conference-Profile-Name': profile,
        Action: 'rejected-join-only',
      }),
  });
  channel.log('info', 'conference not joined: it does not exist', { conference: name });
  channel.hangup('NORMAL_CLEARING');
};

const enter = (channel: Channel, wanted: Invitation, end: () => void): RunningApp | undefined => {
  const { conferences } = channel.engine;
  const found = conferences.find(wanted.name);
  if (found?.locked || found?.full) {
    channel.log('info', 'conference not joined', { conference: wanted.name, reason: found.locked ? 'locked' : 'full' });
    return undefined;
  }
  const conference = found ?? conferences.create(wanted.name, wanted.profile, wanted.flags);
  const member = conference.join(channel, conferences.idOf(channel), wanted.flags, end);
  return {
    tick: () => member.tick(),
    heard: (frame) => member.heard(frame),
    digit: (digit) => member.digit(digit),
    abort: () => conference.leave(member),
  };
};

/**
 * `conference name[@profile][+pin][+flags{a|b}]`: everybody in it hears everybody else, until the channel is kicked, goes elsewhere, or the
 * conference ends. One that is locked or full is not joined: the application ends without an `add-member`.
 */
export const conference: App = (channel, argument, end) => {
  const wanted = readInvitation(argument, channel.variables);
  if (!wanted) {
    channel.log('warn', 'conference without a name', { application: 'conference' });
    return NONE;
  }
  const { conferences } = channel.engine;
  if (wanted.flags.has('join-only') && !conferences.find(wanted.name)) {
    refuseToCreate(channel, wanted);
    return NONE;
  }
  const pin = wanted.pin || (conferences.find(wanted.name)?.pin ?? '');
  if (pin === '' || channel.variables.get('supplied_pin') === pin) return enter(channel, wanted, () => end()) ?? NONE;
  let stage: RunningApp = new PinEntry(channel, pin, (good) => {
    const entered = good ? enter(channel, wanted, () => end()) : undefined;
    if (entered) stage = entered;
    else end();
  });
  return {
    tick: () => stage.tick?.(),
    heard: (frame) => stage.heard?.(frame),
    digit: (digit) => stage.digit?.(digit),
    abort: () => stage.abort(),
  };
};

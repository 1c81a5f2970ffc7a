import type { EventHeaders } from './event-socket/event.ts';
import type { Channel } from './channel.ts';
import { CODECS } from './codecs.ts';

const micro = (ms: number): string => String(ms * 1000);

/** FreeSWITCH's numbers of channel states. */
const STATE_NUMBERS = {
  CS_ROUTING: 2,
  CS_SOFT_EXECUTE: 3,
  CS_EXECUTE: 4,
  CS_EXCHANGE_MEDIA: 5,
  CS_PARK: 6,
  CS_HANGUP: 10,
  CS_REPORTING: 11,
  CS_DESTROY: 12,
} as const;
export type ChannelState = keyof typeof STATE_NUMBERS;

const CALL_STATE_NUMBERS = { DOWN: 0, RINGING: 2, ACTIVE: 4, HELD: 5, HANGUP: 7 } as const;
export type CallState = keyof typeof CALL_STATE_NUMBERS;
export const callStateNumber = (state: CallState): string => String(CALL_STATE_NUMBERS[state]);

/** What every event about a channel says of it (FreeSWITCH: switch_channel_event_set_basic_data). */
export function channelHeaders(channel: Channel): EventHeaders {
  const headers: EventHeaders = {
    // the last state shows as a number alone
    'Channel-State': channel.state === 'CS_DESTROY' ? 'CS_REPORTING' : channel.state,
    'Channel-Call-State': channel.callState,
    'Channel-State-Number': String(
      Math.max(STATE_NUMBERS[channel.state], channel.hangupCause ? STATE_NUMBERS.CS_HANGUP : 0),
    ),
    'Channel-Name': channel.name,
    'Unique-ID': channel.uuid,
    'Call-Direction': 'inbound',
    'Presence-Call-Direction': 'inbound',
    'Channel-HIT-Dialplan': 'true',
    'Channel-Call-UUID': channel.uuid,
    'Answer-State': channel.hangupCause ? 'hangup' : channel.times.answered > 0 ? 'answered' : 'ringing',
  };
  if (channel.hangupCause) headers['Hangup-Cause'] = channel.hangupCause;
  if (channel.leg.agreement) {
    for (const side of ['Read', 'Write']) {
      const codec = CODECS[channel.leg.codec];
      headers[`Channel-${side}-Codec-Name`] = codec.name;
      headers[`Channel-${side}-Codec-Rate`] = String(codec.rate);
      headers[`Channel-${side}-Codec-Bit-Rate`] = String(codec.bitRate);
    }
  }
  profileHeaders(headers, 'Caller', channel);
  headers['Caller-Unique-ID'] = channel.uuid;
  const other = channel.lastPartner;
  if (other) {
    headers['Other-Type'] = channel.state === 'CS_SOFT_EXECUTE' ? 'originatee' : 'originator';
    profileHeaders(headers, 'Other-Leg', other);
    headers['Other-Leg-Unique-ID'] = other.uuid;
  }
  return headers;
}

/** The caller's profile and the times of a channel, under a prefix. Empty values are left out. */
export function profileHeaders(headers: EventHeaders, prefix: string, channel: Channel): void {
  const { profile, times } = channel;
  const put = (name: string, value: string): void => {
    if (value !== '') headers[`${prefix}-${name}`] = value;
  };
  put('Direction', 'inbound');
  put('Logical-Direction', 'inbound');
  put('Username', profile.callerNumber);
  put('Dialplan', 'XML');
  put('Caller-ID-Name', profile.callerName);
  put('Caller-ID-Number', profile.callerNumber);
  put('Orig-Caller-ID-Name', profile.callerName);
  put('Orig-Caller-ID-Number', profile.callerNumber);
  put('Network-Addr', profile.networkAddress);
  put('ANI', profile.callerNumber);
  put('Destination-Number', profile.destination);
  put('Source', 'mod_sofia');
  put('Context', profile.context);
  put('Channel-Name', channel.name);
  put('Profile-Index', '1');
  put('Profile-Created-Time', micro(times.created));
  put('Channel-Created-Time', micro(times.created));
  put('Channel-Answered-Time', micro(times.answered));
  put('Channel-Progress-Time', '0');
  put('Channel-Progress-Media-Time', '0');
  put('Channel-Hangup-Time', micro(times.hungUp));
  put('Channel-Transfer-Time', micro(times.transferred));
  put('Channel-Resurrect-Time', '0');
  put('Channel-Bridged-Time', micro(times.bridged));
  put('Channel-Last-Hold', '0');
  put('Channel-Hold-Accum', '0');
  put('Screen-Bit', 'true');
  put('Privacy-Hide-Name', 'false');
  put('Privacy-Hide-Number', 'false');
}

/** Adds the channel's variables, as `variable_<name>`. */
export function addVariables(channel: Channel, headers: EventHeaders): void {
  for (const [name, value] of channel.variables.entries()) headers[`variable_${name}`] = value;
}

/** Events that carry the variables (switch_channel_event_set_extended_data); DTMF and CALLSTATE are not among them. */
const WITH_VARIABLES: ReadonlySet<string> = new Set(
  [
    'CHANNEL_CREATE CHANNEL_ANSWER CHANNEL_PARK CHANNEL_UNPARK CHANNEL_BRIDGE CHANNEL_UNBRIDGE CHANNEL_HANGUP',
    'CHANNEL_HANGUP_COMPLETE CHANNEL_DATA CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE CHANNEL_DESTROY RECORD_START',
    'RECORD_STOP PLAYBACK_START PLAYBACK_STOP MEDIA_BUG_START MEDIA_BUG_STOP CHANNEL_HOLD CHANNEL_UNHOLD CUSTOM',
  ].flatMap((line) => line.split(' ')),
);

export const carriesVariables = (event: string): boolean => WITH_VARIABLES.has(event);

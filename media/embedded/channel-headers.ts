import type { EventHeaders } from './event-socket/event.ts';
import type { Channel } from './channel.ts';

const micro = (ms: number): string => String(ms * 1000);

/** What every event about a channel says of it (FreeSWITCH: switch_channel_event_set_basic_data). */
export function channelHeaders(channel: Channel): EventHeaders {
  const { profile, times } = channel;
  const headers: EventHeaders = {
    'Channel-State': channel.state,
    'Channel-Call-State': channel.callState,
    'Channel-State-Number': channel.state === 'CS_HANGUP' ? '10' : '4',
    'Channel-Name': channel.name,
    'Unique-ID': channel.uuid,
    'Call-Direction': 'inbound',
    'Presence-Call-Direction': 'inbound',
    'Channel-HIT-Dialplan': 'true',
    'Channel-Call-UUID': channel.uuid,
    'Answer-State': channel.hangupCause ? 'hangup' : times.answered > 0 ? 'answered' : 'ringing',
  };
  if (channel.hangupCause) headers['Hangup-Cause'] = channel.hangupCause;
  if (channel.leg.agreement) {
    for (const side of ['Read', 'Write']) {
      headers[`Channel-${side}-Codec-Name`] = channel.leg.law;
      headers[`Channel-${side}-Codec-Rate`] = '8000';
      headers[`Channel-${side}-Codec-Bit-Rate`] = '64000';
    }
  }
  headers['Caller-Direction'] = 'inbound';
  headers['Caller-Logical-Direction'] = 'inbound';
  headers['Caller-Username'] = profile.callerNumber;
  headers['Caller-Dialplan'] = 'XML';
  headers['Caller-Caller-ID-Name'] = profile.callerName;
  headers['Caller-Caller-ID-Number'] = profile.callerNumber;
  headers['Caller-Orig-Caller-ID-Name'] = profile.callerName;
  headers['Caller-Orig-Caller-ID-Number'] = profile.callerNumber;
  headers['Caller-Network-Addr'] = profile.networkAddress;
  headers['Caller-ANI'] = profile.callerNumber;
  headers['Caller-Destination-Number'] = profile.destination;
  headers['Caller-Unique-ID'] = channel.uuid;
  headers['Caller-Source'] = 'mod_sofia';
  headers['Caller-Context'] = profile.context;
  headers['Caller-Channel-Name'] = channel.name;
  headers['Caller-Profile-Index'] = '1';
  headers['Caller-Profile-Created-Time'] = micro(times.created);
  headers['Caller-Channel-Created-Time'] = micro(times.created);
  headers['Caller-Channel-Answered-Time'] = micro(times.answered);
  headers['Caller-Channel-Progress-Time'] = '0';
  headers['Caller-Channel-Progress-Media-Time'] = '0';
  headers['Caller-Channel-Hangup-Time'] = micro(times.hungUp);
  headers['Caller-Channel-Transfer-Time'] = micro(times.transferred);
  headers['Caller-Channel-Resurrect-Time'] = '0';
  headers['Caller-Channel-Bridged-Time'] = micro(times.bridged);
  headers['Caller-Channel-Last-Hold'] = '0';
  headers['Caller-Channel-Hold-Accum'] = '0';
  headers['Caller-Screen-Bit'] = 'true';
  headers['Caller-Privacy-Hide-Name'] = 'false';
  headers['Caller-Privacy-Hide-Number'] = 'false';
  const partner = channel.partner;
  if (partner) headers['Other-Leg-Unique-ID'] = partner.uuid;
  return headers;
}

/** Adds the channel's variables, as `variable_<name>`. */
export function addVariables(channel: Channel, headers: EventHeaders): void {
  for (const [name, value] of channel.variables.entries()) headers[`variable_${name}`] = value;
}

/** Events that carry the variables (switch_channel_event_set_extended_data); DTMF and CALLSTATE are not among them. */
const WITH_VARIABLES: ReadonlySet<string> = new Set([
  'CHANNEL_CREATE',
  'CHANNEL_ANSWER',
  'CHANNEL_PARK',
  'CHANNEL_UNPARK',
  'CHANNEL_BRIDGE',
  'CHANNEL_UNBRIDGE',
  'CHANNEL_HANGUP',
  'CHANNEL_HANGUP_COMPLETE',
  'CHANNEL_DATA',
  'CHANNEL_EXECUTE',
  'CHANNEL_EXECUTE_COMPLETE',
  'CHANNEL_DESTROY',
  'RECORD_START',
  'RECORD_STOP',
  'PLAYBACK_START',
  'PLAYBACK_STOP',
  'MEDIA_BUG_START',
  'MEDIA_BUG_STOP',
  'CHANNEL_HOLD',
  'CHANNEL_UNHOLD',
  'CUSTOM',
]);

export const carriesVariables = (event: string): boolean => WITH_VARIABLES.has(event);

import { channelHeaders } from '#media/embedded/channel-headers.ts';
import type { EventHeaders } from '#media/embedded/event-socket/event.ts';
import type { Conference } from './conference.ts';
import type { Member } from './member.ts';

/** Subclass of all events of conferences. */
export const MAINTENANCE = 'conference::maintenance';

/** What every event of a conference says of it (conference_event_add_data). */
export const conferenceHeaders = (conference: Conference): EventHeaders => ({
  'Conference-Name': conference.name,
  'Conference-Domain': conference.domain,
  'Conference-Size': String(conference.count),
  'Conference-Ghosts': String(conference.ghosts),
  'Conference-Profile-Name': conference.profile,
  'Conference-Unique-ID': conference.uuid,
});

const truth = (value: boolean): string => (value ? 'true' : 'false');

/** What an event about a member says besides (conference_member_add_event_data). */
export const memberHeaders = (member: Member): EventHeaders =>
  Object.assign(channelHeaders(member.channel), {
    Floor: truth(member.conference.floor === member),
    Video: 'false',
    Hear: truth(member.hears),
    See: 'true',
    Speak: truth(member.speaks),
    Talking: truth(member.talking.now),
    'Mute-Detect': truth(member.flags.has('mute-detect')),
    Hold: 'false',
    'Member-ID': String(member.id),
    'Member-Type': member.moderator ? 'moderator' : 'member',
    'Member-Ghost': truth(member.ghost),
    'Energy-Level': String(member.talking.level),
    'Current-Energy': String(member.loudness),
  });

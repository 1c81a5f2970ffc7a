import { LOUDEST_STEP, QUIETEST_STEP } from '#media/embedded/conference/level.ts';
import { sendDigits } from '#media/embedded/apps/settings.ts';
import type { Member } from '#media/embedded/conference/member.ts';
import type { MemberAct } from './command.ts';

/** What can be done with one member. */

const setMuted = (member: Member, muted: boolean): string => {
  member.mute(muted);
  member.conference.tellOf(member, muted ? 'mute-member' : 'unmute-member');
  return `+OK ${muted ? 'mute' : 'unmute'} ${member.id}\n`;
};

export const mute: MemberAct = (member) => setMuted(member, true);
export const unmute: MemberAct = (member) => setMuted(member, false);
export const toggleMute: MemberAct = (member) => setMuted(member, member.speaks);

const setDeaf = (member: Member, deaf: boolean): string => {
  member.hears = !deaf;
  member.conference.tellOf(member, deaf ? 'deaf-member' : 'undeaf-member');
  return `+OK ${deaf ? 'deaf' : 'undeaf'} ${member.id}\n`;
};

export const deaf: MemberAct = (member) => setDeaf(member, true);
export const undeaf: MemberAct = (member) => setDeaf(member, false);

export const kick: MemberAct = (member) => {
  member.conference.tellOf(member, 'kick-member');
  member.end();
  return `+OK kicked ${member.id}\n`;
};

export const hup: MemberAct = (member) => {
  member.conference.tellOf(member, 'hup-member');
  member.end();
  return `+OK hup ${member.id}\n`;
};

export const dtmf: MemberAct = (member, digits) => {
  if (digits === '' || !sendDigits(member.channel, digits)) return '-ERR Invalid input!\n';
  member.conference.tellOf(member, 'dtmf-member', { Digits: digits });
  return `+OK sent ${digits} to ${member.id}\n`;
};

export const getUuid: MemberAct = (member) => member.channel.uuid;

const MOST_ENERGY = 1800;
const ENERGY_STEP = 200;

/** From this loudness on a member is heard; 0, as it is at first: always. */
export const energy: MemberAct = (member, wanted) => {
  const { talking } = member;
  if (wanted === 'up') talking.level = Math.min(MOST_ENERGY, talking.level + ENERGY_STEP);
  else if (wanted === 'down') talking.level = Math.max(0, talking.level - ENERGY_STEP);
  else if (wanted !== '') talking.level = Math.max(0, Number.parseInt(wanted, 10) || 0);
  if (wanted !== '') member.conference.tellOf(member, 'energy-level-member');
  return `Energy ${member.id} = ${talking.level}\n`;
};

const stepped = (present: number, wanted: string): number => {
  const step = wanted === 'up' ? present + 1 : wanted === 'down' ? present - 1 : Number.parseInt(wanted, 10) || 0;
  return Math.max(QUIETEST_STEP, Math.min(LOUDEST_STEP, step));
};

export const volumeIn: MemberAct = (member, wanted) => {
  if (wanted !== '') {
    member.volumeIn = stepped(member.volumeIn, wanted);
    member.conference.tellOf(member, 'volume-in-member', { 'Volume-Level': String(member.volumeIn) });
  }
  return `+OK Volume IN ${member.id} = ${member.volumeIn}\n`;
};

export const volumeOut: MemberAct = (member, wanted) => {
  if (wanted !== '') {
    member.volumeOut = stepped(member.volumeOut, wanted);
    member.conference.tellOf(member, 'volume-out-member', { 'Volume-Level': String(member.volumeOut) });
  }
  return `+OK Volume OUT ${member.id} = ${member.volumeOut}\n`;
};

import type { Conference } from '#media/embedded/conference/conference.ts';
import type { ConferenceCommand } from './command.ts';

/** What can be asked of a conference as a whole. */

const setLocked =
  (locked: boolean): ConferenceCommand =>
  (conference) => {
    conference.locked = locked;
    conference.tell(locked ? 'lock' : 'unlock');
    return `+OK ${conference.name} ${locked ? 'locked' : 'unlocked'}\n`;
  };
export const lock = setLocked(true);
export const unlock = setLocked(false);

/** mod_conference repeats the PIN in its answer; here it is not. */
export const pin: ConferenceCommand = (conference, [wanted = '', more]) => {
  if (wanted === '' || more !== undefined) return undefined;
  conference.pin = wanted;
  return `+OK Pin for conference ${conference.name} set\n`;
};
export const nopin: ConferenceCommand = (conference) => {
  conference.pin = '';
  return `+OK Pin for conference ${conference.name} deleted\n`;
};

/** `transfer <conference> <member>...` */
export const transfer: ConferenceCommand = (conference, [target = '', ...ids]) => {
  if (target === '' || ids.length === 0) return undefined;
  const destination = target.includes('@') ? target : `${target}@default`;
  const answers = ids.map((id) => {
    const member = conference.member(Number.parseInt(id, 10));
    if (!member) return `-ERR No Member ${id} in conference ${conference.name}.\n`;
    const about = { 'Old-Conference-Name': conference.name, 'New-Conference-Name': target };
    conference.tellOf(member, 'transfer', about);
    member.channel.variables.set('last_transfered_conference', target.split('@')[0]);
    member.channel.transfer([{ app: 'conference', argument: destination }]);
    return `+OK Member '${member.id}' sent to conference ${target}.\n`;
  });
  return answers.join('');
};

const parameters: Readonly<Record<string, (conference: Conference) => string | number>> = {
  count: ({ count }) => count,
  count_ghosts: ({ ghosts }) => ghosts,
  endconference_grace_time: ({ graceSeconds }) => graceSeconds,
  is_locked: ({ locked }) => (locked ? 'locked' : ''),
  max_members: ({ maxMembers }) => maxMembers,
  profile_name: ({ profile }) => profile,
  rate: () => 8000,
  run_time: ({ engine, startedMs }) => Math.floor((engine.now() - startedMs) / 1000),
  uuid: ({ uuid }) => uuid,
  wait_mod: ({ waitsForModerator }) => (waitsForModerator ? 'true' : ''),
};

export const get: ConferenceCommand = (conference, [name = '', more]) => {
  const parameter = name.toLowerCase();
  if (more !== undefined || !Object.hasOwn(parameters, parameter)) return undefined;
  return String(parameters[parameter]!(conference));
};

/** `set max_members|endconference_grace_time <n>`: answers what it was before. */
export const set: ConferenceCommand = (conference, [name = '', value = '', more]) => {
  const number = Number(value);
  if (more !== undefined || value === '' || !Number.isInteger(number) || number < 0) return undefined;
  const former = get(conference, [name]);
  if (name.toLowerCase() === 'max_members') conference.maxMembers = number;
  else if (name.toLowerCase() === 'endconference_grace_time') conference.graceSeconds = number;
  else return undefined;
  return former;
};

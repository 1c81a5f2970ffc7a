import { words } from '#media/embedded/words.ts';
import type { ApiCommand } from './command.ts';
import { onMembers, type Entry, type MemberAct } from './conference/command.ts';
import { count, list, listAll } from './conference/listing.ts';
import * as members from './conference/members.ts';
import * as recordings from './conference/recording.ts';
import * as room from './conference/room.ts';
import { play, stop } from './conference/sounds.ts';

const WHO = '<[member_id|all|last|non_moderator]>';
const member = (act: MemberAct, more = ''): Entry => ({ syntax: `${WHO}${more}`, run: onMembers(act) });

const commands: Readonly<Record<string, Entry>> = {
  chkrecord: { syntax: '<confname>', run: recordings.check },
  count: { syntax: '', run: count },
  deaf: member(members.deaf),
  dtmf: member(members.dtmf, ' <digits>'),
  energy: member(members.energy, ' [<newval>]'),
  get: { syntax: '<parameter-name>', run: room.get },
  'get-uuid': member(members.getUuid),
  hup: member(members.hup),
  kick: member(members.kick),
  list: { syntax: '[delim <string>]|[count]', run: list },
  lock: { syntax: '', run: room.lock },
  mute: member(members.mute, ' [<quiet>]'),
  nopin: { syntax: '', run: room.nopin },
  norecord: { syntax: '<[filename|all]>', run: recordings.norecord },
  pause: { syntax: '<filename>', run: recordings.pause },
  pin: { syntax: '<pin#>', run: room.pin },
  play: { syntax: '<file_path> [async|<member_id> [nomux]]', run: play },
  record: { syntax: '<filename>', run: recordings.record },
  recording: { syntax: '[start|stop|check|pause|resume] [<filename>|all]', run: recordings.recording },
  resume: { syntax: '<filename>', run: recordings.resume },
  set: { syntax: '<max_members|endconference_grace_time> <value>', run: room.set },
  stop: { syntax: '<[current|all|async]> [<member_id>]', run: stop },
  tmute: member(members.toggleMute, ' [<quiet>]'),
  transfer: { syntax: '<conference_name> <member id> [...<member id>]', run: room.transfer },
  undeaf: member(members.undeaf),
  unlock: { syntax: '', run: room.unlock },
  unmute: member(members.unmute, ' [<quiet>]'),
  volume_in: member(members.volumeIn, ' [<newval>]'),
  volume_out: member(members.volumeOut, ' [<newval>]'),
};

/** `conference <name> <command> ...` and `conference list|count`, answered in the words of mod_conference. */
export const conference: ApiCommand = (engine, argument) => {
  const [name = '', command = '', ...rest] = words(argument.trim());
  const found = engine.conferences.find(name);
  if (!found) {
    if (name.toLowerCase() === 'list') return listAll(engine, command === '' ? [] : [command, ...rest]);
    if (name.toLowerCase() === 'count') return String(engine.conferences.all.length);
    return `-ERR Conference ${name} not found\n`;
  }
  if (command === '') return "Conference command, not specified.\nTry 'help'\n";
  const key = command.toLowerCase();
  const entry = Object.hasOwn(commands, key) ? commands[key]! : undefined;
  if (!entry) return `-ERR Conference command '${command}' not found.\n`;
  return entry.run(found, rest) ?? `${key} ${entry.syntax}`;
};

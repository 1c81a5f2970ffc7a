import { randomUUID } from 'node:crypto';
import { OK, onChannel, usage, type ApiCommand } from './command.ts';

/** Commands of a few lines each. */
export const createUuid: ApiCommand = () => randomUUID();

export const echo: ApiCommand = (_engine, argument) => argument;

/** Whether FreeSWITCH would have loaded that module for what this server does. */
const MODULES: ReadonlySet<string> = new Set([
  'mod_sofia',
  'mod_event_socket',
  'mod_commands',
  'mod_dptools',
  'mod_sndfile',
  'mod_tone_stream',
  'mod_dialplan_xml',
]);
export const moduleExists: ApiCommand = (_engine, argument) => String(MODULES.has(argument.trim()));

/** `global_setvar <name>=<value>`; without a value the variable goes. */
export const globalSetvar: ApiCommand = (engine, argument) => {
  const equals = argument.indexOf('=');
  if (equals <= 0) return usage('<var>=<value> [=<value2>]');
  const [name, value] = [argument.slice(0, equals).trim(), argument.slice(equals + 1)];
  if (value === '') engine.globals.delete(name);
  else engine.globals.set(name, value);
  return '+OK';
};

export const uuidFlushDtmf = onChannel('<uuid>', (channel) => {
  channel.keys.flush();
  return OK;
});

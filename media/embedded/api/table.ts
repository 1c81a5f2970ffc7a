import type { Engine } from '#media/embedded/engine.ts';
import { firstWord, type ApiCommand } from './command.ts';
import { conference } from './conference.ts';
import { schedApi, schedBroadcast, schedDel, schedHangup, schedTransfer } from './schedule.ts';
import { globalGetvar, hostname, show, sofia, status, version } from './server-state.ts';
import { createUuid, echo, globalSetvar, moduleExists, uuidFlushDtmf } from './small.ts';
import {
  uuidBreak,
  uuidBridge,
  uuidBroadcast,
  uuidDropDtmf,
  uuidKill,
  uuidPark,
  uuidRecvDtmf,
  uuidSendDtmf,
  uuidTransfer,
} from './uuid-control.ts';
import { uuidDisplace } from './uuid-displace.ts';
import { uuidJitterbuffer } from './uuid-jitterbuffer.ts';
import { uuidRecord } from './uuid-record.ts';
import { uuidDump, uuidExists, uuidGetvar, uuidSetMediaStats, uuidSetvar, uuidSetvarMulti } from './uuid-variables.ts';

const commands: Readonly<Record<string, () => ApiCommand>> = {
  conference: () => conference,
  create_uuid: () => createUuid,
  echo: () => echo,
  global_getvar: () => globalGetvar,
  global_setvar: () => globalSetvar,
  hostname: () => hostname,
  module_exists: () => moduleExists,
  sched_api: () => schedApi,
  sched_broadcast: () => schedBroadcast,
  sched_del: () => schedDel,
  sched_hangup: () => schedHangup,
  sched_transfer: () => schedTransfer,
  show: () => show,
  sofia: () => sofia,
  status: () => status,
  uuid_break: () => uuidBreak,
  uuid_bridge: () => uuidBridge,
  uuid_broadcast: () => uuidBroadcast,
  uuid_displace: () => uuidDisplace,
  uuid_drop_dtmf: () => uuidDropDtmf,
  uuid_dump: () => uuidDump,
  uuid_exists: () => uuidExists,
  uuid_flush_dtmf: () => uuidFlushDtmf,
  uuid_getvar: () => uuidGetvar,
  uuid_jitterbuffer: () => uuidJitterbuffer,
  uuid_kill: () => uuidKill,
  uuid_park: () => uuidPark,
  uuid_record: () => uuidRecord,
  uuid_recv_dtmf: () => uuidRecvDtmf,
  uuid_send_dtmf: () => uuidSendDtmf,
  uuid_set_media_stats: () => uuidSetMediaStats,
  uuid_setvar: () => uuidSetvar,
  uuid_setvar_multi: () => uuidSetvarMulti,
  uuid_transfer: () => uuidTransfer,
  version: () => version,
};

/** Runs `<command> <arguments>` and returns its answer. A fault of ours is an answer, too: it must not take the connection down. */
export function runApi(engine: Engine, text: string): string {
  const [name, rest] = firstWord(text);
  if (!Object.hasOwn(commands, name)) return `-ERR ${name} Command not found!\n`;
  try {
    return commands[name]!()(engine, rest);
  } catch (error) {
    engine.log('error', 'api fault', {
      command: name,
      error: String(error),
      stack: error instanceof Error ? error.stack : undefined,
    });
    return '-ERR internal error\n';
  }
}

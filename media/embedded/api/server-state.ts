import type { Channel } from '#media/embedded/channel.ts';
import { CODECS } from '#media/embedded/codecs.ts';
import type { Engine } from '#media/embedded/engine.ts';
import type { ApiCommand } from './command.ts';

export const VERSION = '1.11.1-embedded';

const plural = (n: number, unit: string): string => `${n} ${unit}${n === 1 ? '' : 's'}`;

/** `0 years, 0 days, ...` as `status` and HEARTBEAT show it. */
export function upTime(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const parts = [
    plural(Math.floor(seconds / 31_536_000), 'year'),
    plural(Math.floor(seconds / 86_400) % 365, 'day'),
    plural(Math.floor(seconds / 3600) % 24, 'hour'),
    plural(Math.floor(seconds / 60) % 60, 'minute'),
    plural(seconds % 60, 'second'),
    plural(Math.floor(ms) % 1000, 'millisecond'),
    plural(0, 'microsecond'),
  ];
  return parts.join(', ');
}

export const status: ApiCommand = (engine) =>
  [
    `UP ${upTime(engine.now() - engine.startedMs)}`,
    `FreeSWITCH (Version ${VERSION}) is ready`,
    `${engine.past.channels} session(s) since startup`,
    `${engine.channels.size} session(s) - peak ${engine.channels.size}, last 5min ${engine.channels.size} `,
    `0 session(s) per Sec out of max 1000, peak 0, last 5min 0 `,
    `${engine.settings.maxSessions} session(s) max`,
    'min idle cpu 0.00/100.00',
    '',
  ].join('\n');

/** `sofia status`: the table in which the client finds the address of its profile. */
export const sofia: ApiCommand = (engine, argument) => {
  if (!/^status\b/.test(argument.trim())) return '-ERR only "sofia status" is known\n';
  const line = '='.repeat(97);
  return [
    '                     Name\t   Type\t                                      Data\tState',
    line,
    `             drachtio_mrf\tprofile\t          sip:mod_sofia@${engine.settings.sipAddress}\tRUNNING (${engine.channels.size})`,
    line,
    '1 profile 0 aliases',
    '',
  ].join('\n');
};

export const version: ApiCommand = (_, argument) =>
  argument.trim() === 'short' ? '1.11.1\n' : `FreeSWITCH Version ${VERSION} (${VERSION})\n`;

export const hostname: ApiCommand = (engine) => engine.bus.hostname;

export const globalGetvar: ApiCommand = (engine, argument) => {
  const globals: Readonly<Record<string, string>> = {
    hostname: engine.bus.hostname,
    core_uuid: engine.bus.coreUuid,
    local_ip_v4: engine.settings.sipAddress.split(':')[0]!,
    rtp_secure_media: 'forbidden',
    ...Object.fromEntries(engine.globals),
  };
  const wanted = argument.trim();
  if (wanted !== '') return globals[wanted] ?? '';
  return Object.entries(globals)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
};

const row = (engine: Engine, channel: Channel): Record<string, string> => ({
  uuid: channel.uuid,
  direction: 'inbound',
  created: new Date(channel.times.created).toISOString().replace('T', ' ').slice(0, 19),
  created_epoch: String(Math.floor(channel.times.created / 1000)),
  name: channel.name,
  state: channel.state,
  cid_name: channel.profile.callerName,
  cid_num: channel.profile.callerNumber,
  ip_addr: channel.profile.networkAddress,
  dest: channel.profile.destination,
  application: channel.variables.get('current_application') ?? '',
  application_data: channel.variables.get('current_application_data') ?? '',
  dialplan: 'XML',
  context: channel.profile.context,
  read_codec: CODECS[channel.leg.codec].name,
  read_rate: '8000',
  read_bit_rate: '64000',
  write_codec: CODECS[channel.leg.codec].name,
  write_rate: '8000',
  write_bit_rate: '64000',
  secure: '',
  hostname: engine.bus.hostname,
  presence_id: '',
  presence_data: '',
  accountcode: '',
  callstate: channel.callState,
  callee_name: '',
  callee_num: '',
  callee_direction: '',
  call_uuid: channel.partner ? [channel.uuid, channel.partner.uuid].sort()[0]! : '',
  sent_callee_name: '',
  sent_callee_num: '',
  initial_cid_name: channel.profile.callerName,
  initial_cid_num: channel.profile.callerNumber,
  initial_ip_addr: channel.profile.networkAddress,
  initial_dest: channel.profile.destination,
  initial_dialplan: 'XML',
  initial_context: channel.profile.context,
});

const taskRow = (task: { id: number; group: string; description: string; atMs: number }): Record<string, string> => ({
  task_id: String(task.id),
  task_desc: task.description,
  task_group: task.group,
  task_runtime: String(Math.floor(task.atMs / 1000)),
});

const asTable = (rows: readonly Record<string, string>[], words: readonly string[]): string => {
  if (words.includes('count')) return `\n${rows.length} total.\n`;
  if (words.includes('json'))
    return JSON.stringify(rows.length > 0 ? { row_count: rows.length, rows } : { row_count: 0 });
  if (rows.length === 0) return '\n0 total.\n';
  const names = Object.keys(rows[0]!).join(',');
  return `${names}\n${rows.map((one) => Object.values(one).join(',')).join('\n')}\n\n${rows.length} total.\n`;
};

/** `show channels|calls|tasks [count] [as json]` */
export const show: ApiCommand = (engine, argument) => {
  const [what = '', ...rest] = argument.trim().split(/\s+/);
  const channels = [...engine.channels.values()];
  if (what === 'channels')
    return asTable(
      channels.map((channel) => row(engine, channel)),
      rest,
    );
  if (what === 'calls' || what === 'bridged_calls') {
    const calls = channels.filter((channel) => !channel.partner || channel.uuid < channel.partner.uuid);
    return asTable(
      calls.map((channel) => row(engine, channel)),
      rest,
    );
  }
  if (what === 'tasks') return asTable(engine.scheduler.dump().map(taskRow), rest);
  return '-USAGE: channels|calls|tasks [count] [as json]\n';
};

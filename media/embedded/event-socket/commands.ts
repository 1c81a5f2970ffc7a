import { randomUUID, timingSafeEqual } from 'node:crypto';
import { runApi } from '#media/embedded/api/table.ts';
import { causeNamed } from '#media/embedded/causes.ts';
import type { EventHeaders } from './event.ts';
import { plainLines } from './event.ts';
import type { Command } from './command-reader.ts';
import type { EslConnection } from './connection.ts';

/** The commands of the event socket: each answers at once, so that answers come in the order of commands. */
type Act = (connection: EslConnection, rest: string, command: Command) => void;

const samePassword = (given: string, wanted: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
};

const auth: Act = (connection, rest) => {
  if (connection.password !== undefined && samePassword(rest, connection.password)) {
    connection.authorise();
    return connection.reply('+OK accepted');
  }
  const { engine } = connection;
  engine.strangers.happened((untold) => engine.log('warn', 'event socket: wrong password', { untold }));
  connection.reply('-ERR invalid');
  connection.close();
};

/** The caller's profile is shown a second time under `Channel-`, where fsmrf looks for `Channel-Unique-ID`. */
const channelData = (connection: EslConnection): EventHeaders => {
  const channel = connection.channel!;
  const headers = Object.assign(connection.engine.bus.common('CHANNEL_DATA'), channel.headers('CHANNEL_DATA'));
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('Caller-')) headers[`Channel-${name.slice('Caller-'.length)}`] ??= value;
  }
  return headers;
};

const connect: Act = (connection) => {
  if (!connection.channel) return connection.reply('-ERR command not found');
  connection.write(
    `${plainLines(channelData(connection))}Content-Type: command/reply\nReply-Text: +OK\nSocket-Mode: async\nControl: full\n\n`,
  );
};

const formats = ['plain', 'json'] as const;

const event: Act = (connection, rest) => {
  const list = rest.split(/\s+/).filter((word) => word !== '');
  const { subscription } = connection;
  const format = formats.find((one) => one === list[0]?.toLowerCase());
  if (format) {
    subscription.format = format;
    list.shift();
  }
  if (list.length === 0) return connection.reply('-ERR no keywords supplied');
  subscription.add(list);
  connection.reply(`+OK event listener enabled ${subscription.format}`);
};

const nixevent: Act = (connection, rest) => {
  const list = rest.split(/\s+/).filter((word) => word !== '');
  connection.reply(connection.subscription.remove(list) ? '+OK events nixed' : '-ERR no keywords supplied');
};

const noevents: Act = (connection) => {
  const listening = !connection.subscription.empty;
  connection.subscription.clear();
  connection.reply(listening ? '+OK no longer listening for events' : '-ERR not listening for events');
};

const CHANNEL_EVENTS = [
  'CHANNEL_CREATE CHANNEL_DESTROY CHANNEL_STATE CHANNEL_CALLSTATE CHANNEL_ANSWER CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE',
  'CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE CHANNEL_BRIDGE CHANNEL_UNBRIDGE CHANNEL_PARK CHANNEL_UNPARK CHANNEL_HOLD CHANNEL_UNHOLD',
  'CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA DTMF PLAYBACK_START PLAYBACK_STOP RECORD_START RECORD_STOP MEDIA_BUG_START MEDIA_BUG_STOP',
].flatMap((line) => line.split(' '));

const myevents: Act = (connection, rest) => {
  if (!connection.channel) return connection.reply('-ERR not controlling a session.');
  const format = formats.find((one) => rest.toLowerCase().includes(one));
  if (format) connection.subscription.format = format;
  connection.subscription.add(CHANNEL_EVENTS);
  connection.subscription.addFilter('Unique-ID', connection.channel.uuid);
  connection.reply('+OK Events Enabled');
};

const filter: Act = (connection, rest) => {
  const [first = '', ...others] = rest.split(/\s+/).filter((word) => word !== '');
  if (first === 'delete') {
    const [name, value] = others;
    if (!name) return connection.reply('-ERR invalid syntax');
    connection.subscription.removeFilters(name, value);
    return connection.reply(`+OK filter deleted. [${name}][${value ?? ''}]`);
  }
  const value = others.join(' ');
  if (first === '' || value === '') return connection.reply('-ERR invalid syntax');
  connection.subscription.addFilter(first, value);
  connection.reply(`+OK filter added. [${first}]=[${value}]`);
};

const api: Act = (connection, rest) => {
  const answer = runApi(connection.engine, rest) || '-ERR no reply\n';
  connection.write(`Content-Type: api/response\nContent-Length: ${Buffer.byteLength(answer)}\n\n${answer}`);
};

const bgapi: Act = (connection, rest, command) => {
  const job = command.headers.get('job-uuid') || randomUUID();
  connection.reply(`+OK Job-UUID: ${job}`, `Job-UUID: ${job}\n`);
  const [name = ''] = rest.split(' ', 1);
  setImmediate(() => {
    connection.engine.bus.fire('BACKGROUND_JOB', {
      headers: () => ({ 'Job-UUID': job, 'Job-Command': name, 'Job-Command-Arg': rest.slice(name.length).trim() }),
      body: runApi(connection.engine, rest) || '-ERR no reply\n',
    });
  });
};

const sendmsg: Act = (connection, rest, { headers, body }) => {
  const { engine } = connection;
  const channel = rest === '' ? connection.channel : engine.channels.get(rest);
  if (!channel || channel.hangupCause) return connection.reply(`-ERR invalid session id [${rest}]`);
  connection.reply('+OK');
  const command = headers.get('call-command') ?? '';
  if (command === 'hangup') return channel.hangup(causeNamed(headers.get('hangup-cause')));
  if (command !== 'execute') return engine.log('warn', 'unknown call command', { command });
  const argument = body !== '' ? body : (headers.get('execute-app-arg') ?? '');
  const uuid = headers.get('event-uuid');
  channel.apps.execute(headers.get('execute-app-name') ?? '', argument, {
    lock: headers.get('event-lock') === 'true',
    loops: Number.parseInt(headers.get('loops') ?? '1', 10) || 1,
    ...(uuid ? { uuid } : {}),
  });
};

const exit: Act = (connection) => {
  connection.reply('+OK bye');
  connection.close();
};

const linger: Act = (connection) => {
  if (!connection.channel) return connection.reply('-ERR not controlling a session');
  connection.linger = true;
  connection.reply('+OK will linger');
};

const nolinger: Act = (connection) => {
  if (!connection.channel) return connection.reply('-ERR not controlling a session');
  connection.linger = false;
  connection.reply('+OK will not linger');
};

const getvar: Act = (connection, rest) =>
  connection.reply(connection.channel?.variables.get(rest) ?? '-ERR command not found');

/** `sendevent <name>`: an event of the client's own, for everybody who listens. */
const sendevent: Act = (connection, rest, { headers, written, body }) => {
  const name = rest.toUpperCase();
  if (!/^[A-Z_]+$/.test(name)) return connection.reply('-ERR command not found');
  const uuid = headers.get('event-uuid') ?? randomUUID();
  const subclass = headers.get('event-subclass');
  const channel = headers.get('unique-id');
  // what every event starts with is the server's to say
  const own = Object.fromEntries(written.filter(([one]) => !/^(event-name|core-uuid|freeswitch-.*)$/i.test(one)));
  connection.engine.bus.fire(name, {
    headers: () => ({ ...own, Command: `sendevent ${rest}`, 'Event-UUID': uuid }),
    ...(channel === undefined ? {} : { channel }),
    ...(subclass === undefined ? {} : { subclass }),
    ...(body === '' ? {} : { body }),
  });
  connection.reply(`+OK ${uuid}`);
};

export const commandTable: ReadonlyMap<string, Act> = new Map<string, Act>([
  ['api', api],
  ['auth', auth],
  ['bgapi', bgapi],
  ['connect', connect],
  [
    'divert_events',
    (connection, rest) => {
      if (!connection.channel) return connection.reply('-ERR not controlling a session.');
      connection.reply(rest === 'off' ? '+OK events not diverted' : '+OK events diverted');
    },
  ],
  ['event', event],
  ['exit', exit],
  ['filter', filter],
  ['getvar', getvar],
  ['linger', linger],
  ['log', (connection, rest) => connection.reply(`+OK log level ${rest || 'debug'} [7]`)],
  ['myevents', myevents],
  ['nixevent', nixevent],
  ['noevents', noevents],
  ['nolinger', nolinger],
  ['nolog', (connection) => connection.reply('+OK no longer logging')],
  ['resume', (connection) => connection.reply(connection.channel ? '+OK' : '-ERR command not found')],
  ['sendevent', sendevent],
  ['sendmsg', sendmsg],
]);

import { connect } from 'node:net';
import type { App } from '#media/embedded/app-stack.ts';
import { EslConnection } from '#media/embedded/event-socket/connection.ts';
import { park } from './park.ts';

const CONNECT_MS = 5000;

/**
 * `socket <host>:<port> async full`: hands the channel to a controller. The channel waits (parked) until the controller has it do something;
 * when the connection ends while it waits, it has nothing left to do and hangs up.
 */
export const socket: App = (channel, argument, end) => {
  const match = /^([^\s:]+):(\d{1,5})(\s|$)/.exec(argument.trim());
  if (!match) return '_none_';
  channel.controlled = true;
  const tcp = connect({ host: match[1]!, port: Number(match[2]) });
  const limit = setTimeout(() => tcp.destroy(), CONNECT_MS);
  tcp.once('connect', () => clearTimeout(limit));
  const connection = new EslConnection(channel.engine, tcp, { channel });
  channel.controllers.add(connection);
  connection.onClosed = () => {
    clearTimeout(limit);
    channel.controllers.delete(connection);
    channel.controlled = channel.controllers.size > 0;
    if (!channel.hangupCause) channel.log('info', 'controller gone', { doing: channel.apps.names.join(' ') });
  };
  return park(channel, '', end);
};

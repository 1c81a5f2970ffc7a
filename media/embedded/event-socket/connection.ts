import type { Socket } from 'node:net';
import type { Channel } from '#media/embedded/channel.ts';
import type { Engine } from '#media/embedded/engine.ts';
import { CommandFault, CommandReader, LONGEST, LONGEST_OF_STRANGERS, type Command } from './command-reader.ts';
import { commandTable } from './commands.ts';
import { Subscription } from './subscription.ts';

/** A client that does not read is cut off when so much waits for it. */
const MOST_WAITING_BYTES = 16 * 1024 * 1024;
const GOODBYE = 'Disconnected, goodbye.\n';

/** One client of the event socket: it came to us (inbound) or we went to it for a channel (outbound). */
export class EslConnection {
  readonly engine: Engine;
  /** The channel an outbound connection controls. */
  readonly channel: Channel | undefined;
  readonly subscription = new Subscription();
  readonly password: string | undefined;
  authorised: boolean;
  linger = false;
  /** Called when the password was right. */
  onAuthorised: () => void = () => undefined;
  /** Called once when the connection is gone. */
  onClosed: () => void = () => undefined;
  readonly #socket: Socket;
  readonly #reader: CommandReader;
  #closed = false;
  /** Nothing that comes is listened to any more. */
  #closing = false;

  /** `password` for an inbound connection, `channel` for an outbound one. */
  constructor(engine: Engine, socket: Socket, side: { readonly password: string } | { readonly channel: Channel }) {
    this.engine = engine;
    this.#socket = socket;
    this.password = 'password' in side ? side.password : undefined;
    this.channel = 'channel' in side ? side.channel : undefined;
    this.authorised = this.channel !== undefined;
    this.#reader = new CommandReader(this.authorised ? LONGEST : LONGEST_OF_STRANGERS);
    // Commands and events are small and each one waits for the other: Nagle would cost 40 ms a turn
    socket.setNoDelay(true);
    socket.on('data', (piece) => this.#read(piece));
    socket.on('error', (error) => this.engine.log('debug', 'event socket error', { error: String(error) }));
    socket.on('close', () => this.#gone());
    engine.bus.add(this);
    if (!this.channel) this.write('Content-Type: auth/request\n\n');
  }

  /** An event, formatted. */
  deliver(message: string): void {
    if (this.authorised) this.write(message);
  }

  write(text: string): void {
    if (this.#closed || this.#socket.destroyed) return;
    this.#socket.write(text);
    if (this.#socket.writableLength > MOST_WAITING_BYTES) {
      this.engine.log('error', 'event socket client does not read', { waiting: this.#socket.writableLength });
      this.#socket.destroy();
    }
  }

  reply(text: string, more = ''): void {
    this.write(`Content-Type: command/reply\nReply-Text: ${text}\n${more}\n`);
  }

  /** The password was right. */
  authorise(): void {
    this.authorised = true;
    this.#reader.longest = LONGEST;
    this.onAuthorised();
  }

  /** Says goodbye and closes after what was written. */
  close(): void {
    if (this.#closed || this.#closing) return;
    this.#closing = true;
    const about = this.channel
      ? `Controlled-Session-UUID: ${this.channel.uuid}\nContent-Disposition: disconnect\n`
      : '';
    this.write(`Content-Type: text/disconnect-notice\n${about}Content-Length: ${GOODBYE.length}\n\n${GOODBYE}`);
    this.#socket.end();
    // a peer that never ends its side must not keep us
    this.#socket.setTimeout(2000, () => this.#socket.destroy());
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #read(piece: Buffer): void {
    try {
      for (const command of this.#reader.read(piece)) this.#obey(command);
    } catch (error) {
      if (!(error instanceof CommandFault)) throw error;
      const { message: reason } = error;
      this.engine.strangers.happened((untold) =>
        this.engine.log('warn', 'event socket: not a command', { reason, untold }),
      );
      this.#socket.destroy();
    }
  }

  #obey(command: Command): void {
    if (this.#closed || this.#closing) return;
    const [name = ''] = command.line.split(' ', 1);
    const rest = command.line.slice(name.length).trim();
    if (!this.authorised && name !== 'auth' && name !== 'exit') return this.reply('-ERR command not found');
    const act = commandTable.get(name.toLowerCase());
    // FreeSWITCH does not know these without their argument
    if (!act || (rest === '' && ['api', 'bgapi', 'filter', 'getvar'].includes(name)))
      return this.reply('-ERR command not found');
    try {
      act(this, rest, command);
    } catch (error) {
      this.engine.log('error', 'event socket fault', { command: name, error: String(error) });
    }
  }

  #gone(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.engine.bus.remove(this);
    this.onClosed();
  }
}

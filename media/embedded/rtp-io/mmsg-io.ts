import type { RemoteInfo } from 'node:dgram';
import type { Log } from '#media/embedded/log.ts';
import type { RtpSocket } from '#media/embedded/rtp-leg.ts';
import type { Address } from '#media/embedded/source-latch.ts';
import { Datagrams, numberOfIPv4, SOCKET_ADDRESS_BYTES, textOfIPv4 } from './datagrams.ts';
import {
  AF_INET,
  AF_UNSPEC,
  EAGAIN,
  EINTR,
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLLIN,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  systemError,
  type Libc,
} from './libc.ts';
import type { RtpIo } from './rtp-io.ts';

/** Sockets told of, and datagrams of one socket read, in one call. */
const READY_AT_ONCE = 2048;
const READ_AT_ONCE = 8;
/** A tick reads no more than this of one socket, whatever a stranger sends: 2.4 s of sound. */
const MOST_ROUNDS = 16;
/** Longer datagrams carry no sound that anybody agreed on; they are shown as empty. */
const DATAGRAM_BYTES = 2048;
/** epoll_event is packed on x86-64 alone, epoll_ctl(2). */
const EVENT_BYTES = process.arch === 'x64' ? 12 : 16;
const EVENT_DATA_AT = EVENT_BYTES - 8;

type Listeners = {
  message: ((bytes: Buffer, source: RemoteInfo) => void) | undefined;
  error: ((error: Error) => void) | undefined;
};

/**
 * Sockets of the C library on an epoll of their own. Each tick asks once which sockets have something and reads those, until none has:
 *
 *     tick     epoll_wait -> recvmmsg, one each -> epoll_wait -> recvmmsg, 8 each -> ... -> nothing
 *
 * Nothing is allocated for a packet: datagrams lie in memory that is used again, and are valid only while they are being told of.
 */
export class MmsgIo implements RtpIo {
  readonly name = 'mmsg';
  readonly #libc: Libc;
  readonly #log: Log;
  readonly #epoll: number;
  readonly #sockets = new Map<number, MmsgSocket>();
  readonly #incoming: Datagrams;
  readonly #outgoing: Datagrams;
  readonly #events: DataView;
  readonly #eventsAddress: number;

  /** @throws the system's error (EMFILE, ...) */
  constructor(libc: Libc, log: Log) {
    this.#libc = libc;
    this.#log = log;
    this.#incoming = new Datagrams(libc, READ_AT_ONCE, DATAGRAM_BYTES);
    this.#outgoing = new Datagrams(libc, 1, DATAGRAM_BYTES);
    const events = new ArrayBuffer(READY_AT_ONCE * EVENT_BYTES);
    this.#events = new DataView(events);
    this.#eventsAddress = libc.addressOf(events);
    this.#epoll = libc.epoll_create1(EPOLL_CLOEXEC);
    if (this.#epoll < 0) throw systemError('epoll_create1', libc.errno(), '');
  }

  /** Sockets that are open. */
  get sockets(): number {
    return this.#sockets.size;
  }

  async open(host: string, port: number): Promise<RtpSocket> {
    const fd = this.#libc.socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) throw systemError('socket', this.#libc.errno(), host);
    try {
      const local = this.#bind(fd, host, port);
      const socket = new MmsgSocket(this.#libc, this.#outgoing, fd, local, () => this.#sockets.delete(fd));
      this.#watch(fd);
      this.#sockets.set(fd, socket);
      return socket;
    } catch (error) {
      this.#libc.close(fd);
      throw error;
    }
  }

  poll(): void {
    if (this.#sockets.size === 0) return;
    for (let round = 0, most = 1; round < MOST_ROUNDS; round += 1, most = READ_AT_ONCE) {
      const ready = this.#libc.epoll_wait(this.#epoll, this.#eventsAddress, READY_AT_ONCE, 0);
      for (let i = 0; i < ready; i += 1) {
        this.#read(this.#events.getUint32(i * EVENT_BYTES + EVENT_DATA_AT, true), most);
      }
      if (ready <= 0) return;
    }
  }

  close(): void {
    for (const socket of [...this.#sockets.values()]) socket.close();
    this.#libc.close(this.#epoll);
  }

  /** @throws the system's error (EADDRINUSE, ...) */
  #bind(fd: number, host: string, port: number): Address {
    const libc = this.#libc;
    const name = this.#outgoing.nameAddress(0);
    this.#outgoing.direct(0, numberOfIPv4(host) ?? 0, port);
    if (libc.bind(fd, name, SOCKET_ADDRESS_BYTES) < 0) throw systemError('bind', libc.errno(), `${host}:${port}`);
    const bytes = new ArrayBuffer(4);
    new Uint32Array(bytes)[0] = SOCKET_ADDRESS_BYTES;
    if (libc.getsockname(fd, name, libc.addressOf(bytes)) < 0)
      throw systemError('getsockname', libc.errno(), `${host}:${port}`);
    return { address: textOfIPv4(this.#outgoing.address(0)), port: this.#outgoing.port(0) };
  }

  #watch(fd: number): void {
    this.#events.setUint32(0, EPOLLIN, true);
    this.#events.setUint32(EVENT_DATA_AT, fd, true);
    this.#events.setUint32(EVENT_DATA_AT + 4, 0, true);
    if (this.#libc.epoll_ctl(this.#epoll, EPOLL_CTL_ADD, fd, this.#eventsAddress) < 0)
      throw systemError('epoll_ctl', this.#libc.errno(), String(fd));
  }

  #read(fd: number, most: number): void {
    const socket = this.#sockets.get(fd);
    if (!socket) return; // closed by what came to another socket before it
    const incoming = this.#incoming;
    const came = this.#libc.recvmmsg(fd, incoming.headers, most, MSG_DONTWAIT, 0);
    if (came < 0) return socket.failed('recvmmsg');
    for (let i = 0; i < came; i += 1) {
      try {
        socket.take(incoming.received(i), incoming.address(i), incoming.port(i));
      } catch (error) {
        // A fault of ours in one call must not take the sound of the others
        this.#log('error', 'RTP fault', {
          error: String(error),
          stack: error instanceof Error ? error.stack : undefined,
        });
      }
      incoming.free(i);
    }
  }
}

/** A UDP socket over IPv4. Connected, it hears nobody but its peer, also of what came before. */
class MmsgSocket implements RtpSocket {
  readonly #libc: Libc;
  readonly #outgoing: Datagrams;
  readonly #fd: number;
  readonly #local: Address;
  readonly #onClose: () => void;
  readonly #listeners: Listeners = { message: undefined, error: undefined };
  #connected = false;
  #source: RemoteInfo = { address: '', port: 0, family: 'IPv4', size: 0 };
  #sourceAddress = -1;
  #peer = '';
  #peerAddress = 0;
  #closed = false;

  constructor(libc: Libc, outgoing: Datagrams, fd: number, local: Address, onClose: () => void) {
    this.#libc = libc;
    this.#outgoing = outgoing;
    this.#fd = fd;
    this.#local = local;
    this.#onClose = onClose;
  }

  on(event: 'message', listener: (bytes: Buffer, source: RemoteInfo) => void): this;
  on(event: 'error', listener: (error: Error) => void): this;
  on(event: 'message' | 'error', listener: Listeners['message'] | Listeners['error']): this {
    this.#listeners[event] = listener as never;
    return this;
  }

  address(): Address {
    return this.#local;
  }

  connect(port: number, address: string): void {
    if (this.#closed || !this.#direct(port, address)) return;
    if (this.#libc.connect(this.#fd, this.#outgoing.nameAddress(0), SOCKET_ADDRESS_BYTES) < 0) this.failed('connect');
    else {
      this.#connected = true;
      this.#learn(this.#peerAddress, port);
    }
  }

  disconnect(): void {
    if (this.#closed || !this.#connected) return;
    this.#connected = false;
    const nobody = new ArrayBuffer(SOCKET_ADDRESS_BYTES);
    new Uint16Array(nobody)[0] = AF_UNSPEC;
    if (this.#libc.connect(this.#fd, this.#libc.addressOf(nobody), SOCKET_ADDRESS_BYTES) < 0) this.failed('connect');
  }

  room(bytes: number): Buffer {
    return this.#outgoing.room(0, bytes);
  }

  send(packet: Buffer, port?: number, address?: string): void {
    if (this.#closed) return;
    const outgoing = this.#outgoing;
    const named = address !== undefined;
    if (named && !this.#direct(port ?? 0, address)) return;
    if (!outgoing.holds(0, packet)) outgoing.room(0, packet.length).set(packet);
    const sent = this.#libc.sendto(
      this.#fd,
      outgoing.dataAddress(0),
      packet.length,
      MSG_DONTWAIT | MSG_NOSIGNAL,
      named ? outgoing.nameAddress(0) : 0,
      named ? SOCKET_ADDRESS_BYTES : 0,
    );
    if (sent < 0) this.failed('sendto');
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose();
    this.#libc.close(this.#fd); // leaves the epoll by itself
  }

  /** A datagram that came. */
  take(bytes: Buffer, address: number, port: number): void {
    if (address !== this.#sourceAddress || port !== this.#source.port) {
      if (this.#connected) return;
      this.#learn(address, port);
    }
    this.#listeners.message?.(bytes, this.#source);
  }

  failed(call: string): void {
    const errno = this.#libc.errno();
    if (call === 'recvmmsg' && (errno === EAGAIN || errno === EINTR)) return;
    this.#listeners.error?.(systemError(call, errno, ''));
  }

  /** Whom the next datagram goes to; false when that is no address. */
  #direct(port: number, address: string): boolean {
    if (address !== this.#peer) {
      const number = numberOfIPv4(address);
      if (number === undefined) {
        this.#listeners.error?.(new Error(`not an IPv4 address: ${address}`));
        return false;
      }
      this.#peer = address;
      this.#peerAddress = number;
    }
    this.#outgoing.direct(0, this.#peerAddress, port);
    return true;
  }

  #learn(address: number, port: number): void {
    this.#sourceAddress = address;
    this.#source = { address: textOfIPv4(address), port, family: 'IPv4', size: 0 };
  }
}

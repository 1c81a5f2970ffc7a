import { createRequire } from 'node:module';
import { endianness } from 'node:os';
import { getSystemErrorName } from 'node:util';

/**
 * The few calls of the C library that sound needs and Node does not have: many datagrams, or many sockets, in one call (recvmmsg(2),
 * sendmmsg(2), epoll(7)). They are called by koffi, which is optional. Memory is handed over as plain numbers, addresses of ArrayBuffers that
 * their owners keep: such memory never moves. Whoever calls answers for its bounds; only the files of this folder, and the bench's phones, do.
 */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: number, bytes: number): number;
  connect(fd: number, address: number, bytes: number): number;
  getsockname(fd: number, address: number, bytesAddress: number): number;
  setsockopt(fd: number, level: number, name: number, value: number, bytes: number): number;
  close(fd: number): number;
  sendto(fd: number, data: number, bytes: number, flags: number, address: number, addressBytes: number): number;
  sendmmsg(fd: number, messages: number, count: number, flags: number): number;
  recvmmsg(fd: number, messages: number, count: number, flags: number, timeout: number): number;
  epoll_create1(flags: number): number;
  epoll_ctl(epoll: number, operation: number, fd: number, event: number): number;
  epoll_wait(epoll: number, events: number, count: number, timeoutMs: number): number;
  /** Of the last call that failed. */
  errno(): number;
  /** Address of the first byte of a buffer. It stays as long as somebody holds the buffer. */
  addressOf(buffer: ArrayBuffer): number;
}

const PROTOTYPES = {
  socket: 'int socket(int domain, int type, int protocol)',
  bind: 'int bind(int fd, intptr_t address, uint32_t bytes)',
  connect: 'int connect(int fd, intptr_t address, uint32_t bytes)',
  getsockname: 'int getsockname(int fd, intptr_t address, intptr_t bytes)',
  setsockopt: 'int setsockopt(int fd, int level, int name, intptr_t value, uint32_t bytes)',
  close: 'int close(int fd)',
  sendto: 'intptr_t sendto(int fd, intptr_t data, size_t bytes, int flags, intptr_t address, uint32_t addressBytes)',
  sendmmsg: 'int sendmmsg(int fd, intptr_t messages, uint32_t count, int flags)',
  recvmmsg: 'int recvmmsg(int fd, intptr_t messages, uint32_t count, int flags, intptr_t timeout)',
  epoll_create1: 'int epoll_create1(int flags)',
  epoll_ctl: 'int epoll_ctl(int epoll, int operation, int fd, intptr_t event)',
  epoll_wait: 'int epoll_wait(int epoll, intptr_t events, int count, int timeoutMs)',
} as const satisfies Partial<Record<keyof Libc, string>>;

/** What is used of koffi. */
interface Koffi {
  load(library: string): { func(prototype: string): (...parameters: never[]) => unknown };
  errno(): number;
}

const LIBRARIES = ['libc.so.6', 'libc.so'];

let loaded: Libc | Error | undefined;

/** The C library, or why it cannot be had: another system, another kind of processor, koffi not there. Never throws. */
export const libc = (): Libc | Error => (loaded ??= loadLibc(process, () => createRequire(import.meta.url)('koffi')));

/** The same for a system of that kind, with the koffi that `koffi` gives. */
export function loadLibc(
  { platform, arch }: { readonly platform: string; readonly arch: string },
  koffi: () => unknown,
): Libc | Error {
  // The layouts of this folder are those of 64-bit little-endian Linux.
  if (platform !== 'linux' || !['x64', 'arm64'].includes(arch) || endianness() !== 'LE')
    return new Error(`not made for ${platform} on ${arch}`);
  try {
    return bound(koffi() as Koffi);
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return new Error(`koffi cannot be loaded: ${why}`);
  }
}

function bound(koffi: Koffi): Libc {
  const library = first(LIBRARIES, (name) => koffi.load(name));
  const calls = Object.fromEntries(
    Object.entries(PROTOTYPES).map(([name, prototype]) => [name, library.func(prototype)]),
  ) as unknown as Pick<Libc, keyof typeof PROTOTYPES>;
  // memmove of nothing returns where it was asked to write: the address of the buffer
  const memmove = library.func('intptr_t memmove(void *to, void *from, size_t bytes)') as unknown as (
    to: Uint8Array,
    from: Uint8Array,
    bytes: number,
  ) => number | bigint;
  const addressOf = (buffer: ArrayBuffer): number => {
    const bytes = new Uint8Array(buffer);
    return Number(memmove(bytes, bytes, 0));
  };
  return { ...calls, errno: () => koffi.errno(), addressOf };
}

function first<T>(names: readonly string[], open: (name: string) => T): T {
  let failed: unknown;
  for (const name of names) {
    try {
      return open(name);
    } catch (error) {
      failed = error;
    }
  }
  throw failed;
}

/** The system's error as Node gives it: `code` says which (EADDRINUSE, ...). */
export function systemError(call: string, errno: number, about: string): NodeJS.ErrnoException {
  const code = getSystemErrorName(-errno);
  return Object.assign(new Error(`${call} ${code} ${about}`), { code, errno: -errno, syscall: call });
}

export const AF_UNSPEC = 0;
export const AF_INET = 2;
export const SOCK_DGRAM = 2;
export const SOCK_NONBLOCK = 0x800;
export const SOCK_CLOEXEC = 0x80000;
export const SOL_SOCKET = 1;
export const SO_RCVBUFFORCE = 33;
export const SO_TIMESTAMPNS = 35;
export const MSG_TRUNC = 0x20;
export const MSG_DONTWAIT = 0x40;
export const MSG_NOSIGNAL = 0x4000;
export const EPOLL_CLOEXEC = 0x80000;
export const EPOLL_CTL_ADD = 1;
export const EPOLLIN = 1;
export const EAGAIN = 11;
export const EINTR = 4;

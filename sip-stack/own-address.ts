import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { SocketAddress } from './transport.ts';

const unspecified: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/** Bound to every address of the machine. */
export const isUnspecified = (address: string): boolean => unspecified.has(address);

/** The first address of this machine that others can reach, or loopback. Link-local ones are no use without their interface. */
const reachable = (family: 'IPv4' | 'IPv6'): string =>
  Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === family && !one.internal && !one.address.startsWith('fe80:'))?.address ??
  (family === 'IPv4' ? '127.0.0.1' : '::1');

const isOurs = (address: string): boolean =>
  Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === address));

/** What Via and Contact say of a socket: what it is told to, else where it is bound, else the machine's address. */
export const advertised = (bound: SocketAddress, told: Partial<SocketAddress> = {}): SocketAddress => {
  const own = isUnspecified(bound.address) ? reachable(isIP(bound.address) === 6 ? 'IPv6' : 'IPv4') : bound.address;
  return { address: told.address ?? own, port: told.port ?? bound.port };
};

/** Whether what is sent to `to` comes to a socket that is bound there, or is known by that address. */
export const reaches = (bound: SocketAddress, local: SocketAddress, { address, port }: SocketAddress): boolean => {
  if (port === local.port && address === local.address) return true;
  if (port !== bound.port) return false;
  return address === bound.address || isUnspecified(address) || (isUnspecified(bound.address) && isOurs(address));
};

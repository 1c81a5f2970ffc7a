import { isIP } from 'node:net';

/** Where a media server's event socket is. */
export interface MediaAddress {
  readonly host: string;
  readonly port: number;
}

/** What a media server is called in logs and metrics. */
export const nameOf = ({ host, port }: MediaAddress): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

const shape = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i;

/** `10.0.0.5, 10.0.0.6:8022, media.example.net`: hosts, each with a port or this one. Throws a TypeError that names what is wrong. */
export function readAddresses(text: string, usualPort: number): MediaAddress[] {
  const parts = text.split(',').map((part) => part.trim());
  return parts.map((part) => {
    const [, address, name, given] = shape.exec(part) ?? [];
    const host = address ?? name;
    const port = given === undefined ? usualPort : Number(given);
    if (host === undefined || port > 65_535) throw new TypeError(`not an address: ${JSON.stringify(part)}`);
    return { host, port };
  });
}

/** All addresses of a name. */
export type LookUp = (name: string) => Promise<readonly string[]>;

/**
 * Every server there is: a name stands for all addresses that it has now. A name that cannot be looked up is in `unknown`: what was known of it
 * stays true.
 */
export async function resolveAddresses(
  addresses: readonly MediaAddress[],
  lookUp: LookUp,
): Promise<{ readonly known: MediaAddress[]; readonly unknown: string[] }> {
  const known = new Map<string, MediaAddress>();
  const unknown: string[] = [];
  for (const address of addresses) {
    const found = isIP(address.host) ? [address.host] : await lookUp(address.host).catch(() => []);
    if (found.length === 0) unknown.push(address.host);
    for (const host of found) known.set(nameOf({ ...address, host }), { ...address, host });
  }
  return { known: [...known.values()], unknown };
}

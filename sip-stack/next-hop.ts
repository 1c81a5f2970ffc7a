import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { SocketAddress } from './transport.ts';
import { parseUri, type SipUri } from './uri.ts';

/**
 * Where a request to `uri` goes when its host is an address literal (RFC 3263 §4.2); undefined when a name must be looked up,
 * or when the URI is none.
 */
export const literalAddress = (uri: string | SipUri): SocketAddress | undefined => {
  const parsed = typeof uri === 'string' ? parseUri(uri) : uri;
  const host = bare(parsed);
  return parsed && isIP(host) ? { address: host, port: portOf(parsed) } : undefined;
};

/** The same with a look-up of the host's A record (no NAPTR or SRV). Rejects with the resolver's error. */
export const locate = async (uri: string | SipUri): Promise<SocketAddress | undefined> => {
  const parsed = typeof uri === 'string' ? parseUri(uri) : uri;
  if (!parsed || parsed.host === '') return undefined;
  const literal = literalAddress(parsed);
  if (literal) return literal;
  const { address } = await lookup(bare(parsed), { family: 4 });
  return { address, port: portOf(parsed) };
};

/** maddr or host, without the brackets of an IPv6 literal. */
const bare = (uri: SipUri | undefined): string => {
  const host = uri?.params.get('maddr') || (uri?.host ?? '');
  return host.startsWith('[') ? host.slice(1, -1) : host;
};

const portOf = (uri: SipUri): number => uri.port ?? (uri.scheme === 'sips' ? 5061 : 5060);

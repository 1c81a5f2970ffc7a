import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { bareHost, defaultPort, type Protocol, type SocketAddress } from './transport.ts';
import { parseUri, type SipUri } from './uri.ts';

/**
 * Where a request to `uri` goes when its host is an address literal (RFC 3263 §4.2); undefined when a name must be looked up,
 * or when the URI is none.
 */
export const literalAddress = (uri: string | SipUri): SocketAddress | undefined => {
  const parsed = typeof uri === 'string' ? parseUri(uri) : uri;
  const host = bare(parsed);
  return parsed && isIP(host) ? placeOf(parsed, host) : undefined;
};

/** The same with a look-up of the host's A record (no NAPTR or SRV). Rejects with the resolver's error. */
export const locate = async (uri: string | SipUri): Promise<SocketAddress | undefined> => {
  const parsed = typeof uri === 'string' ? parseUri(uri) : uri;
  if (!parsed || parsed.host === '') return undefined;
  const literal = literalAddress(parsed);
  if (literal) return literal;
  const { address } = await lookup(bare(parsed), { family: 4 });
  return placeOf(parsed, address);
};

/** The transport a URI asks for, upper case; undefined when it leaves the choice (RFC 3263 §4.1). */
export const wantedProtocol = (uri: SipUri): string | undefined => {
  const said = uri.params.get('transport')?.toUpperCase();
  if (uri.scheme !== 'sips') return said;
  // RFC 3261 §26.2.2: sips means TLS, also where an old element says transport=tcp.
  return said === 'WS' || said === 'WSS' ? 'WSS' : 'TLS';
};

/** maddr or host, without the brackets of an IPv6 literal. */
const bare = (uri: SipUri | undefined): string => bareHost(uri?.params.get('maddr') || (uri?.host ?? ''));

const placeOf = (uri: SipUri, address: string): SocketAddress => {
  const protocol = wantedProtocol(uri) as Protocol | undefined;
  const port = uri.port ?? defaultPort(protocol);
  return protocol === undefined || protocol === 'UDP' ? { address, port } : { address, port, protocol };
};

import { hostPort, type SocketAddress } from '#sip-stack/transport.ts';
import { parseUri } from '#sip-stack/uri.ts';

/** Where a request to somebody goes: `via`, when it is not the host of the URI. */
export interface Reach {
  readonly uri: string;
  readonly via?: string;
  /** A browser, which has come by WebSocket (RFC 7118): it speaks by ICE and DTLS-SRTP alone (RFC 8827 §6.5). */
  readonly browser?: true;
}

/**
 * How a phone is reached that registered this Contact from that address: by UDP at the address itself, for the Contact may name one behind its NAT; by
 * the connection that it keeps open, which the SIP server finds under the Contact, when that names TCP, TLS or WebSocket.
 */
export const reach = (contact: string, source: SocketAddress): Reach => {
  const uri = parseUri(contact);
  const transport = uri?.params.get('transport')?.toLowerCase() ?? 'udp';
  if (transport === 'ws' || transport === 'wss') return { uri: contact, browser: true };
  if (uri?.scheme === 'sips' || transport !== 'udp') return { uri: contact };
  return { uri: contact, via: `sip:${hostPort(source)};transport=udp` };
};

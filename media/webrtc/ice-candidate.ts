import { isIPv4 } from 'node:net';

/** Candidates in SDP, RFC 8839 §5.1: `candidate:<foundation> <component> <transport> <priority> <address> <port> typ <type> ...`. */

export type Candidate = { readonly address: string; readonly port: number; readonly priority: number };

/** RFC 8445 §5.1.2.1: type preference of host candidates and of those a check brings to light; the only address we have; RTP. */
const priority = (typePreference: number): number => 2 ** 24 * typePreference + 2 ** 8 * 65_535 + 255;
export const HOST_PRIORITY = priority(126);
export const PEER_REFLEXIVE_PRIORITY = priority(110);

const SHAPE = /^(\S{1,32}) (\d{1,3}) (\S+) (\d{1,10}) (\S{1,255}) (\d{1,5}) typ (host|srflx|prflx|relay)\b/i;

/**
 * A candidate that can be reached from here: RTP over UDP, an IPv4 address. Undefined for all others, also for names (`.local`, which
 * browsers put in place of private addresses): whoever has one of those is heard when it checks us.
 */
export function readCandidate(value: string): Candidate | undefined {
  const [, , component, transport, rank, address = '', port] = SHAPE.exec(value) ?? [];
  if (component !== '1' || transport?.toLowerCase() !== 'udp' || !isIPv4(address) || address === '0.0.0.0')
    return undefined;
  if (Number(port) < 1 || Number(port) > 65_535 || Number(rank) >= 2 ** 31) return undefined;
  return { address, port: Number(port), priority: Number(rank) };
}

/** Our one candidate. */
export const writeCandidate = (address: string, port: number): string =>
  `1 1 udp ${HOST_PRIORITY} ${address} ${port} typ host generation 0`;

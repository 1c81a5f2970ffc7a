import { createHash } from 'node:crypto';
import type { SipHeader } from '#sip-stack/message.ts';
import { SipRequest, SipResponse } from '#sip-stack/message.ts';
import { literalAddress } from '#sip-stack/next-hop.ts';
import { bareHost, defaultPort, type Protocol, type SocketAddress } from '#sip-stack/transport.ts';
import { parseNameAddr, parseUri } from '#sip-stack/uri.ts';
import { parseVia } from '#sip-stack/via.ts';
import { contactOf, type Core } from '../core.ts';
import { guess } from '../sending.ts';
import { hasMark, marked } from './loop-mark.ts';

/** Whether a URI names this server. */
export const isOurs = (core: Core, uri: string): boolean => {
  const address = literalAddress(uri);
  return address !== undefined && core.layer.transport.owns(address);
};

/** What this server puts into Record-Route and Path (RFC 3261 §16.6 step 4, RFC 3327) for somebody there. */
export const routeHere = (core: Core, to: SocketAddress): string => {
  const contact = parseUri(parseNameAddr(contactOf(core, to))?.uri ?? '');
  return `<${contact?.toString() ?? ''};lr>`;
};

/** Whatever makes a proxy send a request elsewhere; the same again is a loop (RFC 5393 §4.2.2). */
const loopHash = (request: SipRequest): string => {
  const { callId, cseq, from, to, uri } = request;
  const parts = ['route', 'proxy-require', 'proxy-authorization'].map((name) => request.getAll(name).join());
  const text = [callId, cseq.number, cseq.method, from.tag, to.tag, uri, ...parts].join('\n');
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
};

/** RFC 3261 §16.3 point 4: the request has been here with the same aim. */
export const loops = (core: Core, request: SipRequest): boolean => {
  const hash = loopHash(request);
  return request.getAll('via').some((text) => {
    const via = parseVia(text);
    if (!via || !hasMark(via, hash)) return false;
    const protocol = via.transport as Protocol;
    return core.layer.transport.owns({
      ...{ address: bareHost(via.host), port: via.port ?? defaultPort(protocol), protocol },
    });
  });
};

export interface Onward {
  readonly uri: string;
  readonly routes: readonly string[];
  readonly hop: SocketAddress | string;
  /** Come back here with what follows in the dialog: where the request came from; undefined where that is not wanted. */
  readonly recordRoute: SocketAddress | undefined;
  readonly headers: readonly SipHeader[];
}

/**
 * RFC 3261 §16.6: the request as it goes on. Max-Forwards is one less, our Via is on top.
 * @param request as it came; its Max-Forwards is not 0
 */
export const forwarded = (
  core: Core,
  request: SipRequest,
  { uri, routes, hop, recordRoute, headers }: Onward,
): SipRequest => {
  const vias = request.getAll('via');
  const made = new SipRequest(request.method, uri, [...request.headers], request.body);
  made
    .remove('via')
    .remove('route')
    .set('Max-Forwards', String(Number(request.get('max-forwards') ?? '71') - 1));
  for (const header of headers) made.set(header.name, header.value);
  for (const route of [...routes].reverse()) made.prepend('Route', route);
  if (recordRoute) comeBack(core, made, recordRoute, guess(hop));
  core.layer.stamp(made, guess(hop));
  return made.set('Via', [marked(made.via, loopHash(request)).toString(), ...vias]);
};

/** Two routes where the request leaves by another transport than it came by (RFC 5658 §3): each side is given an address that it can reach. */
const comeBack = (core: Core, made: SipRequest, from: SocketAddress, to: SocketAddress): void => {
  const register = made.method === 'REGISTER';
  const name = register ? 'Path' : 'Record-Route';
  const [before, behind] = [from, to].map((side) => routeHere(core, side));
  if (before !== behind) made.prepend(name, before!);
  made.prepend(name, behind!);
  if (register) made.add('Require', 'path');
};

/** RFC 3261 §16.7 point 3: the response as it goes back, without our Via. */
export const returned = (response: SipResponse): SipResponse => {
  const back = new SipResponse(response.status, response.reason, [...response.headers], response.body);
  const [, ...vias] = response.getAll('via');
  return vias.length > 0 ? back.set('Via', vias) : back.remove('via');
};

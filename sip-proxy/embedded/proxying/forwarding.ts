import { createHash } from 'node:crypto';
import type { SipHeader } from '#sip-stack/message.ts';
import { SipRequest, SipResponse } from '#sip-stack/message.ts';
import { literalAddress } from '#sip-stack/next-hop.ts';
import { parseNameAddr, parseUri } from '#sip-stack/uri.ts';
import { parseVia } from '#sip-stack/via.ts';
import { contactOf, type Core } from '../core.ts';

/** Whether a URI names this server. */
export const isOurs = (core: Core, uri: string): boolean => {
  const address = literalAddress(uri);
  return address !== undefined && core.layer.transport.owns(address);
};

/** What this server puts into Record-Route and Path (RFC 3261 §16.6 step 4, RFC 3327). */
export const routeHere = (core: Core): string => {
  const contact = parseUri(parseNameAddr(contactOf(core))?.uri ?? '');
  return `<${contact?.toString() ?? ''};lr>`;
};

/** Whatever makes a proxy send a request elsewhere; the same again is a loop (RFC 5393 §4.2.2). */
const loopHash = (request: SipRequest): string => {
  const { callId, cseq, from, to, uri } = request;
  const parts = ['route', 'proxy-require', 'proxy-authorization'].map((name) => request.getAll(name).join());
  const text = [callId, cseq.number, cseq.method, from.tag, to.tag, uri, ...parts].join('\n');
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
};

const separator = '.loop-';

/** RFC 3261 §16.3 point 4: the request has been here with the same aim. */
export const loops = (core: Core, request: SipRequest): boolean => {
  const end = separator + loopHash(request);
  return request.getAll('via').some((text) => {
    const via = parseVia(text);
    if (!via?.branch?.endsWith(end)) return false;
    return core.layer.transport.owns({ address: via.host, port: via.port ?? 5060 });
  });
};

export interface Onward {
  readonly uri: string;
  readonly routes: readonly string[];
  /** Come back here with what follows in the dialog. */
  readonly recordRoute: boolean;
  readonly headers: readonly SipHeader[];
}

/**
 * RFC 3261 §16.6: the request as it goes on. Max-Forwards is one less, our Via is on top.
 * @param request as it came; its Max-Forwards is not 0
 */
export const forwarded = (
  core: Core,
  request: SipRequest,
  { uri, routes, recordRoute, headers }: Onward,
): SipRequest => {
  const vias = request.getAll('via');
  const made = new SipRequest(request.method, uri, [...request.headers], request.body);
  made
    .remove('via')
    .remove('route')
    .set('Max-Forwards', String(Number(request.get('max-forwards') ?? '71') - 1));
  for (const header of headers) made.set(header.name, header.value);
  for (const route of [...routes].reverse()) made.prepend('Route', route);
  if (recordRoute && request.method === 'REGISTER') made.prepend('Path', routeHere(core)).add('Require', 'path');
  else if (recordRoute) made.prepend('Record-Route', routeHere(core));
  core.layer.stamp(made);
  const { via } = made;
  via.params.set('branch', `${via.branch ?? ''}${separator}${loopHash(request)}`);
  return made.set('Via', [via.toString(), ...vias]);
};

/** RFC 3261 §16.7 point 3: the response as it goes back, without our Via. */
export const returned = (response: SipResponse): SipResponse => {
  const back = new SipResponse(response.status, response.reason, [...response.headers], response.body);
  const [, ...vias] = response.getAll('via');
  return vias.length > 0 ? back.set('Via', vias) : back.remove('via');
};

import type { HeaderValues, SipRequest } from '#sip-stack/message.ts';
import { listElements, parseNameAddr } from '#sip-stack/uri.ts';
import { minSessionSeconds, sessionExpires } from './session-timer.ts';

/** Why a request is turned away. */
export interface Refusal {
  readonly status: number;
  readonly why: string;
  readonly headers?: HeaderValues;
}

const bad = (why: string): Refusal => ({ status: 400, why });

/** Requests that make a dialog or move its target need a Contact (RFC 3261 §8.1.1.8, RFC 3515, RFC 6665). */
const needsContact: ReadonlySet<string> = new Set(['INVITE', 'SUBSCRIBE']);

const knownScheme = /^(sips?|tel|urn):/i;
/** More proxies than Max-Forwards allows: every request of the dialog would carry them all. */
const mostRoutes = 256;

/** What keeps a request from being given to a client; undefined when nothing does. */
export const flawOf = (request: SipRequest): Refusal | undefined => {
  const { method } = request;
  const fromTag = request.from.tag;
  // Clients get both in a line whose parts are separated by bars.
  if (request.callId.includes('|') || fromTag?.includes('|') === true) return bad('bar in Call-ID or tag');
  // RFC 3261 §8.2.2.1
  if (!knownScheme.test(request.uri)) return { status: 416, why: 'unknown scheme of the Request-URI' };
  const routes = request.getAll('record-route');
  if (routes.length > mostRoutes || !routes.every((route) => route.includes('<') && parseNameAddr(route)?.sipUri))
    return bad('bad Record-Route');
  if (needsContact.has(method)) {
    if (fromTag === undefined) return bad('no From tag');
    const contacts = request.getAll('contact');
    if (contacts.length !== 1) return bad(`${contacts.length} Contacts`);
  }
  if (request.headers.some(({ key, value }) => key === 'contact' && listElements(value).includes('')))
    return bad('empty Contact');
  if (request.getAll('contact').some((contact) => contact !== '*' && !parseNameAddr(contact)))
    return bad('bad Contact');
  if (method === 'REGISTER') return flawOfRegister(request);
  if (request.getAll('contact').includes('*')) return bad('Contact *');
  return flawOfSession(request);
};

/** RFC 3261 §10.2.2: `*` stands alone and only with Expires 0. */
const flawOfRegister = (request: SipRequest): Refusal | undefined => {
  const contacts = request.getAll('contact');
  if (!contacts.includes('*')) return undefined;
  return contacts.length > 1 || request.get('expires') !== '0' ? bad('Contact * without Expires 0') : undefined;
};

/** RFC 4028 §6 and §9. */
const flawOfSession = (request: SipRequest): Refusal | undefined => {
  if (request.method !== 'INVITE' && request.method !== 'UPDATE') return undefined;
  const wanted = sessionExpires(request);
  if (!wanted) return request.has('session-expires') ? bad('bad Session-Expires') : undefined;
  if (wanted.seconds >= minSessionSeconds) return undefined;
  return { status: 422, why: 'session interval too small', headers: { 'Min-SE': String(minSessionSeconds) } };
};

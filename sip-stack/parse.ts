import { SipHeader, SipRequest, SipResponse, type SipMessage } from './message.ts';
import { SipParseError } from './parse-error.ts';
import { parseUri } from './uri.ts';

export { SipParseError } from './parse-error.ts';

/** More headers than this is an attack, not a call. */
const maxHeaders = 400;
/** Max-Forwards has eight bits: no request was passed on more often. An answer repeats them all, each on a line of its own. */
const maxVias = 256;
/** Characters of a Call-ID or a tag: every dialog, and every line about it, carries them. */
const maxIdentity = 1024;
const requestLine = /^([A-Za-z0-9.!%*_+`'~-]+) (\S+) SIP\/(\d+\.\d+)$/i;
const statusLine = /^SIP\/(\d+\.\d+) (\d{3})(?: (.*))?$/i;

/**
 * Reads one datagram and checks what every element needs (RFC 3261 §8.1.1, §8.2, §16.3).
 * @throws SipParseError with the status to answer; its `request` is set when an answer is possible
 */
export const parseMessage = (datagram: Buffer): SipRequest | SipResponse => {
  const message = readMessage(datagram, 'by Content-Length');
  check(message);
  return message;
};

/**
 * Reads start line, headers and body, and checks no more than their form.
 * @param extent where the body ends: at Content-Length (datagrams: a longer one than there are bytes is an error), or with the buffer
 * @throws SipParseError
 */
export const readMessage = (bytes: Buffer, extent: 'by Content-Length' | 'to the end'): SipRequest | SipResponse => {
  // RFC 3261 §7.5: empty lines before the start line are ignored.
  let start = 0;
  while (bytes[start] === 13 || bytes[start] === 10) start++;
  let end = bytes.indexOf('\r\n\r\n', start);
  let bodyAt = end + 4;
  if (end < 0) {
    end = bytes.indexOf('\n\n', start);
    bodyAt = end + 2;
  }
  // Without the empty line (RFC 3261 §7) the end is missing: what there is names the one to tell.
  const cut = end < 0;
  if (cut) bodyAt = end = bytes.length;
  const text = bytes.toString('utf8', start, end);
  let at = text.indexOf('\n');
  const message = parseStartLine(lineOf(text, 0, at < 0 ? text.length : at));
  message.raw = start === 0 ? bytes : bytes.subarray(start);
  if (at >= 0) readHeaders(message, text, at + 1);
  if (cut && extent === 'by Content-Length') throw reject(message, 400, 'No empty line after the headers');
  at = bytes.length;
  if (extent === 'by Content-Length') at = bodyAt + contentLength(message, bytes.length - bodyAt);
  message.body = bytes.subarray(bodyAt, at);
  return message;
};

/** Without its line end. */
const lineOf = (text: string, from: number, to: number): string =>
  text.slice(from, text.charCodeAt(to - 1) === 13 ? to - 1 : to);

const parseStartLine = (line: string): SipRequest | SipResponse => {
  const status = statusLine.exec(line);
  if (status) {
    const code = Number(status[2]);
    if (status[1] !== '2.0') throw new SipParseError(505, 'Version Not Supported');
    if (code < 100 || code > 699) throw new SipParseError(400, 'Bad status code');
    return new SipResponse(code, status[3] ?? '');
  }
  const request = requestLine.exec(line);
  if (!request) return parseCrookedLine(line);
  const message = new SipRequest(request[1] ?? '', request[2] ?? '');
  if (request[3] !== '2.0') flaws.set(message, new SipParseError(505, 'Version Not Supported'));
  return message;
};

/** Blanks in or around the URI are not allowed, but there is enough to answer 400. */
const parseCrookedLine = (line: string): SipRequest => {
  const words = line.split(/[ \t]+/).filter((word) => word !== '');
  const [method] = words;
  if (method === undefined || words.length < 3 || !/^SIP\/\d+\.\d+$/i.test(words.at(-1) ?? ''))
    throw new SipParseError(400, 'Bad start line');
  const message = new SipRequest(method, words.slice(1, -1).join(' '));
  flaws.set(message, new SipParseError(400, 'Bad Request-Line'));
  return message;
};

/** Requests refused for their start line; their headers are read all the same, because the answer needs them. */
const flaws = new WeakMap<SipMessage, SipParseError>();

const readHeaders = (message: SipMessage, text: string, from: number): void => {
  const { headers } = message;
  let bad = '';
  let lines = 0;
  for (let at = from; at < text.length;) {
    if (lines++ === maxHeaders) throw reject(message, 513, 'Too many headers');
    let to = text.indexOf('\n', at);
    // RFC 3261 §7.3.1: a line that starts with a blank continues the one before.
    let folded = false;
    while (to >= 0 && isBlank(text.charCodeAt(to + 1))) {
      folded = true;
      to = text.indexOf('\n', to + 1);
    }
    if (to < 0) to = text.length;
    const colon = text.indexOf(':', at);
    const name = colon > at && colon < to ? text.slice(at, colon).trimEnd() : '';
    if (!headerName.test(name)) bad ||= 'Bad header line';
    else {
      const value = text.slice(colon + 1, to).trim();
      headers.push(new SipHeader(name, folded ? value.split('\n').map(trim).join(' ') : value));
    }
    at = to + 1;
  }
  if (bad) throw reject(message, 400, bad);
};

/** A token (RFC 3261 §25.1). */
const headerName = /^[A-Za-z0-9.!%*_+`'~-]+$/;
const isBlank = (code: number): boolean => code === 32 || code === 9;
const trim = (text: string): string => text.trim();

/** The body's length: Content-Length, or all there is. RFC 3261 §18.3: octets beyond it are dropped, too few are an error. */
const contentLength = (message: SipMessage, available: number): number => {
  let length: number | undefined;
  for (const { key, value } of message.headers) {
    if (key !== 'content-length') continue;
    const said = digits.test(value) ? Number(value) : NaN;
    if (said !== (length ?? said) || said > available || Number.isNaN(said))
      throw reject(message, 400, 'Bad Content-Length');
    length = said;
  }
  return length ?? available;
};

const digits = /^\d{1,9}$/;
const single = ['from', 'to', 'call-id', 'cseq', 'max-forwards'] as const;

const check = (message: SipRequest | SipResponse): void => {
  const flaw = flaws.get(message);
  if (flaw) throw reject(message, flaw.status, flaw.message);
  const counts = [0, 0, 0, 0, 0];
  for (const { key } of message.headers) {
    const at = (single as readonly string[]).indexOf(key);
    if (at >= 0) counts[at] = (counts[at] ?? 0) + 1;
  }
  for (const [at, name] of single.entries()) {
    if ((counts[at] ?? 0) > 1) throw reject(message, 400, `More than one ${name}`);
    if (counts[at] === 0 && name !== 'max-forwards') throw reject(message, 400, `No ${name}`);
  }
  if (message.getAll('via').length > maxVias) throw reject(message, 400, 'Too many Vias');
  try {
    void [message.via, message.from, message.to];
    if (message instanceof SipRequest && message.cseq.method !== message.method)
      throw new SipParseError(400, 'CSeq of another method');
    void message.cseq;
  } catch (error) {
    if (!(error instanceof SipParseError)) throw error;
    throw reject(message, 400, error.message);
  }
  if (!callIdShape.test(message.callId)) throw reject(message, 400, 'Bad Call-ID');
  for (const text of [message.callId, message.from.tag, message.to.tag])
    if (text !== undefined && text.length > maxIdentity) throw reject(message, 400, 'Call-ID or tag too long');
  if (message instanceof SipRequest) checkRequest(message);
};

const callIdShape = /^\S+$/;
const schemeShape = /^([A-Za-z][A-Za-z0-9+.-]*):/;

const checkRequest = (request: SipRequest): void => {
  const hops = request.get('max-forwards');
  if (hops !== undefined && !(digits.test(hops) && Number(hops) < 256)) throw reject(request, 400, 'Bad Max-Forwards');
  const scheme = schemeShape.exec(request.uri)?.[1]?.toLowerCase();
  const sip = scheme === 'sip' || scheme === 'sips';
  const uri = sip ? parseUri(request.uri) : undefined;
  // §19.1.1, table 1: no headers in a Request-URI.
  if (scheme === undefined || (sip && (!uri || uri.headers !== ''))) throw reject(request, 400, 'Bad Request-URI');
};

/**
 * The error for `message`, with the request when there is a way back for the answer. An ACK has none (RFC 3261 §17.1.1.3); of too many
 * Vias the answer would be many times as long as the request.
 */
const reject = (message: SipMessage, status: number, what: string): SipParseError => {
  if (!(message instanceof SipRequest) || message.method === 'ACK') return new SipParseError(status, what);
  if (message.getAll('via').length > maxVias) return new SipParseError(status, what);
  try {
    void message.via;
  } catch {
    return new SipParseError(status, what);
  }
  return new SipParseError(status, what, message);
};

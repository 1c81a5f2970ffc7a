import { SipHeader, SipRequest, SipResponse, type SipMessage } from './message.ts';
import { SipParseError } from './parse-error.ts';
import { parseUri } from './uri.ts';

export { SipParseError } from './parse-error.ts';

/** More headers than this is an attack, not a call. */
const maxHeaders = 400;
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
  if (end < 0) bodyAt = end = bytes.length;
  const text = bytes.toString('utf8', start, end);
  let at = text.indexOf('\n');
  const message = parseStartLine(lineOf(text, 0, at < 0 ? text.length : at));
  message.raw = start === 0 ? bytes : bytes.subarray(start);
  if (at >= 0) readHeaders(message, text, at + 1);
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
  if (!request) throw new SipParseError(400, 'Bad start line', undefined);
  const message = new SipRequest(request[1] ?? '', request[2] ?? '');
  if (request[3] !== '2.0') versions.add(message);
  return message;
};

/** Requests of another SIP version: answered 505, which needs their headers. */
const versions = new WeakSet<SipRequest>();

const readHeaders = (message: SipMessage, text: string, from: number): void => {
  const { headers } = message;
  let bad = '';
  for (let at = from; at < text.length;) {
    let to = text.indexOf('\n', at);
    if (to < 0) to = text.length;
    const line = lineOf(text, at, to);
    at = to + 1;
    const first = line.charCodeAt(0);
    const last = headers[headers.length - 1];
    if ((first === 32 || first === 9) && last) {
      // RFC 3261 §7.3.1: a folded line continues the one before.
      headers[headers.length - 1] = new SipHeader(last.name, `${last.value} ${line.trim()}`.trim());
      continue;
    }
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trimEnd();
    if (colon < 1 || name === '' || name.includes(' ')) bad ||= 'Bad header line';
    else headers.push(new SipHeader(name, line.slice(colon + 1).trim()));
    if (headers.length > maxHeaders) throw reject(message, 513, 'Too many headers');
  }
  if (bad) throw reject(message, 400, bad);
};

/** The body's length: Content-Length, or all there is. RFC 3261 §18.3: octets beyond it are dropped, too few are an error. */
const contentLength = (message: SipMessage, available: number): number => {
  const values = message.getAll('content-length');
  const [value] = values;
  if (value === undefined) return available;
  const length = Number(value);
  if (!/^\d{1,9}$/.test(value) || values.some((other) => other !== value) || length > available)
    throw reject(message, 400, 'Bad Content-Length');
  return length;
};

const single = ['from', 'to', 'call-id', 'cseq', 'max-forwards'] as const;

const check = (message: SipRequest | SipResponse): void => {
  if (message instanceof SipRequest && versions.has(message)) throw reject(message, 505, 'Version Not Supported');
  for (const name of single) {
    const count = message.headers.reduce((n, header) => (header.key === name ? n + 1 : n), 0);
    if (count > 1) throw reject(message, 400, `More than one ${name}`);
    if (count === 0 && name !== 'max-forwards') throw reject(message, 400, `No ${name}`);
  }
  try {
    void [message.via, message.from, message.to];
    if (message instanceof SipRequest && message.cseq.method !== message.method)
      throw new SipParseError(400, 'CSeq of another method');
    void message.cseq;
  } catch (error) {
    if (!(error instanceof SipParseError)) throw error;
    throw reject(message, 400, error.message);
  }
  if (message.callId === '' || /\s/.test(message.callId)) throw reject(message, 400, 'Bad Call-ID');
  if (message instanceof SipRequest) checkRequest(message);
};

const checkRequest = (request: SipRequest): void => {
  const hops = request.get('max-forwards');
  if (hops !== undefined && !(/^\d{1,3}$/.test(hops) && Number(hops) < 256))
    throw reject(request, 400, 'Bad Max-Forwards');
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(request.uri)?.[1]?.toLowerCase();
  const sip = scheme === 'sip' || scheme === 'sips';
  if (scheme === undefined || (sip && !parseUri(request.uri))) throw reject(request, 400, 'Bad Request-URI');
};

/** The error for `message`, with the request when it can be answered. An ACK never is (RFC 3261 §17.1.1.3). */
const reject = (message: SipMessage, status: number, what: string): SipParseError => {
  const needed = ['via', 'from', 'to', 'call-id', 'cseq'];
  const answerable = message instanceof SipRequest && message.method !== 'ACK' && needed.every((n) => message.has(n));
  if (!answerable) return new SipParseError(status, what);
  try {
    void message.via;
  } catch {
    return new SipParseError(status, what);
  }
  return new SipParseError(status, what, message);
};

import { Params, skipBlanks, skipQuoted, unquote } from './params.ts';

/** A SIP, SIPS or tel URI, RFC 3261 §19.1 and RFC 3966. A tel URI has its number in `user` and an empty `host`. */
export class SipUri {
  scheme = 'sip';
  /** As written, escapes included. */
  user: string | undefined;
  password: string | undefined;
  host: string;
  port: number | undefined;
  params = new Params();
  /** What follows `?`, as written. */
  headers = '';

  constructor(user: string | undefined, host: string, port?: number) {
    this.user = user;
    this.host = host;
    this.port = port;
  }

  toString(): string {
    if (this.scheme === 'tel') return `tel:${this.user ?? ''}${this.params.toString()}`;
    const info =
      this.user === undefined ? '' : `${this.user}${this.password === undefined ? '' : `:${this.password}`}@`;
    const port = this.port === undefined ? '' : `:${this.port}`;
    return `${this.scheme}:${info}${this.host}${port}${this.params.toString()}${this.headers && `?${this.headers}`}`;
  }
}

const hostShape = /^(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?|\[[0-9A-Fa-f:.]+\])$/;
const portShape = /^\d{1,5}$/;

/** Reads `host[:port]` as it stands in URIs and Vias; blanks around the colon are allowed. Undefined when it is neither. */
export const parseHostPort = (text: string): { host: string; port: number | undefined } | undefined => {
  const colon = text.indexOf(':', text.startsWith('[') ? text.indexOf(']') + 1 : 0);
  const host = (colon < 0 ? text : text.slice(0, colon)).trim();
  if (!hostShape.test(host)) return undefined;
  if (colon < 0) return { host, port: undefined };
  const digits = text.slice(colon + 1).trim();
  const port = Number(digits);
  return portShape.test(digits) && port > 0 && port < 65536 ? { host, port } : undefined;
};

/** Reads a sip, sips or tel URI; undefined for anything else. */
export const parseUri = (text: string): SipUri | undefined => {
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  const scheme = text.slice(0, colon).toLowerCase();
  if (scheme === 'tel') return parseTel(text.slice(colon + 1));
  if (scheme !== 'sip' && scheme !== 'sips') return undefined;
  const at = text.indexOf('@', colon + 1);
  const rest = text.slice((at < 0 ? colon : at) + 1);
  const question = rest.indexOf('?');
  let end = rest.indexOf(';');
  if (question >= 0 && (end < 0 || question < end)) end = question;
  const where = parseHostPort(end < 0 ? rest : rest.slice(0, end));
  if (!where) return undefined;
  const uri = new SipUri(undefined, where.host, where.port);
  uri.scheme = scheme;
  if (at >= 0) {
    const info = text.slice(colon + 1, at);
    if (info === '' || /[\s<>"]/.test(info)) return undefined;
    const secret = info.indexOf(':');
    uri.user = secret < 0 ? info : info.slice(0, secret);
    if (secret >= 0) uri.password = info.slice(secret + 1);
  }
  if (end < 0) return uri;
  if (question >= 0) uri.headers = rest.slice(question + 1);
  const params = Params.parse(rest.slice(end, question < 0 ? undefined : question));
  if (!params) return undefined;
  uri.params = params;
  return uri;
};

const parseTel = (text: string): SipUri | undefined => {
  const end = text.indexOf(';');
  const number = end < 0 ? text : text.slice(0, end);
  const params = Params.parse(end < 0 ? '' : text.slice(end));
  if (!params || !/^\+?[0-9A-Fa-f*#().-]+$/.test(number)) return undefined;
  const uri = new SipUri(number, '');
  uri.scheme = 'tel';
  uri.params = params;
  return uri;
};

/** `"Display" <uri>;params` or `uri;params` of From, To, Contact, Route and their kin, RFC 3261 §20.10. */
export class NameAddr {
  /** As written, quotes included; '' when there is none. */
  display: string;
  /** As written between the angle brackets; any scheme. */
  uri: string;
  params: Params;

  constructor(uri: string, display = '', params = new Params()) {
    this.uri = uri;
    this.display = display;
    this.params = params;
  }

  get tag(): string | undefined {
    return this.params.get('tag');
  }

  /** The display name without quotes and escapes. */
  get displayName(): string {
    return unquote(this.display);
  }

  /** The URI in its parts; undefined when it is no sip, sips or tel URI. */
  get sipUri(): SipUri | undefined {
    return parseUri(this.uri);
  }

  toString(): string {
    return `${this.display && `${this.display} `}<${this.uri}>${this.params.toString()}`;
  }
}

/** Reads one name-addr or addr-spec with its header parameters; undefined when it is neither. */
export const parseNameAddr = (text: string): NameAddr | undefined => {
  const start = skipBlanks(text, 0);
  let open: number;
  if (text.charCodeAt(start) === 34) {
    const close = skipQuoted(text, start);
    if (close < 0) return undefined;
    open = skipBlanks(text, close);
    if (text.charCodeAt(open) !== 60) return undefined;
  } else {
    open = text.indexOf('<', start);
    const semicolon = text.indexOf(';', start);
    if (open < 0 || (semicolon >= 0 && semicolon < open)) return parseAddrSpec(text, start, semicolon);
  }
  const close = text.indexOf('>', open);
  if (close < 0) return undefined;
  const uri = text.slice(open + 1, close);
  const display = text.slice(start, open).trim();
  const params = Params.parse(text, close + 1);
  if (!params || uri === '' || /[\s<"]/.test(uri) || !(display.startsWith('"') || wordsShape.test(display)))
    return undefined;
  return new NameAddr(uri, display, params);
};

/** A display name without quotes: tokens (RFC 3261 §25.1). Anything else would be read otherwise elsewhere. */
const wordsShape = /^[A-Za-z0-9.!%*_+`'~ \t-]*$/;

/** Without angle brackets every parameter belongs to the header, and `?` and `,` are forbidden (RFC 3261 §20.10). */
const parseAddrSpec = (text: string, start: number, semicolon: number): NameAddr | undefined => {
  const uri = text.slice(start, semicolon < 0 ? undefined : semicolon).trim();
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"?,]+$/.test(uri)) return undefined;
  const params = Params.parse(semicolon < 0 ? '' : text.slice(semicolon));
  return params && new NameAddr(uri, '', params);
};

/** Splits a header value at commas that stand outside quotes and angle brackets; empty elements are dropped. */
export const splitList = (text: string): string[] => listElements(text).filter((part) => part !== '');

/** The same with the empty elements, which no list may have (RFC 3261 §7.3.1). */
export const listElements = (text: string): string[] => {
  if (!text.includes(',')) return [text];
  const parts: string[] = [];
  let from = 0;
  let inside = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 34 && !inside) {
      const close = skipQuoted(text, i);
      if (close < 0) break;
      i = close - 1;
    } else if (c === 60) inside = true;
    else if (c === 62) inside = false;
    else if (c === 44 && !inside) {
      parts.push(text.slice(from, i).trim());
      from = i + 1;
    }
  }
  parts.push(text.slice(from).trim());
  return parts;
};

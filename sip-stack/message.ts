import { headerKey, listHeaders } from './header-names.ts';
import { SipParseError } from './parse-error.ts';
import { reasonPhrase } from './reason-phrases.ts';
import { parseNameAddr, splitList, type NameAddr } from './uri.ts';
import { parseVia, type Via } from './via.ts';

/** One header line, spelled as it came. */
export class SipHeader {
  readonly name: string;
  readonly value: string;
  /** The lower-case long name. */
  readonly key: string;

  constructor(name: string, value: string) {
    this.name = name;
    this.value = value;
    this.key = headerKey(name);
  }
}

export interface CSeq {
  readonly number: number;
  readonly method: string;
}

/** Headers as callers give them: a name may have several values. */
export type HeaderValues = Readonly<Record<string, string | readonly string[]>>;

const empty = Buffer.alloc(0);
const lineBreaks = /[\r\n]+/g;

/** What requests and responses share, RFC 3261 §7. Header order and spelling are kept. */
export abstract class SipMessage {
  headers: SipHeader[];
  body: Buffer;
  /** The bytes as they came from the wire, before anything was changed; undefined for a message made here. */
  raw: Buffer | undefined;
  #parsed: { from?: NameAddr; to?: NameAddr; via?: Via; cseq?: CSeq } = {};

  constructor(headers: SipHeader[] = [], body: Buffer = empty) {
    this.headers = headers;
    this.body = body;
  }

  abstract get startLine(): string;

  /** The first value of a header, whole (a comma-separated list is not split). Any case, long or compact name. */
  get(name: string): string | undefined {
    const key = headerKey(name);
    for (const header of this.headers) if (header.key === key) return header.value;
    return undefined;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** Every value of a header, in order; lists (Via, Route, Contact, Allow ...) are split at their commas. */
  getAll(name: string): string[] {
    const key = headerKey(name);
    const list = listHeaders.has(key);
    const values: string[] = [];
    for (const header of this.headers) {
      if (header.key !== key) continue;
      if (list) values.push(...splitList(header.value));
      else values.push(header.value);
    }
    return values;
  }

  /** Replaces every header of that name, in the place of the first; adds it when there is none. */
  set(name: string, value: string | readonly string[]): this {
    const key = headerKey(name);
    const values = typeof value === 'string' ? [value] : value;
    const at = this.headers.findIndex((header) => header.key === key);
    const made = values.map((one) => new SipHeader(name, one.replace(lineBreaks, ' ')));
    if (at < 0) this.headers.push(...made);
    else {
      this.headers = this.headers.filter((header) => header.key !== key);
      this.headers.splice(at, 0, ...made);
    }
    this.#parsed = {};
    return this;
  }

  /** Adds below what is there. Line breaks in a value become blanks, so that no value can smuggle in a header. */
  add(name: string, value: string): this {
    this.headers.push(new SipHeader(name, value.replace(lineBreaks, ' ')));
    this.#parsed = {};
    return this;
  }

  /** Adds above what is there, as Via and Record-Route are. */
  prepend(name: string, value: string): this {
    this.headers.unshift(new SipHeader(name, value.replace(lineBreaks, ' ')));
    this.#parsed = {};
    return this;
  }

  remove(name: string): this {
    const key = headerKey(name);
    this.headers = this.headers.filter((header) => header.key !== key);
    this.#parsed = {};
    return this;
  }

  /** Sets each header of `values`. */
  setAll(values: HeaderValues | undefined): this {
    for (const [name, value] of Object.entries(values ?? {})) this.set(name, value);
    return this;
  }

  /** @throws SipParseError when it is missing or no number and method; the same holds for the getters below */
  get cseq(): CSeq {
    return (this.#parsed.cseq ??= parseCSeq(this.get('cseq')));
  }

  get from(): NameAddr {
    return (this.#parsed.from ??= this.#address('From'));
  }

  get to(): NameAddr {
    return (this.#parsed.to ??= this.#address('To'));
  }

  /** The topmost Via. */
  get via(): Via {
    if (this.#parsed.via) return this.#parsed.via;
    const [first] = splitList(this.get('via') ?? '');
    const via = first === undefined ? undefined : parseVia(first);
    if (!via) throw new SipParseError(400, 'Bad Via');
    return (this.#parsed.via = via);
  }

  get callId(): string {
    return this.get('call-id') ?? '';
  }

  /** The message as it goes on the wire. Content-Length is the body's bytes, whatever a header said. */
  toBuffer(): Buffer {
    let text = `${this.startLine}\r\n`;
    for (const { name, value, key } of this.headers) if (key !== 'content-length') text += `${name}: ${value}\r\n`;
    text += `Content-Length: ${this.body.length}\r\n\r\n`;
    return this.body.length === 0 ? Buffer.from(text) : Buffer.concat([Buffer.from(text), this.body]);
  }

  toString(): string {
    return this.toBuffer().toString();
  }

  #address(name: string): NameAddr {
    const parsed = parseNameAddr(this.get(name) ?? '');
    if (!parsed) throw new SipParseError(400, `Bad ${name}`);
    return parsed;
  }
}

const cseqShape = /^(\d{1,10})\s+(\S+)$/;

/** RFC 3261 §8.1.1.5: below 2^31. */
const parseCSeq = (text: string | undefined): CSeq => {
  const found = cseqShape.exec(text ?? '');
  const number = Number(found?.[1]);
  if (!found?.[2] || !(number < 2 ** 31)) throw new SipParseError(400, 'Bad CSeq');
  return { number, method: found[2] };
};

export class SipRequest extends SipMessage {
  method: string;
  uri: string;

  constructor(method: string, uri: string, headers?: SipHeader[], body?: Buffer) {
    super(headers, body);
    this.method = method;
    this.uri = uri;
  }

  get startLine(): string {
    return `${this.method} ${this.uri} SIP/2.0`;
  }
}

export class SipResponse extends SipMessage {
  status: number;
  reason: string;

  constructor(status: number, reason?: string, headers?: SipHeader[], body?: Buffer) {
    super(headers, body);
    this.status = status;
    this.reason = reason ?? reasonPhrase(status);
  }

  get startLine(): string {
    return `SIP/2.0 ${this.status} ${this.reason}`;
  }

  /**
   * A response with what RFC 3261 §8.2.6.2 copies from its request: Via, From, To, Call-ID, CSeq; Timestamp in a 100;
   * Record-Route where the response may create a dialog (§12.1.1).
   * @param toTag added to To when the request had none
   */
  static to(request: SipRequest, status: number, reason?: string, toTag?: string): SipResponse {
    const response = new SipResponse(status, reason);
    const recorded = status > 100 && status < 300;
    for (const header of request.headers) {
      const { key } = header;
      if (key === 'via' || key === 'from' || key === 'call-id' || key === 'cseq') response.headers.push(header);
      else if (key === 'record-route' && recorded) response.headers.push(header);
      else if (key === 'timestamp' && status === 100) response.headers.push(header);
      else if (key === 'to')
        response.headers.push(
          toTag === undefined || parseNameAddr(header.value)?.tag !== undefined
            ? header
            : new SipHeader(header.name, `${header.value};tag=${toTag}`),
        );
    }
    return response;
  }
}

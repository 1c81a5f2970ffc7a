/** Longest message of a stream, start line to the end of its body: that of a datagram. Octets. */
export const maxMessageOctets = 65_535;
/** Longest start line and headers. A head of this size has been copied a few times at most while it came. Octets. */
export const maxHeadOctets = 16_384;

/** What a stream gives: a whole message, a keep-alive that wants an answer (RFC 5626 §4.4.1), or the end of all sense. */
export type Framed = { readonly kind: 'message'; readonly bytes: Buffer } | { readonly kind: 'ping' } | StreamFault;

/** From here on nobody knows where a message begins: answer if that is possible, and close. */
export interface StreamFault {
  readonly kind: 'fault';
  readonly status: 400 | 513;
  readonly why: string;
  /** Start line and headers, as far as they were whole; undefined when there is nothing to answer. */
  readonly head: Buffer | undefined;
}

const CR = 13;
const LF = 10;
const headEnd = '\r\n\r\n';
const startLine = /^SIP\/\d|\sSIP\/\d+\.\d+\r?$/i;

/** Whether it is one of both kinds of start line (RFC 3261 §7.1, §7.2); how well formed the rest of it is, the parser tells. */
export const isStartLine = (line: string): boolean => startLine.test(line);

/** RFC 3261 §20.14, long and compact name. */
const lengthHeader = /^(?:content-length|l)[ \t]*:[ \t]*(.*)$/gim;
const digits = /^\d{1,9}$/;
const empty: Buffer = Buffer.alloc(0);

/**
 * Cuts a stream into messages by their Content-Length, which a stream must have (RFC 3261 §18.3). Bytes may be split anywhere; what is
 * given out is never written to again.
 */
export class StreamFramer {
  #bytes: Buffer = empty;
  #start = 0;
  #end = 0;
  /** Up to here no end of a head was found. */
  #searched = 0;
  /** CRLFs since the last message. */
  #emptyLines = 0;
  #lineSeen = false;
  /** Of the message that is coming, once its head is here. */
  #octets: number | undefined;
  #fault: StreamFault | undefined;

  /** Part of a message is here, the rest is not. */
  get half(): boolean {
    return this.#end > this.#start;
  }

  add(chunk: Buffer): void {
    const left = this.#end - this.#start;
    if (left === 0) {
      this.#bytes = chunk;
      this.#start = this.#searched = 0;
      this.#end = chunk.length;
      return;
    }
    if (this.#bytes.length - this.#end < chunk.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(2 * (left + chunk.length), 2048));
      this.#bytes.copy(grown, 0, this.#start, this.#end);
      this.#searched -= this.#start;
      this.#bytes = grown;
      this.#start = 0;
      this.#end = left;
    }
    chunk.copy(this.#bytes, this.#end);
    this.#end += chunk.length;
  }

  /** The next of what is here; undefined when more must come. After a fault the same fault for ever. */
  next(): Framed | undefined {
    if (this.#fault) return this.#fault;
    if (this.#skipEmptyLines()) return { kind: 'ping' };
    if (!this.half || (this.#bytes[this.#start] === CR && this.#end - this.#start === 1)) return undefined;
    const here = this.#bytes.subarray(this.#start, this.#end);
    if (this.#octets !== undefined) return this.#cut(here, this.#octets);
    if (!this.#lineSeen) {
      const line = here.indexOf(LF);
      if (line >= 0) {
        if (!isStartLine(here.toString('latin1', 0, line))) return this.#failed(400, 'no SIP');
        this.#lineSeen = true;
      }
    }
    const found = here.indexOf(headEnd, Math.max(0, this.#searched - this.#start - headEnd.length + 1));
    this.#searched = this.#end;
    if ((found < 0 ? here.length : found) > maxHeadOctets) return this.#failed(513, 'headers too long');
    return found < 0 ? undefined : this.#message(here, found + headEnd.length);
  }

  #message(here: Buffer, headLength: number): Framed | undefined {
    const head = here.subarray(0, headLength);
    const lengths = new Set([...head.toString('latin1').matchAll(lengthHeader)].map(([, value = '']) => value.trim()));
    const [length] = lengths;
    if (length === undefined) return this.#failed(400, 'no Content-Length', head);
    if (lengths.size > 1 || !digits.test(length)) return this.#failed(400, 'bad Content-Length', head);
    const octets = headLength + Number(length);
    if (octets > maxMessageOctets) return this.#failed(513, 'message too long', head);
    this.#octets = octets;
    return this.#cut(here, octets);
  }

  #cut(here: Buffer, octets: number): Framed | undefined {
    if (here.length < octets) return undefined;
    this.#start += octets;
    this.#searched = this.#start;
    this.#emptyLines = 0;
    this.#lineSeen = false;
    this.#octets = undefined;
    return { kind: 'message', bytes: here.subarray(0, octets) };
  }

  /** RFC 3261 §7.5 and RFC 5626 §4.4.1. @returns whether two came in a row: a ping */
  #skipEmptyLines(): boolean {
    while (this.#start < this.#end) {
      const first = this.#bytes[this.#start];
      if (first === CR && this.#bytes[this.#start + 1] === LF && this.#end - this.#start > 1) this.#start += 2;
      else if (first === LF) this.#start += 1;
      else return false;
      this.#emptyLines += 1;
      if (this.#emptyLines < 2) continue;
      this.#emptyLines = 0;
      return true;
    }
    return false;
  }

  #failed(status: 400 | 513, why: string, head?: Buffer): StreamFault {
    return (this.#fault = { kind: 'fault', status, why, head });
  }
}

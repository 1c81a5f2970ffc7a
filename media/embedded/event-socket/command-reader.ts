/** One command of a client: its first line, the header lines under it (names in lower case), a body if Content-Length says so. */
export type Command = {
  readonly line: string;
  readonly headers: ReadonlyMap<string, string>;
  /** The same as they were written. */
  readonly written: readonly (readonly [name: string, value: string])[];
  readonly body: string;
};

/** The client sends no commands of this protocol (too long, bad length): the connection is closed. */
export class CommandFault extends Error {}

/** Octets of the lines, and of the body, of one command. */
type Lengths = { readonly head: number; readonly body: number };
export const LONGEST: Lengths = { head: 65_536, body: 1_048_576 };
/** Who has not shown the password has nothing to say but that. */
export const LONGEST_OF_STRANGERS: Lengths = { head: 1024, body: 0 };

const parseHead = (text: string): Omit<Command, 'body'> => {
  const [line = '', ...rest] = text.split('\n').map((one) => one.replace(/\r$/, ''));
  const written = rest.flatMap((one): [string, string][] => {
    const colon = one.indexOf(':');
    return colon > 0 ? [[one.slice(0, colon).trim(), one.slice(colon + 1).trim()]] : [];
  });
  const headers = new Map(written.map(([name, value]) => [name.toLowerCase(), value]));
  return { line: line.trim(), headers, written };
};

const LF = 0x0a;
const CR = 0x0d;

/**
 * Cuts a client's bytes into commands: lines up to an empty line, then perhaps a body. Pieces may come in any size; each octet is
 * looked at once, however small they are.
 */
export class CommandReader {
  longest: Lengths;
  #bytes: Buffer = Buffer.alloc(0);
  /** Pieces that come after `#bytes`, and their octets. */
  #pieces: Buffer[] = [];
  #more = 0;
  /** Where the search for the end of the lines goes on. */
  #searched = 0;
  /** Octets that must be there before there is anything to do. */
  #wanted = 0;

  constructor(longest: Lengths = LONGEST) {
    this.longest = longest;
  }

  /** @throws CommandFault */
  *read(piece: Buffer): Generator<Command> {
    this.#pieces.push(piece);
    this.#more += piece.length;
    if (this.#bytes.length + this.#more < this.#wanted) return;
    this.#bytes = Buffer.concat([this.#bytes, ...this.#pieces]);
    this.#pieces = [];
    this.#more = 0;
    for (;;) {
      this.#skipEmptyLines();
      const end = this.#headEnd();
      if (!end) return;
      const { line, headers, written } = parseHead(this.#bytes.toString('utf8', 0, end.at));
      const length = headers.has('content-length') ? Number(headers.get('content-length')) : 0;
      if (!Number.isInteger(length) || length < 0 || length > this.longest.body)
        throw new CommandFault('bad content length');
      this.#wanted = end.after + length;
      if (this.#bytes.length < this.#wanted) return;
      const body = this.#bytes.toString('utf8', end.after, end.after + length);
      this.#bytes = this.#bytes.subarray(this.#wanted);
      this.#searched = this.#wanted = 0;
      yield { line, headers, written, body };
    }
  }

  #skipEmptyLines(): void {
    let at = 0;
    while (this.#bytes[at] === LF || this.#bytes[at] === CR) at += 1;
    if (at > 0) this.#bytes = this.#bytes.subarray(at);
  }

  /** The empty line after the lines: LF LF, or CR LF CR LF. */
  #headEnd(): { at: number; after: number } | undefined {
    const bytes = this.#bytes;
    let lf = bytes.indexOf(LF, this.#searched);
    for (; lf >= 0; lf = bytes.indexOf(LF, lf + 1)) {
      if (bytes[lf - 1] === LF) return this.#within(lf - 1, lf + 1);
      if (bytes[lf - 1] === CR && bytes[lf - 2] === LF && bytes[lf - 3] === CR) return this.#within(lf - 3, lf + 1);
    }
    this.#searched = bytes.length;
    this.#within(bytes.length, 0);
    return undefined;
  }

  #within(at: number, after: number): { at: number; after: number } {
    if (at > this.longest.head) throw new CommandFault('command too long');
    return { at, after };
  }
}

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

const LONGEST_HEAD = 65_536;
const LONGEST_BODY = 1_048_576;

const parseHead = (text: string): Omit<Command, 'body'> => {
  const [line = '', ...rest] = text.split('\n').map((one) => one.replace(/\r$/, ''));
  const written = rest.flatMap((one): [string, string][] => {
    const colon = one.indexOf(':');
    return colon > 0 ? [[one.slice(0, colon).trim(), one.slice(colon + 1).trim()]] : [];
  });
  const headers = new Map(written.map(([name, value]) => [name.toLowerCase(), value]));
  return { line: line.trim(), headers, written };
};

/** Cuts a client's bytes into commands: lines up to an empty line, then perhaps a body. Pieces may come in any size. */
export class CommandReader {
  #bytes: Buffer = Buffer.alloc(0);

  /** @throws CommandFault */
  *read(piece: Buffer): Generator<Command> {
    this.#bytes = this.#bytes.length === 0 ? piece : Buffer.concat([this.#bytes, piece]);
    for (;;) {
      this.#skipEmptyLines();
      const end = this.#headEnd();
      if (!end) return;
      const { line, headers, written } = parseHead(this.#bytes.toString('utf8', 0, end.at));
      const length = headers.has('content-length') ? Number(headers.get('content-length')) : 0;
      if (!Number.isInteger(length) || length < 0 || length > LONGEST_BODY)
        throw new CommandFault('bad content length');
      if (this.#bytes.length < end.after + length) return;
      const body = this.#bytes.toString('utf8', end.after, end.after + length);
      this.#bytes = this.#bytes.subarray(end.after + length);
      yield { line, headers, written, body };
    }
  }

  #skipEmptyLines(): void {
    let at = 0;
    while (this.#bytes[at] === 0x0a || this.#bytes[at] === 0x0d) at += 1;
    if (at > 0) this.#bytes = this.#bytes.subarray(at);
  }

  #headEnd(): { at: number; after: number } | undefined {
    const lf = this.#bytes.indexOf('\n\n');
    const crlf = this.#bytes.indexOf('\r\n\r\n');
    const found =
      crlf >= 0 && (lf < 0 || crlf < lf)
        ? { at: crlf, after: crlf + 4 }
        : lf >= 0
          ? { at: lf, after: lf + 2 }
          : undefined;
    if ((found?.at ?? this.#bytes.length) > LONGEST_HEAD) throw new CommandFault('command too long');
    return found;
  }
}

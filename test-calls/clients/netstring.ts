/** What arrived is no netstring. */
export class NetstringFault extends Error {
  override readonly name = 'NetstringFault';
}

const MOST_DIGITS = 7;

/** `5:hello,` as baresip's control socket speaks. */
export const netstring = (text: string): string => `${Buffer.byteLength(text)}:${text},`;

/** Cuts a stream of netstrings apart, however its bytes come. */
export class NetstringReader {
  #rest: Buffer = Buffer.alloc(0);

  /** @returns the texts that became complete. @throws NetstringFault */
  take(bytes: Buffer): string[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const texts: string[] = [];
    for (;;) {
      const colon = this.#rest.indexOf(58);
      const digits = this.#rest.toString('latin1', 0, colon < 0 ? this.#rest.length : colon);
      if (digits.length > MOST_DIGITS || !/^\d*$/.test(digits) || (colon >= 0 && digits === ''))
        throw new NetstringFault(`no netstring: ${digits.slice(0, 20)}`);
      const end = colon + 1 + Number(digits);
      if (colon < 0 || this.#rest.length <= end) return texts;
      if (this.#rest[end] !== 44) throw new NetstringFault('a netstring does not end with a comma');
      texts.push(this.#rest.toString('utf8', colon + 1, end));
      this.#rest = this.#rest.subarray(end + 1);
    }
  }
}

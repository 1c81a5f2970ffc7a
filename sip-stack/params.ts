/** Index of the first character at or after `at` that is no blank. */
export const skipBlanks = (text: string, at: number): number => {
  let i = at;
  for (; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c !== 32 && c !== 9 && c !== 13 && c !== 10) break;
  }
  return i;
};

/** `at` is on a double quote: the index after the closing one, or -1 when it never closes. */
export const skipQuoted = (text: string, at: number): number => {
  for (let i = at + 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 92) i++;
    else if (c === 34) return i + 1;
  }
  return -1;
};

/** The text between quotes with its escapes resolved; other text as it is. */
export const unquote = (text: string): string =>
  text.startsWith('"') && text.endsWith('"') && text.length > 1 ? text.slice(1, -1).replace(/\\([\s\S])/g, '$1') : text;

/** Characters that end a parameter's name or value when unquoted: `"` `,` `;` `<` `=` `>` and blanks; `=` may be in a value. */
const ends = new Uint8Array(128);
for (const end of ';= \t\r\n",<>') ends[end.charCodeAt(0)] = end === '=' ? 1 : 2;

/** `;name=value;flag` of URIs, name-addrs and Vias, in order and as spelled; names compare without case. */
export class Params {
  readonly #list: [name: string, value: string | undefined][] = [];

  /**
   * Reads parameters from `text` at `at` to its end. Undefined when the text is no parameter list.
   * @param text what follows the URI or the sent-by
   */
  static parse(text: string, at = 0): Params | undefined {
    const params = new Params();
    let i = skipBlanks(text, at);
    while (i < text.length) {
      if (text.charCodeAt(i) !== 59) return undefined;
      i = skipBlanks(text, i + 1);
      const start = i;
      while (i < text.length && !ends[text.charCodeAt(i)]) i++;
      if (i === start) return undefined;
      const name = text.slice(start, i);
      i = skipBlanks(text, i);
      if (text.charCodeAt(i) !== 61) {
        params.#list.push([name, undefined]);
        continue;
      }
      i = skipBlanks(text, i + 1);
      const from = i;
      if (text.charCodeAt(i) === 34) {
        i = skipQuoted(text, i);
        if (i < 0) return undefined;
      } else while (i < text.length && ends[text.charCodeAt(i)] !== 2) i++;
      params.#list.push([name, text.slice(from, i)]);
      i = skipBlanks(text, i);
    }
    return params;
  }

  /** The value as written; '' for a parameter without one; undefined when it is not there. */
  get(name: string): string | undefined {
    const found = this.#find(name);
    return found && (found[1] ?? '');
  }

  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  set(name: string, value?: string): this {
    const found = this.#find(name);
    if (found) found[1] = value;
    else this.#list.push([name, value]);
    return this;
  }

  remove(name: string): this {
    const at = this.#list.findIndex(([n]) => n.toLowerCase() === name.toLowerCase());
    if (at >= 0) this.#list.splice(at, 1);
    return this;
  }

  entries(): readonly (readonly [name: string, value: string | undefined])[] {
    return this.#list;
  }

  toString(): string {
    let text = '';
    for (const [name, value] of this.#list) text += value === undefined ? `;${name}` : `;${name}=${value}`;
    return text;
  }

  #find(name: string) {
    for (const one of this.#list) if (one[0] === name || one[0].toLowerCase() === name.toLowerCase()) return one;
    return undefined;
  }
}

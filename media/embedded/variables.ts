/** Channel variables. Names are case-insensitive, as in FreeSWITCH; the spelling first used is kept. */
export class Variables {
  /** By name in lower case. */
  readonly #values = new Map<string, string>();
  /** Names that are spelled otherwise; few are. */
  readonly #spellings = new Map<string, string>();

  get(name: string): string | undefined {
    return this.#values.get(name.toLowerCase());
  }

  /** An empty or missing value removes the variable. */
  set(name: string, value: string | undefined): void {
    const key = name.toLowerCase();
    if (value === undefined || value === '') {
      this.#values.delete(key);
      this.#spellings.delete(key);
      return;
    }
    if (key !== name && !this.#values.has(key)) this.#spellings.set(key, name);
    this.#values.set(key, value);
  }

  /** FreeSWITCH's idea of true. */
  isTrue(name: string): boolean {
    const value = this.get(name)?.toLowerCase() ?? '';
    return ['yes', 'on', 'true', 't', 'enabled', 'active', 'allow'].includes(value) || /^[1-9]\d*$/.test(value);
  }

  integer(name: string): number | undefined {
    const value = Number.parseInt(this.get(name) ?? '', 10);
    return Number.isNaN(value) ? undefined : value;
  }

  *entries(): Generator<readonly [string, string]> {
    for (const [key, value] of this.#values) yield [this.#spellings.get(key) ?? key, value];
  }

  /** Puts values in place of `${name}`; an unknown name becomes nothing. Api calls inside `${}` are not made. */
  expand(text: string): string {
    return text.includes('${') ? text.replace(/\$\{([^{}()\s]+)\}/g, (_, name: string) => this.get(name) ?? '') : text;
  }
}

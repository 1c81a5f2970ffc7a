/** Channel variables. Names are case-insensitive, as in FreeSWITCH; the spelling first used is kept. */
export class Variables {
  readonly #values = new Map<string, { readonly name: string; readonly value: string }>();

  get(name: string): string | undefined {
    return this.#values.get(name.toLowerCase())?.value;
  }

  /** An empty or missing value removes the variable. */
  set(name: string, value: string | undefined): void {
    const key = name.toLowerCase();
    if (value === undefined || value === '') this.#values.delete(key);
    else this.#values.set(key, { name: this.#values.get(key)?.name ?? name, value });
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
    for (const { name, value } of this.#values.values()) yield [name, value];
  }

  /** Puts values in place of `${name}`; an unknown name becomes nothing. Api calls inside `${}` are not made. */
  expand(text: string): string {
    return text.includes('${') ? text.replace(/\$\{([^{}()\s]+)\}/g, (_, name: string) => this.get(name) ?? '') : text;
  }
}

import type { Entry, Fields, RawEntry, Trace } from './trace.ts';
import { accidental, volatileValue } from './volatile.ts';

/** An id that servers and phones make up: found in any field, by what stands around it. */
const made: readonly { readonly kind: string; readonly pattern: RegExp }[] = [
  { kind: 'tag', pattern: /\btag=([^;>\s,|"]+)/g },
  { kind: 'branch', pattern: /\bbranch=([^;>\s,|"]+)/g },
  { kind: 'nonce', pattern: /\bnonce="([^"]+)"/g },
];
/** Texts within a value that no two runs share: a session of SDP, and the clock in seconds and in microseconds. */
const within: readonly (readonly [RegExp, string])[] = [
  [/\bo=(\S+) \d+ \d+ /g, 'o=$1 <session> <version> '],
  [/FreeSWITCH-mod_sofia\/\S+/g, 'FreeSWITCH-mod_sofia/<version>'],
  [/\b[12]\d{9}\b/g, '<epoch>'],
  [/\b[12]\d{15}\b/g, '<epoch>'],
];
/** An id of fewer characters would be found in words. */
const SHORTEST = 6;
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
/** Fields that are an id as a whole. */
const whole: Readonly<Record<string, string>> = { 'Call-ID': 'call-id', 'transaction id': 'transaction' };

/** Headers of an event that say how the channel stands: told when they change. All others are told each time. */
const standing =
  /^(Channel-|Caller-|Other-|Hunt-|Answer-State|Unique-ID|Call-Direction|Presence-Call-Direction|FreeSWITCH-|Event-(?!Subclass|Info)|Core-UUID)/;

/** Gives whatever is made up anew in every run (ids, ports, folders) a name that is the same in every run. */
export class Names {
  readonly #known = new Map<string, string>();
  readonly #ports = new Map<string, string>();

  /** A text that has this name wherever it stands. */
  know(text: string, name: string): void {
    if (text !== '') this.#known.set(text, `<${name}>`);
  }

  /** A port that has this name wherever the number stands by itself. */
  knowPort(port: number, name: string): void {
    this.#ports.set(String(port), `<${name}>`);
  }

  /** The trace of what was gathered: tracks in the order of their names, so that ids are numbered alike in every run. */
  trace(tracks: ReadonlyMap<string, readonly RawEntry[]>): Trace {
    const ordered = [...tracks].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [, entries] of ordered) for (const { fields } of entries) this.#learn(fields);
    const literals = [...this.#known].sort(([a], [b]) => b.length - a.length);
    const trace: Record<string, Entry[]> = {};
    for (const [name, entries] of ordered) {
      const channels = new Map<string, Standing>();
      trace[name] = entries.flatMap((entry) => {
        const fields = this.#named(entry.fields, literals);
        const what = this.#text(entry.what, literals);
        if (entry.channel === undefined) return { what, fields };
        const before = channels.get(entry.channel);
        const { now, changed } = since(before, fields, entry.silent === true);
        channels.set(entry.channel, now);
        return entry.silent ? [] : { what, fields: changed };
      });
    }
    return trace;
  }

  #learn(fields: Fields): void {
    for (const [field, value] of Object.entries(fields)) {
      const kind = whole[field];
      if (kind !== undefined) this.#number(kind, value);
      for (const { kind: one, pattern } of made)
        for (const [, found] of value.matchAll(pattern)) if (found !== undefined) this.#number(one, found);
      // a number that the server chose; those of phones are small
      const reliable = /^\d{4,}$/.exec(field === 'RSeq' ? value : '')?.[0];
      if (reliable !== undefined) this.#number('rseq', reliable);
      const sequence = /^(\d{4,}) [A-Z]+$/.exec(field === 'CSeq' ? value : '')?.[1];
      if (sequence !== undefined) this.#number('cseq', sequence);
      const port = /^(\d+) RTP/.exec(field === 'sdp m=audio' ? value : '')?.[1];
      if (port !== undefined && port !== '0' && !this.#ports.has(port)) this.knowPort(Number(port), 'rtp port');
    }
  }

  #number(kind: string, text: string): void {
    if (text.length < SHORTEST || this.#known.has(text)) return;
    const count = [...this.#known.values()].filter((name) => name.startsWith(`<${kind} `)).length;
    this.#known.set(text, `<${kind} ${count + 1}>`);
  }

  #named(fields: Fields, literals: readonly (readonly [string, string])[]): Fields {
    const named: Fields = {};
    for (const [field, value] of Object.entries(fields)) {
      if (accidental.test(field)) continue;
      const kept = volatileValue(field, value);
      named[this.#text(field, literals)] = kept ?? this.#text(value, literals);
    }
    return named;
  }

  #text(text: string, literals: readonly (readonly [string, string])[]): string {
    let named = text;
    for (const [literal, name] of literals) if (named.includes(literal)) named = named.replaceAll(literal, name);
    for (const [pattern, name] of within) named = named.replace(pattern, name);
    named = named.replace(uuid, '<uuid>').replace(/\b\d{4,5}\b/g, (port) => this.#ports.get(port) ?? port);
    // port 5060 is the one that need not be written
    return named.replace('SIP/2.0/UDP 127.0.0.1;', 'SIP/2.0/UDP 127.0.0.1:<sip server>;');
  }
}

interface Standing {
  readonly headers: Fields;
  readonly variables: Fields;
}

/** What an event says that the ones before it did not. */
function since(
  before: Standing | undefined,
  fields: Fields,
  data: boolean,
): { readonly now: Standing; readonly changed: Fields } {
  const [headers, variables, changed]: [Fields, Fields, Fields] = [{}, {}, {}];
  for (const [name, value] of Object.entries(fields)) {
    if (name.startsWith('variable_')) variables[name] = value;
    else if (standing.test(name)) headers[name] = value;
    else changed[name] = value;
  }
  const told = Object.keys(variables).length > 0;
  changed['variables'] = told ? 'told' : 'not told';
  differing(before?.headers ?? {}, headers, changed, !data);
  if (told) differing(before?.variables ?? {}, variables, changed, true);
  return { now: { headers, variables: told ? variables : (before?.variables ?? {}) }, changed };
}

function differing(before: Fields, now: Fields, changed: Fields, gone: boolean): void {
  for (const [name, value] of Object.entries(now)) if (before[name] !== value) changed[name] = value;
  if (gone) for (const name of Object.keys(before)) if (!(name in now)) changed[name] = '(gone)';
}

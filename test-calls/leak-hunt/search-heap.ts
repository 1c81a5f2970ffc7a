import type { Found } from './follower.ts';
import { Follower } from './follower.ts';
import { searchBytes } from './search-bytes.ts';
import type { KnownDigits } from './secrets.ts';

/** A heap snapshot of V8, as far as it is looked at (v8/src/profiler/heap-snapshot-generator.cc). */
export interface Snapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly node_types: readonly (readonly string[] | string)[];
      readonly edge_fields: readonly string[];
      readonly edge_types: readonly (readonly string[] | string)[];
    };
  };
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
  readonly strings: readonly string[];
}

export interface HeapSearched {
  readonly nodes: number;
  readonly strings: number;
}

/** Longer lists are no list of digits that somebody typed. */
const LONGEST = 4_096;
/** A string of so many parts was not typed either. */
const DEEPEST = 200;

/**
 * Looks through a heap snapshot: each string, strings that are put together of others, and lists of digits, of their codes, or of objects
 * with a digit in them.
 */
export function searchHeap(heap: Snapshot, known: KnownDigits, report: (found: Found) => void): HeapSearched {
  const graph = new Graph(heap);
  const strings = heap.strings.filter((text) => /\d/.test(text));
  searchBytes(Buffer.from(strings.join('\u0001')), known, report);
  const joined: string[] = [];
  for (let node = 0; node < graph.count; node++) {
    const type = graph.type(node);
    if (type === 'concatenated string') joined.push(graph.text(node));
    if (type === 'array' || type === 'object') followList(graph, node, known, report);
  }
  searchBytes(Buffer.from(joined.join('\u0001')), known, report);
  return { nodes: graph.count, strings: heap.strings.length };
}

/** The elements of a list, in their order: digits, or objects with digits in properties of the same name. */
function followList(graph: Graph, node: number, known: KnownDigits, report: (found: Found) => void): void {
  const elements = graph.elements(node);
  if (elements.length < 7 || elements.length > LONGEST) return;
  const followers = new Map<string, Follower>();
  const take = (name: string, digit: number, at: number): void => {
    let follower = followers.get(name);
    if (!follower) followers.set(name, (follower = new Follower(known, { form: 'list', sparse: true }, report)));
    follower.digit(digit, at);
  };
  elements.forEach((element, at) => {
    const digit = graph.digit(element);
    if (digit !== undefined) return take('', digit, at);
    for (const [name, value] of graph.properties(element)) {
      const inside = graph.digit(value);
      if (inside !== undefined) take(name, inside, at);
    }
  });
  for (const follower of followers.values()) follower.break();
}

class Graph {
  readonly count: number;
  readonly #heap: Snapshot;
  readonly #size: number;
  readonly #edgeSize: number;
  readonly #types: readonly string[];
  readonly #edgeTypes: readonly string[];
  readonly #field: Readonly<Record<string, number>>;
  /** Of each node, where its edges begin; one more at the end. */
  readonly #begins: Uint32Array;

  constructor(heap: Snapshot) {
    const { meta } = heap.snapshot;
    this.#heap = heap;
    this.#size = meta.node_fields.length;
    this.#edgeSize = meta.edge_fields.length;
    this.#types = meta.node_types[0] as readonly string[];
    this.#edgeTypes = meta.edge_types[0] as readonly string[];
    this.#field = Object.fromEntries(meta.node_fields.map((name, at) => [name, at]));
    this.count = heap.nodes.length / this.#size;
    this.#begins = new Uint32Array(this.count + 1);
    for (let node = 0; node < this.count; node++)
      this.#begins[node + 1] = this.#begins[node]! + this.#of(node, 'edge_count') * this.#edgeSize;
  }

  type(node: number): string {
    return this.#types[this.#of(node, 'type')] ?? '';
  }

  name(node: number): string {
    return this.#heap.strings[this.#of(node, 'name')] ?? '';
  }

  /** The digit that a node is: a string of one digit, a number from 0 to 9, or the code of a digit. */
  digit(node: number): number | undefined {
    const type = this.type(node);
    if (type === 'string') return /^\d$/.test(this.name(node)) ? Number(this.name(node)) : undefined;
    if (type !== 'number') return undefined;
    // What a number is stands in a string of its own, under the name `value`.
    let shown = this.name(node);
    this.#edges(node, (_, name, to) => void (this.#heap.strings[name] === 'value' && (shown = this.name(to))));
    const value = shown === '' ? NaN : Number(shown);
    if (!Number.isInteger(value)) return undefined;
    return value >= 0 && value <= 9 ? value : value >= 48 && value <= 57 ? value - 48 : undefined;
  }

  elements(node: number): number[] {
    const found: [index: number, to: number][] = [];
    this.#edges(node, (type, name, to) => void (type === 'element' && found.push([name, to])));
    return found.sort(([one], [other]) => one - other).map(([, to]) => to);
  }

  properties(node: number): [name: string, to: number][] {
    const found: [string, number][] = [];
    if (this.type(node) !== 'object') return found;
    this.#edges(node, (type, name, to) => void (type === 'property' && found.push([this.#heap.strings[name]!, to])));
    return found;
  }

  /** What a string is that consists of others; of a very long one a part. */
  text(node: number, room = LONGEST, depth = 0): string {
    const type = this.type(node);
    if (type === 'string') return this.name(node).slice(0, room);
    if (type !== 'concatenated string' || room <= 0 || depth > DEEPEST) return '';
    let text = '';
    this.#edges(node, (_, name, to) => {
      if (['first', 'second'].includes(this.#heap.strings[name] ?? ''))
        text += this.text(to, room - text.length, depth + 1);
    });
    return text;
  }

  #of(node: number, field: string): number {
    return this.#heap.nodes[node * this.#size + (this.#field[field] ?? 0)] ?? 0;
  }

  /** `name`: an index, or which of the strings. */
  #edges(node: number, see: (type: string, name: number, to: number) => void): void {
    const { edges } = this.#heap;
    for (let at = this.#begins[node]!; at < this.#begins[node + 1]!; at += this.#edgeSize)
      see(this.#edgeTypes[edges[at]!] ?? '', edges[at + 1]!, edges[at + 2]! / this.#size);
  }
}

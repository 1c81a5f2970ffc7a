import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Trace } from './trace.ts';

/** Traces of the real pair, recorded once: what the embedded engine is compared with. */
export interface Golden {
  /** Of the servers that they were taken from. */
  readonly versions: Versions;
  readonly cases: Record<string, Trace>;
}

export interface Versions {
  readonly sip: string;
  readonly media: string;
}

const folder = join(import.meta.dirname, 'traces');
const pathOf = (group: string): string => join(folder, `${group.replaceAll(' ', '-')}.json`);

/** The traces of a group of cases; none when it was never recorded. */
export function loadGolden(group: string): Golden {
  const path = pathOf(group);
  if (!existsSync(path)) return { versions: { sip: '', media: '' }, cases: {} };
  return JSON.parse(readFileSync(path, 'utf8')) as Golden;
}

/** Writes them with cases and tracks in the order of their names, an entry a line, so that a change shows as the change that it is. */
export function saveGolden(group: string, { versions, cases }: Golden): void {
  mkdirSync(folder, { recursive: true });
  const entry = (one: unknown): string => `\n        ${JSON.stringify(one)}`;
  const track = ([name, entries]: readonly [string, readonly unknown[]]): string =>
    `\n      ${JSON.stringify(name)}: [${entries.map(entry).join(',')}\n      ]`;
  const trace = ([name, tracks]: readonly [string, Trace]): string =>
    `\n    ${JSON.stringify(name)}: {${Object.entries(tracks).map(track).join(',')}\n    }`;
  const sorted = Object.entries(cases).sort(([a], [b]) => (a < b ? -1 : 1));
  const text = `{\n  "versions": ${JSON.stringify(versions)},\n  "cases": {${sorted.map(trace).join(',')}\n  }\n}\n`;
  writeFileSync(pathOf(group), text);
}

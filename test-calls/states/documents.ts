import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { proofDocuments } from '../../docs/proofs/documents.ts';
import { chart } from './chart.ts';
import { draw } from './draw.ts';
import { settingsTable } from './settings.ts';
import { dispositionTable } from './table.ts';

export const root = join(import.meta.dirname, '..', '..');

const begin = '<!-- settings: made by `npm run states` from processes/config.ts -->';
const end = '<!-- end of settings -->';

/** Every document that is made from the code, by its path from the root, as it should be. */
export async function documents(): Promise<ReadonlyMap<string, string>> {
  const states = await chart();
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  return new Map([
    ['docs/call-states.svg', draw(states)],
    ['docs/dispositions.md', dispositionTable(states)],
    ['README.md', withSettings(readme, settingsTable())],
    ...proofDocuments(),
  ]);
}

/** The text with the table between its two marks. */
export function withSettings(text: string, table: string): string {
  const [before, rest] = cut(text, begin);
  const [, after] = cut(rest, end);
  return `${before}${begin}\n\n${table}\n\n${end}${after}`;
}

function cut(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`README.md lacks the mark ${mark}`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

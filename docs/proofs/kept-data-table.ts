import { classes, keptData, keptFiles, type Kept } from './kept-data.ts';
import { line } from './proof.ts';

/** What is kept of whom, as a document. */
export function keptDataTable(): string {
  return [
    '# What is kept, of whom, and how long',
    '',
    'Made by `npm run states` from `docs/proofs/kept-data.ts`; do not edit. A test looks whether every table of the database is here once, and every',
    'column that holds a secret.',
    '',
    line('class', 'what it means'),
    line('---', '---'),
    ...Object.entries(classes).map(([name, means]) => line(name, means)),
    '',
    '## In the database',
    '',
    line('what', 'class', 'of', 'tables', 'secrets in it, and as what', 'until'),
    line('---', '---', '---', '---', '---', '---'),
    ...keptData.map((kept) => line(kept.what, kept.class, kept.of, tablesOf(kept), secretsOf(kept), kept.until)),
    '',
    '## Outside of it',
    '',
    line('what', 'class', 'where', 'until'),
    line('---', '---', '---', '---'),
    ...keptFiles.map((cells) => line(...cells)),
    '',
  ].join('\n');
}

const tablesOf = ({ tables }: Kept): string => tables.map((table) => `\`${table}\``).join(', ');
const secretsOf = ({ secrets = {} }: Kept): string =>
  Object.entries(secrets)
    .map(([column, as]) => `\`${column}\`: ${as}`)
    .join('<br>');

import { asvsTable } from './asvs-table.ts';
import { guideTable } from './guide-table.ts';
import { keptDataTable } from './kept-data-table.ts';
import { threatsTable } from './threats-table.ts';

/** What shows that it is right, by its path from the root, as `npm run states` writes it. */
export const proofDocuments = (): readonly (readonly [path: string, content: string])[] => [
  ['docs/guide-rows.md', guideTable()],
  ['docs/asvs.md', asvsTable()],
  ['docs/data.md', keptDataTable()],
  ['docs/threats.md', threatsTable()],
];

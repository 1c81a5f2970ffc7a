import { guideRows, type GuideRow } from './guide-rows.ts';
import { line, proofsTold } from './proof.ts';

/** The rows as a document. */
export function guideTable(): string {
  const built = guideRows.filter(({ proofs }) => proofs.length > 0).length;
  return [
    '# What the guide asks for, and the test that proves each',
    '',
    'Made by `npm run states` from `docs/proofs/`; do not edit. A test looks whether every test that is named here is there.',
    '',
    'The rows are those of the user guide for families that this service is measured by, each in words of our own: 1 to 61 without what belongs to the',
    'app alone, and of video (66 to 72) what calls and accounts have as well.',
    '',
    `${guideRows.length} rows, ${built} of them with tests.`,
    '',
    line('row', 'what is asked', 'what Homeline does', 'proved by'),
    line('---', '---', '---', '---'),
    ...guideRows.map((row) => line(String(row.row), row.asks, row.does, proofOf(row))),
    '',
  ].join('\n');
}

const proofOf = ({ proofs, missing }: GuideRow): string =>
  [proofsTold(proofs, '../'), missing === undefined ? '' : `**Not built:** ${missing}`].filter((one) => one !== '').join('<br>'); // prettier-ignore

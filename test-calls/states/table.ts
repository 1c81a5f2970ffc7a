import type { ChartState } from './chart.ts';

/** Every disposition as a table in Markdown: the vocabulary of the call detail record. */
export function dispositionTable(states: readonly ChartState[]): string {
  const rows = states.flatMap(({ title, leavings }) =>
    leavings.map(({ word, meaning, endedBy, q850, by, heard }) =>
      [title.toLowerCase(), `\`${word}\``, meaning, by.join(', '), endedBy, String(q850), heard ?? ''].join(' | '),
    ),
  );
  return [
    '# Dispositions',
    '',
    'Made by `npm run states` from the code; do not edit. The same as a picture: [call-states.svg](call-states.svg).',
    '',
    'Ended by and Q.850 are what the record says unless the network, or the call itself, knows better.',
    '',
    '| leaves | disposition | meaning | by | ended by | Q.850 | the caller hears |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
    '',
  ].join('\n');
}

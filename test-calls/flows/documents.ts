import { createHash } from 'node:crypto';
import type { Chapter } from '#flows/explore/family-charts.ts';
import { chapters } from '#flows/explore/family-charts.ts';
import { languages } from '#flows/language.ts';
import { countsTable, longestLines } from './counts.ts';
import { drawChapter } from './draw.ts';
import { measuredOf } from './measure.ts';
import { scriptOf } from './script.ts';
import type { ExploredWorld } from './worlds.ts';
import { deepDepth, testDepth } from './worlds.ts';

const folder = 'docs/flows';
/** What only `npm run flows` writes, as it takes too long for a test. */
export const deepPath = `${folder}/deep.md`;

/** Every document that is made from the flows, by its path from the root, as it should be. `explored` to the depth of the test. */
export async function documents(explored: readonly ExploredWorld[]): Promise<ReadonlyMap<string, string>> {
  const all = await chapters();
  return new Map([
    ...all.map((chapter, index): [string, string] => [
      `${folder}/${chapter.name}.svg`,
      drawChapter(chapter, index + 1),
    ]),
    ...languages.map((language): [string, string] => [`${folder}/script.${language}.md`, scriptOf(all, language)]),
    [`${folder}/README.md`, readme(all, explored)],
  ]);
}

function readme(all: readonly Chapter[], explored: readonly ExploredWorld[]): string {
  const { measured, all: texts } = measuredOf(explored.flatMap(({ found }) => found.prompts));
  return [
    '# The flows, as they run',
    '',
    'Made by `npm run flows`, which runs the flows with everything that people can do; do not edit. A test compares what is here with the code.',
    '',
    ...all.map(({ name, title }) => `- [${title}](${name}.svg)`),
    '- What is said, with keys and what follows: [English](script.en.md), [Spanish](script.es.md)',
    '',
    '## What is explored',
    '',
    `A state is what is asked and what is known. In each world everything is done at every state up to ${testDepth.layers} acts deep (every key, what is`,
    'typed right and wrong, silence, a hang-up, a hang-up in each announcement), and each call goes on in silence to its end; in the first',
    `${testDepth.stuckLayers} layers also with each key stuck for ever. \`npm run flows\` goes ${deepDepth.layers} acts deep: [its counts](deep.md). Nowhere may be:`,
    '',
    '- a state that no key leads out of, or a call that never ends; an end without a goodbye',
    '- `0` that reaches no agent, `*` that does not go back, where they are listened for',
    '- a charge, a block, a block lifted or a plan turned off without a question that names it, answered with the key that confirms, or without the passcode where one is needed',
    '- more than 30 s told before one may choose',
    '- an acceptance before the recording notice was told to its end, in the language of the acceptance',
    '- of a card more than its last four digits told, of a code or a passcode anything; a secret left in memory',
    '',
    countsTable(explored),
    '',
    'The longest time to a choice:',
    '',
    ...longestLines(explored),
    '',
    `Times are those of the slower language. Of ${texts} texts that were told ${measured} were measured as the synthesiser says them, the others go by their length.`,
    '',
  ].join('\n');
}

/** The counts of the deeper exploration, with what they were counted of. */
export const deepDocument = (explored: readonly ExploredWorld[], all: ReadonlyMap<string, string>): string =>
  [
    '# The flows, explored deeper',
    '',
    `Made by \`npm run flows\`, ${deepDepth.layers} acts deep, of the flows ${digestOf(all)}; do not edit.`,
    '',
    countsTable(explored),
    '',
    'The longest time to a choice:',
    '',
    ...longestLines(explored),
    '',
  ].join('\n');

/** What the documents are made of, in twelve digits: they change when the flows do. */
export const digestOf = (all: ReadonlyMap<string, string>): string =>
  createHash('sha256')
    .update([...all].join('\n'))
    .digest('hex')
    .slice(0, 12);

import type { ChartState, Leaving } from './chart.ts';
import { box, lines, mono, picture, text, way } from './svg.ts';

/*
 * The picture of a call: its states down the left, and beside each the ways in which a call can end there; all of them lead to
 * `done`, along the rail on the right.
 *
 *   +-----------+      +------------------+ +------------------+
 *   | state     |------| disposition      | | disposition      |----+
 *   +-----------+      +------------------+ +------------------+    |
 *         |                                                         |
 *   +-----------+                                                   |
 *   | done      |<--------------------------------------------------+
 */

const width = 1060;
const margin = 28;
const spine = { x: margin, width: 250 };
const cards = { x: 322, width: 332, gap: 12, columns: 2 };
const rail = width - margin;
const between = 40;

const whoEnds: Readonly<Record<Leaving['endedBy'], string>> = {
  inside: 'the caller',
  outside: 'the called party or the network',
  policy: 'the policy',
  limit: 'the time limit',
  system: 'the system',
};

const meaningLines = ({ meaning }: Leaving): string[] => lines(meaning, 56);
const cardHeight = (leaving: Leaving): number =>
  30 + meaningLines(leaving).length * 15 + (leaving.heard === undefined ? 0 : 15);

function card(leaving: Leaving, x: number, y: number, height: number): string {
  const { word, endedBy, q850, by, heard } = leaving;
  const told = heard === undefined ? [] : [`“${heard}”`];
  const code = by.length > 0 ? by.join(', ') : `Q.850 ${q850}`;
  return [
    box(x, y, cards.width, height, 'card'),
    `<rect x="${x}" y="${y + 6}" width="4" height="${height - 12}" rx="2" class="${endedBy}"/>`,
    text(x + 14, y + 19, word, { size: 13, fill: 'ink', font: mono, weight: 600 }),
    text(x + cards.width - 10, y + 19, code, { size: 10.5, fill: 'soft', font: mono, anchor: 'end' }),
    ...meaningLines(leaving).map((line, row) => text(x + 14, y + 37 + row * 15, line, { size: 11.5, fill: 'ink' })),
    ...told.map((line) =>
      text(x + 14, y + 37 + meaningLines(leaving).length * 15, line, { size: 10.5, fill: 'soft heard' }),
    ),
  ].join('\n');
}

/** The cards of a state in two columns, read from left to right; and how high they are together. */
function panel(leavings: readonly Leaving[], top: number): { drawn: string; height: number } {
  const drawn: string[] = [];
  let y = top;
  for (let first = 0; first < leavings.length; first += cards.columns) {
    const row = leavings.slice(first, first + cards.columns);
    const height = Math.max(...row.map(cardHeight));
    for (const [column, leaving] of row.entries())
      drawn.push(card(leaving, cards.x + column * (cards.width + cards.gap), y, height));
    y += height + 7;
  }
  return { drawn: drawn.join('\n'), height: y - top - 7 };
}

const stepsHeight = ({ steps }: ChartState): number => 44 + steps.length * 18;

function stateBox({ name, title, steps }: ChartState, y: number, height: number): string {
  const { x } = spine;
  return [
    box(x, y, spine.width, height, 'box', name === 'any'),
    text(x + 14, y + 25, title, { size: 15, fill: 'ink', weight: 700 }),
    ...(name === 'any'
      ? []
      : [text(x + spine.width - 12, y + 25, name, { size: 11, fill: 'soft', font: mono, anchor: 'end' })]),
    ...steps.map((step, row) =>
      step.startsWith(' ')
        ? text(x + 20, y + 50 + row * 18, step.trim(), { size: 10.5, fill: 'soft' })
        : text(x + 14, y + 50 + row * 18, step, { size: 12, fill: 'ink' }),
    ),
  ].join('\n');
}

function legend(y: number): string {
  let x = margin;
  return Object.entries(whoEnds)
    .map(([who, label], index) => {
      const first = index === 0 ? text(x, y + 10, 'Ended by', { size: 12, fill: 'soft' }) : '';
      if (index === 0) x += 66;
      const drawn = `<rect x="${x}" y="${y}" width="4" height="13" rx="2" class="${who}"/>`;
      const words = text(x + 10, y + 10, label, { size: 12, fill: 'ink' });
      x += 34 + label.length * 6.4;
      return [first, drawn, words].join('');
    })
    .join('\n');
}

/** The states as an SVG that is readable on a light and on a dark page. */
export function draw(states: readonly ChartState[]): string {
  const parts: string[] = [];
  const middle = spine.x + spine.width / 2;
  let y = 104;
  const first = y;
  for (const state of states) {
    const { drawn, height } = panel(state.leavings, y);
    const whole = Math.max(height, stepsHeight(state));
    parts.push(stateBox(state, y, whole), drawn);
    const line = y + Math.min(height, whole) / 2;
    parts.push(way(`M${spine.x + spine.width} ${line}H${cards.x - 8}`, true));
    const right = cards.x + cards.columns * cards.width + cards.gap;
    parts.push(way(`M${right} ${line}H${rail}`));
    const below = y + whole;
    if (state.onward !== '') {
      const passing = states[states.indexOf(state) + 1]?.name === 'any';
      if (!passing) parts.push(way(`M${middle} ${below}V${below + between - 7}`, true));
      parts.push(
        text(passing ? middle : middle + 12, below + between / 2 + 3, passing ? '' : state.onward, {
          size: 12,
          fill: 'soft',
        }),
      );
    }
    y = below + between;
  }
  const doneHeight = 64;
  const { height: firstHeight } = panel(states[0]?.leavings ?? [], first);
  parts.push(
    way(`M${rail} ${first + firstHeight / 2}V${y - 7}`, true),
    box(margin, y, width - 2 * margin, doneHeight, 'box'),
    text(margin + 14, y + 26, 'Done', { size: 15, fill: 'ink', weight: 700 }),
    text(margin + 62, y + 26, 'done', { size: 11, fill: 'soft', font: mono }),
    text(
      margin + 14,
      y + 48,
      'The caller is told how it went, both legs are ended, the call detail record is closed; the recording is finished, hashed and stored.',
      { size: 12, fill: 'ink' },
    ),
  );
  const height = y + doneHeight + margin;
  const count = states.flatMap(({ leavings }) => leavings).length;
  return picture({
    width,
    height,
    label: 'The states of a call home',
    source: '`npm run states` from the tables and flows of the code',
    parts: [
      text(margin, 46, 'A call home', { size: 24, fill: 'ink', weight: 700 }),
      text(margin + 172, 46, `its states, and the ${count} ways in which it can end`, { size: 15, fill: 'soft' }),
      legend(66),
      ...parts,
    ],
  });
}

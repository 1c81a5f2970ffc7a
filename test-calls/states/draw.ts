import type { ChartState, Leaving } from './chart.ts';

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

const sans = `font-family="system-ui,-apple-system,'Segoe UI',Helvetica,Arial,'DejaVu Sans',sans-serif"`;
const mono = `font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"`;

/** Colours by name, for light and for dark. */
const palette: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  page: ['#ffffff', '#0f1419'],
  card: ['#f5f7f9', '#1a212a'],
  box: ['#e8eef6', '#1d2b3d'],
  edge: ['#c9d3df', '#384656'],
  line: ['#7b8a9a', '#7d8b9a'],
  ink: ['#17202a', '#e8edf2'],
  soft: ['#55626f', '#a3b0bd'],
  inside: ['#b45309', '#f0a04b'],
  outside: ['#1d6fd1', '#66aaf5'],
  policy: ['#8b3fc0', '#c58bf0'],
  limit: ['#0f8a68', '#43c9a1'],
  system: ['#6b7280', '#9aa4b0'],
};

const whoEnds: Readonly<Record<Leaving['endedBy'], string>> = {
  inside: 'the caller',
  outside: 'the called party or the network',
  policy: 'the policy',
  limit: 'the time limit',
  system: 'the system',
};

const variables = (scheme: 0 | 1): string =>
  Object.entries(palette)
    .map(([name, colours]) => `--${name}:${colours[scheme]}`)
    .join(';');

const style = `<style>
svg{${variables(0)}}
@media (prefers-color-scheme:dark){svg{${variables(1)}}}
${Object.keys(palette)
  .map((name) => `.${name}{fill:var(--${name})}`)
  .join('')}
.way{fill:none;stroke:var(--line);stroke-width:1.5}.edged{stroke:var(--edge)}.heard{font-style:italic}
</style>`;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

interface Style {
  readonly size: number;
  readonly fill: string;
  readonly font?: string;
  readonly weight?: number;
  readonly anchor?: 'start' | 'middle' | 'end';
}

const text = (x: number, y: number, content: string, { size, fill, font = sans, weight, anchor }: Style): string =>
  `<text x="${x}" y="${y}" class="${fill}" ${font} font-size="${size}"` +
  (weight === undefined ? '' : ` font-weight="${weight}"`) +
  (anchor === undefined ? '' : ` text-anchor="${anchor}"`) +
  ` xml:space="preserve">${escaped(content)}</text>`;

const box = (x: number, y: number, w: number, h: number, fill: string, dashed = false): string =>
  `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="8" class="${fill} edged"${dashed ? ' stroke-dasharray="5 4"' : ''}/>`;

const way = (path: string, arrow = false): string =>
  `<path class="way" d="${path}"${arrow ? ' marker-end="url(#arrow)"' : ''}/>`;

/** Breaks a text into lines of at most so many characters. */
function lines(content: string, most: number): string[] {
  const broken = [''];
  for (const word of content.split(' ')) {
    const last = broken.length - 1;
    const longer = `${broken[last]} ${word}`.trim();
    if (longer.length > most && broken[last] !== '') broken.push(word);
    else broken[last] = longer;
  }
  return broken;
}

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
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="The states of a call home">`,
    '<!-- Made by `npm run states` from the tables and flows of the code; do not edit. -->',
    style,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="1" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse" markerUnits="userSpaceOnUse"><path d="M0 0L8 4L0 8z" class="line"/></marker></defs>',
    `<rect width="${width}" height="${height}" rx="12" class="page"/>`,
    text(margin, 46, 'A call home', { size: 24, fill: 'ink', weight: 700 }),
    text(margin + 172, 46, `its states, and the ${count} ways in which it can end`, { size: 15, fill: 'soft' }),
    legend(66),
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

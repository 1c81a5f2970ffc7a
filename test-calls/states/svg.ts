/* The hand in which pictures are drawn: colours for light and dark pages, texts, boxes and ways between them. */

const sans = `font-family="system-ui,-apple-system,'Segoe UI',Helvetica,Arial,'DejaVu Sans',sans-serif"`;
export const mono = `font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"`;

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

export const text = (
  x: number,
  y: number,
  content: string,
  { size, fill, font = sans, weight, anchor }: Style,
): string =>
  `<text x="${x}" y="${y}" class="${fill}" ${font} font-size="${size}"` +
  (weight === undefined ? '' : ` font-weight="${weight}"`) +
  (anchor === undefined ? '' : ` text-anchor="${anchor}"`) +
  ` xml:space="preserve">${escaped(content)}</text>`;

export const box = (x: number, y: number, w: number, h: number, fill: string, dashed = false): string =>
  `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="8" class="${fill} edged"${dashed ? ' stroke-dasharray="5 4"' : ''}/>`;

export const way = (path: string, arrow = false): string =>
  `<path class="way" d="${path}"${arrow ? ' marker-end="url(#arrow)"' : ''}/>`;

/** Breaks a text into lines of at most so many characters. */
export function lines(content: string, most: number): string[] {
  const broken = [''];
  for (const word of content.split(' ')) {
    const last = broken.length - 1;
    const longer = `${broken[last]} ${word}`.trim();
    if (longer.length > most && broken[last] !== '') broken.push(word);
    else broken[last] = longer;
  }
  return broken;
}

interface Picture {
  readonly width: number;
  readonly height: number;
  /** What it shows, for who does not see it. */
  readonly label: string;
  /** What made it. */
  readonly source: string;
  readonly parts: readonly string[];
}

/** A whole SVG that is readable on a light and on a dark page. */
export const picture = ({ width, height, label, source, parts }: Picture): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(label)}">`,
    `<!-- Made by ${source}; do not edit. -->`,
    style,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="1" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse" markerUnits="userSpaceOnUse"><path d="M0 0L8 4L0 8z" class="line"/></marker></defs>',
    `<rect width="${width}" height="${height}" rx="12" class="page"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');

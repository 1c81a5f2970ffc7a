import type { Language } from '#db/people.ts';
import { duration, money } from './formats.ts';
import { artifact, colours, rule, sheet, write, type Document } from './page.ts';
import type { StatementLine } from './statement.ts';
import { describe, words } from './wording.ts';

/** Height of a row, and where the table begins on the first page and on the next ones. Points. */
export const ROW = 18;
export const FIRST_TABLE = 244;
export const NEXT_TABLE = 84;

interface Column {
  readonly word: keyof typeof words;
  /** The left end of its text, or the right one. */
  readonly x: number;
  readonly width: number;
  readonly align: 'left' | 'right';
}
const columns: readonly Column[] = [
  { word: 'date', x: sheet.left + 6, width: 60, align: 'left' },
  { word: 'reference', x: sheet.left + 70, width: 66, align: 'left' },
  { word: 'description', x: sheet.left + 142, width: 148, align: 'left' },
  { word: 'duration', x: sheet.left + 336, width: 48, align: 'right' },
  { word: 'in', x: sheet.left + 394, width: 54, align: 'right' },
  { word: 'out', x: sheet.left + 450, width: 54, align: 'right' },
  { word: 'balance', x: sheet.right - 6, width: 56, align: 'right' },
];

/** Lines of each page; a statement without any has one page. */
export function pagesOf<T>(lines: readonly T[]): readonly (readonly T[])[] {
  const room = (table: number) => Math.floor((sheet.bottom - table - ROW) / ROW);
  const first = room(FIRST_TABLE);
  const pages = [lines.slice(0, first)];
  for (let from = first; from < lines.length; from += room(NEXT_TABLE))
    pages.push(lines.slice(from, from + room(NEXT_TABLE)));
  return pages;
}

const headStyle = { size: 8.5, bold: true, colour: colours.muted } as const;

/** The head once more, on every further page. */
export function drawHead(doc: Document, y: number, language: Language): void {
  for (const { word, x, align } of columns) write(doc, words[word][language], x, y + 3, { ...headStyle, align });
  rule(doc, y + ROW, colours.brand, 1);
}

export function headRow(doc: Document, y: number, language: Language): PDFKit.PDFStructureElement {
  const cells = columns.map(({ word, x, align }) =>
    doc.struct('TH', { scope: 'Column' } as object, () =>
      write(doc, words[word][language], x, y + 3, { ...headStyle, align }),
    ),
  );
  artifact(doc, 'Layout', () => rule(doc, y + ROW, colours.brand, 1));
  return doc.struct('TR', {}, cells);
}

export function lineRow(doc: Document, line: StatementLine, y: number, language: Language, date: (at: Date) => string) {
  const { inCents, outCents } = line;
  const texts: Partial<Record<keyof typeof words, string>> = {
    date: date(line.at),
    reference: line.reference,
    description: describe(line.kind, inCents - outCents, language),
    duration: line.seconds === undefined ? '' : duration(line.seconds),
    in: inCents > 0 ? money(inCents, language) : '',
    out: outCents > 0 ? money(outCents, language) : '',
    balance: money(line.balanceCents, language),
  };
  const cells = columns.map(({ word, x, width, align }) => {
    const quiet = word === 'reference' || word === 'duration';
    const colour = quiet ? colours.muted : word === 'in' ? colours.good : colours.ink;
    return doc.struct('TD', {}, () => write(doc, texts[word] ?? '', x, y + 5, { size: 9, colour, align, width }));
  });
  artifact(doc, 'Layout', () => rule(doc, y + ROW));
  return doc.struct('TR', {}, cells);
}

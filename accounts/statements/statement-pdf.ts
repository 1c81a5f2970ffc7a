import PDFDocument from 'pdfkit';
import type { Language } from '#db/people.ts';
import { datesIn, duration, money } from './formats.ts';
import { artifact, colours, rule, sheet, write, type Document } from './page.ts';
import type { Statement, StatementLine } from './statement.ts';
import { describe, pageOf, words } from './wording.ts';

export interface PdfOptions {
  readonly language: Language;
  /** When it was issued: the same statement, language and instant give the same bytes. */
  readonly at: Date;
  /** Where to ask, e.g. a telephone number; on every page. */
  readonly contact?: string;
  /** False leaves the content readable, for tests. */
  readonly compress?: boolean;
}

const PRODUCT = 'Homeline Connect';
const ROW = 18;
const FIRST_TABLE = 244;
const NEXT_TABLE = 84;

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

/**
 * The statement as PDF 1.7, US Letter, tagged (title, language, headings, table) as far as pdfkit goes: its fonts are the standard ones and
 * not embedded, which PDF/UA would want. Pages leave the stream as they are done.
 */
export function statementPdf(statement: Statement, options: PdfOptions): NodeJS.ReadableStream {
  const { language, at, compress = true } = options;
  const dates = datesIn(statement.timeZone, language);
  const { from, until } = statement.period;
  const period = `${dates.long(from)} – ${dates.long(new Date(until.getTime() - 1))}`;
  const title = `${PRODUCT}: ${words.statement[language]} ${statement.accountId}, ${period}`;
  const doc = new PDFDocument({
    size: 'LETTER',
    margin: 0,
    pdfVersion: '1.7',
    tagged: true,
    lang: language === 'es' ? 'es-US' : 'en-US',
    displayTitle: true,
    compress,
    info: { Title: title, Author: PRODUCT, Subject: words.statement[language], CreationDate: at, ModDate: at },
  });
  const pages = pagesOf(statement.lines);
  const root = doc.struct('Document');
  doc.addStructure(root);

  root.add(doc.struct('H1', {}, () => drawTitle(doc, language)));
  root.add(doc.struct('P', {}, () => drawAbout(doc, statement, period, options)));
  root.add(doc.struct('P', {}, () => drawFigures(doc, statement, language)));
  const table = doc.struct('Table');
  root.add(table);
  for (const [index, lines] of pages.entries()) {
    if (index > 0) {
      doc.addPage();
      artifact(doc, 'Pagination', () => drawRunningHead(doc, statement, period, language));
    }
    const top = index === 0 ? FIRST_TABLE : NEXT_TABLE;
    if (index === 0) table.add(headRow(doc, top, language));
    else artifact(doc, 'Pagination', () => drawHead(doc, top, language));
    for (const [row, line] of lines.entries())
      table.add(lineRow(doc, line, top + ROW * (row + 1), language, dates.short));
    artifact(doc, 'Pagination', () => drawFoot(doc, index + 1, pages.length, options));
    if (index < pages.length - 1) continue;
    table.end();
    if (statement.lines.length === 0)
      root.add(
        doc.struct('P', {}, () =>
          write(doc, words.nothing[language], sheet.left + 6, top + ROW + 8, { size: 9.5, colour: colours.muted }),
        ),
      );
  }
  root.end();
  doc.end();
  return doc;
}

function drawTitle(doc: Document, language: Language): void {
  write(doc, PRODUCT, sheet.left, sheet.top, { size: 12, bold: true, colour: colours.brand });
  write(doc, words.statement[language], sheet.left, sheet.top + 20, { size: 24, bold: true });
}

function drawAbout(doc: Document, statement: Statement, period: string, { language, at }: PdfOptions): void {
  const dates = datesIn(statement.timeZone, language);
  const items = [
    [words.account[language], statement.accountId, sheet.left, 150],
    [words.period[language], period, sheet.left + 160, 250],
    [words.issued[language], dates.long(at), sheet.left + 420, 96],
  ] as const;
  for (const [name, value, x, width] of items) {
    write(doc, name, x, 108, { size: 8, colour: colours.muted });
    write(doc, value, x, 120, { size: 10, width });
  }
}

function drawFigures(doc: Document, statement: Statement, language: Language): void {
  const [top, height] = [148, 64];
  const width = (sheet.right - sheet.left) / 4;
  doc.roundedRect(sheet.left, top, sheet.right - sheet.left, height, 6).fill(colours.band);
  const figures = [
    [words.opening, statement.openingCents],
    [words.moneyIn, statement.inCents],
    [words.moneyOut, statement.outCents],
    [words.closing, statement.closingCents],
  ] as const;
  for (const [index, [word, cents]] of figures.entries()) {
    const x = sheet.left + width * index + 14;
    const last = index === figures.length - 1;
    write(doc, word[language], x, top + 15, { size: 8.5, colour: last ? colours.brand : colours.muted, bold: last });
    write(doc, money(cents, language), x, top + 31, {
      size: 16,
      bold: true,
      colour: last ? colours.brand : colours.ink,
    });
  }
}

function drawRunningHead(doc: Document, statement: Statement, period: string, language: Language): void {
  write(doc, PRODUCT, sheet.left, sheet.top, { size: 10, bold: true, colour: colours.brand });
  const about = `${words.account[language]} ${statement.accountId}  ·  ${period}`;
  write(doc, about, sheet.right, sheet.top + 1, { size: 8.5, colour: colours.muted, align: 'right' });
}

const headStyle = { size: 8.5, bold: true, colour: colours.muted } as const;

function drawHead(doc: Document, y: number, language: Language): void {
  for (const { word, x, align } of columns) write(doc, words[word][language], x, y + 3, { ...headStyle, align });
  rule(doc, y + ROW, colours.brand, 1);
}

function headRow(doc: Document, y: number, language: Language): PDFKit.PDFStructureElement {
  const cells = columns.map(({ word, x, align }) =>
    doc.struct('TH', { scope: 'Column' } as object, () =>
      write(doc, words[word][language], x, y + 3, { ...headStyle, align }),
    ),
  );
  artifact(doc, 'Layout', () => rule(doc, y + ROW, colours.brand, 1));
  return doc.struct('TR', {}, cells);
}

function lineRow(doc: Document, line: StatementLine, y: number, language: Language, date: (at: Date) => string) {
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

function drawFoot(doc: Document, page: number, pages: number, { language, contact }: PdfOptions): void {
  const style = { size: 8, colour: colours.muted } as const;
  rule(doc, sheet.footer - 8);
  write(doc, words.noFees[language], sheet.left, sheet.footer, style);
  write(doc, pageOf(page, pages, language), sheet.right, sheet.footer, { ...style, align: 'right' });
  if (contact !== undefined) write(doc, contact, sheet.left, sheet.footer + 12, style);
}

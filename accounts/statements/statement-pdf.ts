import { Readable } from 'node:stream';
import { setImmediate as turnOfOthers } from 'node:timers/promises';
import PDFDocument from 'pdfkit';
import type { Language } from '#db/people.ts';
import { datesIn, money } from './formats.ts';
import { artifact, colours, rule, sheet, write, type Document } from './page.ts';
import { drawHead, FIRST_TABLE, headRow, lineRow, NEXT_TABLE, pagesOf, ROW } from './statement-table.ts';
import type { Statement } from './statement.ts';
import { pageOf, words } from './wording.ts';

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
/**
 * The statement as PDF 1.7, US Letter, tagged (title, language, headings, table) as far as pdfkit goes: its fonts are the standard ones and
 * not embedded, which PDF/UA would want. A page is drawn when the one before has been taken, and other work has its turn in between.
 */
export function statementPdf(statement: Statement, options: PdfOptions): Readable {
  return Readable.from(drawn(statement, options), { objectMode: false });
}

async function* drawn(statement: Statement, options: PdfOptions): AsyncGenerator<Buffer> {
  const { language } = options;
  const dates = datesIn(statement.timeZone, language);
  const { from, until } = statement.period;
  const period = `${dates.long(from)} – ${dates.long(new Date(until.getTime() - 1))}`;
  const doc = openDocument(statement, period, options);
  const root = doc.struct('Document');
  doc.addStructure(root);
  root.add(doc.struct('H1', {}, () => drawTitle(doc, language)));
  root.add(doc.struct('P', {}, () => drawAbout(doc, statement, period, options)));
  root.add(doc.struct('P', {}, () => drawFigures(doc, statement, language)));
  const table = doc.struct('Table');
  root.add(table);
  const pages = pagesOf(statement.lines);
  for (const [index, lines] of pages.entries()) {
    const top = index === 0 ? FIRST_TABLE : NEXT_TABLE;
    if (index === 0) table.add(headRow(doc, top, language));
    else {
      doc.addPage();
      artifact(doc, 'Pagination', () => drawRunningHead(doc, statement, period, language));
      artifact(doc, 'Pagination', () => drawHead(doc, top, language));
    }
    for (const [row, line] of lines.entries())
      table.add(lineRow(doc, line, top + ROW * (row + 1), language, dates.short));
    artifact(doc, 'Pagination', () => drawFoot(doc, index + 1, pages.length, options));
    const done = doc.read() as Buffer | null;
    if (done) yield done;
    await turnOfOthers();
  }
  table.end();
  if (statement.lines.length === 0) root.add(doc.struct('P', {}, () => drawNothing(doc, language)));
  root.end();
  doc.end();
  yield* doc as AsyncIterable<Buffer>;
}

function openDocument(statement: Statement, period: string, { language, at, compress = true }: PdfOptions): Document {
  const subject = words.statement[language];
  return new PDFDocument({
    size: 'LETTER',
    margin: 0,
    pdfVersion: '1.7',
    tagged: true,
    lang: language === 'es' ? 'es-US' : 'en-US',
    displayTitle: true,
    compress,
    info: {
      Title: `${PRODUCT}: ${subject} ${statement.accountId}, ${period}`,
      Author: PRODUCT,
      Subject: subject,
      CreationDate: at,
      ModDate: at,
    },
  });
}

function drawNothing(doc: Document, language: Language): void {
  const style = { size: 9.5, colour: colours.muted } as const;
  write(doc, words.nothing[language], sheet.left + 6, FIRST_TABLE + ROW + 8, style);
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

function drawFoot(doc: Document, page: number, pages: number, { language, contact }: PdfOptions): void {
  const style = { size: 8, colour: colours.muted } as const;
  rule(doc, sheet.footer - 8);
  write(doc, words.noFees[language], sheet.left, sheet.footer, style);
  write(doc, pageOf(page, pages, language), sheet.right, sheet.footer, { ...style, align: 'right' });
  if (contact !== undefined) write(doc, contact, sheet.left, sheet.footer + 12, style);
}

import type PDFDocument from 'pdfkit';

export type Document = InstanceType<typeof PDFDocument>;

/** US Letter, in points from the upper left corner. */
export const sheet = { width: 612, height: 792, left: 48, right: 564, top: 48, bottom: 728, footer: 748 } as const;

export const colours = {
  ink: '#1f2a33',
  muted: '#5f6c78',
  brand: '#17536b',
  rule: '#dbe1e6',
  band: '#f2f6f8',
  good: '#1c6b4a',
} as const;

export const fonts = { regular: 'Helvetica', bold: 'Helvetica-Bold' } as const;

export interface Style {
  readonly size: number;
  readonly bold?: boolean;
  readonly colour?: string;
  readonly align?: 'left' | 'right';
}

/**
 * One line of text; `x` is its left end, or its right one. Text wider than `width` is cut with an ellipsis. pdfkit's own wrapping would
 * start pages where it likes, and takes ten times as long.
 */
export function write(
  doc: Document,
  text: string,
  x: number,
  y: number,
  style: Style & { readonly width?: number },
): void {
  const { size, bold = false, colour = colours.ink, align = 'left', width = Infinity } = style;
  doc
    .font(bold ? fonts.bold : fonts.regular)
    .fontSize(size)
    .fillColor(colour);
  const shown = fitted(doc, text, width);
  doc.text(shown, align === 'right' ? x - doc.widthOfString(shown) : x, y, { lineBreak: false });
}

function fitted(doc: Document, text: string, width: number): string {
  if (width === Infinity || doc.widthOfString(text) <= width) return text;
  let cut = text;
  while (cut.length > 0 && doc.widthOfString(`${cut}…`) > width) cut = cut.slice(0, -1);
  return `${cut.trimEnd()}…`;
}

export function rule(doc: Document, y: number, colour: string = colours.rule, width = 0.5): void {
  doc.moveTo(sheet.left, y).lineTo(sheet.right, y).lineWidth(width).strokeColor(colour).stroke();
}

/** What is on every page and says nothing new: a screen reader passes over it (ISO 32000-1 §14.8.2.2). */
export function artifact(doc: Document, type: 'Pagination' | 'Layout', draw: () => void): void {
  doc.markContent('Artifact', { type });
  draw();
  doc.endMarkedContent();
}

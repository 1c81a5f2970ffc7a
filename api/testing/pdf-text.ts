import { constants, inflateSync } from 'node:zlib';

/** What is written in a PDF: hexadecimal parts of lines in streams that are deflated. */
export function writtenIn(pdf: Buffer): string {
  const streams = [...pdf.toString('latin1').matchAll(/stream\r?\n([\s\S]*?)\r?\nendstream/g)];
  const drawn = streams.flatMap(([, body = '']) => {
    const bytes = Buffer.from(body, 'latin1');
    return bytes[0] === 0x78 ? [inflateSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString('latin1')] : [];
  });
  const lines = [...drawn.join('\n').matchAll(/\[([^\]]*)\] TJ/g)].map(([, parts = '']) =>
    [...parts.matchAll(/<([0-9a-f]*)>/g)].map(([, hex = '']) => Buffer.from(hex, 'hex').toString('latin1')).join(''),
  );
  return lines.join('\n');
}

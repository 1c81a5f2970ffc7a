import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frame, FrameError, FrameReader, maxPayload } from './frames.ts';

const read = (...chunks: (string | Buffer)[]): string[] => {
  const reader = new FrameReader();
  return chunks.flatMap((chunk) => reader.push(Buffer.from(chunk)).map(String));
};

describe('frames', () => {
  it('count octets, not characters', () => {
    expect(frame('id|é').toString()).toBe('5#id|é');
    expect(frame('id|sip', Buffer.from('ü')).toString()).toBe('10#id|sip\r\nü');
    expect(read(frame('ñandú'))).toEqual(['ñandú']);
  });

  it('may come in any pieces', () => {
    expect(read('3#abc2#de', '1', '0', '#0123456789', '1#', 'x1#y1#')).toEqual(['abc', 'de', '0123456789', 'x', 'y']);
    expect(read('3#abc2')).toEqual(['abc']);
    expect(read('0#1#a')).toEqual(['', 'a']);
  });

  it.each(['#a', 'a', '-1#a', '1 #a', '123456#', '12345 6', '3#abcX'])('%j is none', (text) => {
    expect(() => read(text)).toThrow(FrameError);
  });

  it('may be as long as five digits say', () => {
    const [payload] = read(`${maxPayload}#`, Buffer.alloc(maxPayload, 65));
    expect(payload).toHaveLength(maxPayload);
  });

  it('are read back as written, however they are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }), { maxLength: 6 }),
        fc.array(fc.nat(60)),
        (payloads, cuts) => {
          const stream = Buffer.concat(payloads.map((payload) => frame(payload)));
          const reader = new FrameReader();
          const back: string[] = [];
          let at = 0;
          for (const cut of [...cuts, stream.length]) {
            for (const payload of reader.push(stream.subarray(at, at + cut))) back.push(String(payload));
            at += cut;
          }
          expect(back).toEqual(payloads);
        },
      ),
    );
  });

  it('fail with their own error only', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), (chunks) => {
        const reader = new FrameReader();
        try {
          for (const chunk of chunks) reader.push(Buffer.from(chunk));
        } catch (error) {
          if (!(error instanceof FrameError)) throw error;
        }
      }),
    );
  });
});

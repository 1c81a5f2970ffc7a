import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SipRequest, SipResponse } from './message.ts';
import { parseMessage, readMessage, SipParseError } from './parse.ts';

const bytes = (text: string): Buffer => Buffer.from(text.replace(/\r?\n/g, '\r\n'));

const via = 'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1';
const usual = `${via}
From: <sip:a@example.com>;tag=1
To: <sip:b@example.com>
Call-ID: 1@example.com
CSeq: 1 OPTIONS
Max-Forwards: 70
`;

const refusal = (text: string | Buffer): { status: number; answerable: boolean } | 'accepted' => {
  try {
    parseMessage(typeof text === 'string' ? bytes(text) : text);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof SipParseError)) throw error;
    return { status: error.status, answerable: error.request !== undefined };
  }
};

describe('reading', () => {
  it('takes a body of bytes as they are and keeps the raw datagram', () => {
    const body = Buffer.from([0, 255, 13, 10, 13, 10, 200]);
    const datagram = Buffer.concat([
      bytes(`MESSAGE sip:b@example.com SIP/2.0\n${usual.replace('OPTIONS', 'MESSAGE')}\n`),
      body,
    ]);
    const message = parseMessage(datagram);
    expect(message.body.equals(body)).toBe(true);
    expect(message.raw?.equals(datagram)).toBe(true);
  });

  it('skips empty lines before the start line and takes bare line feeds', () => {
    const message = parseMessage(Buffer.from(`\r\n\r\nOPTIONS sip:b@example.com SIP/2.0\n${usual}\nbody`));
    expect([message.startLine, message.body.toString()]).toEqual(['OPTIONS sip:b@example.com SIP/2.0', 'body']);
    expect(message.raw?.toString().startsWith('OPTIONS')).toBe(true);
  });

  it('can take the body to the end, whatever Content-Length says', () => {
    const message = readMessage(bytes('INVITE sip:b@example.com SIP/2.0\nContent-Length: 1\n\nabc'), 'to the end');
    expect(message.body.toString()).toBe('abc');
  });

  it('never fails but with its own error, whatever the bytes', () => {
    const good = bytes(
      `INVITE sip:b@example.com SIP/2.0\n${usual.replace('OPTIONS', 'INVITE')}Contact: "x" <sip:a@h>;q=1\n\nv=0\n`,
    );
    const tryOut = (datagram: Buffer): void => {
      try {
        const message = parseMessage(datagram);
        for (const name of ['via', 'contact', 'x']) message.getAll(name);
        if (message instanceof SipRequest) SipResponse.to(message, 200, 'OK', 'tag').toBuffer();
        parseMessage(message.toBuffer());
      } catch (error) {
        if (!(error instanceof SipParseError)) throw error;
      }
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => tryOut(Buffer.from(noise))),
      { numRuns: 300 },
    );
    const edit = fc.record({
      at: fc.nat(good.length - 1),
      cut: fc.nat(12),
      put: fc.string({ unit: 'grapheme', maxLength: 8 }),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let datagram = good;
        for (const { at, cut, put } of edits)
          datagram = Buffer.concat([datagram.subarray(0, at), Buffer.from(put), datagram.subarray(at + cut)]);
        tryOut(datagram);
      }),
      { numRuns: 1500 },
    );
  });

  it('takes no more than linear time for what is made to take longer', () => {
    const long = (unit: string): string => unit.repeat(60_000 / unit.length);
    const start = performance.now();
    for (const line of [
      `INVITE x${long(' ')}y`,
      `INVITE${long(' ')}sip:x SIP/2.0 `,
      `INVITE sip:${long('a.')}! SIP/2.0`,
      `INVITE sip:${long('@')} SIP/2.0`,
      `OPTIONS sip:x SIP/2.0\nX: a${long(' ')}b\n c`,
      `OPTIONS sip:x SIP/2.0\nX: y${long('\n a')}`,
      `OPTIONS sip:x SIP/2.0\n${long('\n')}`,
      `OPTIONS sip:x SIP/2.0\n${long('x\n')}`,
      ...[
        long(','),
        long(' '),
        `SIP${long(' ')}/2.0/UDP h`,
        `SIP/2.0/UDP ${long('h.')}!`,
        `SIP/2.0/UDP h${long(';a')}`,
      ].map((hop) => `OPTIONS sip:x SIP/2.0\n${usual.replace(via, `Via: ${hop}`)}`),
      ...[long('\\'), `"${long('\\"')}`, long('<'), `<sip:a@h>${long(' ;a=')}`, long('sip:a ')].map(
        (from) => `OPTIONS sip:x SIP/2.0\n${usual.replace(/From: .*/, `From: ${from}`)}`,
      ),
    ])
      refusal(`${line}\n\n`);
    // Each quadratic one of them would take a second or more.
    expect(performance.now() - start).toBeLessThan(800);
  });

  it('gives back what it wrote', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9]{1,12}$/);
    fc.assert(
      fc.property(word, fc.array(fc.tuple(word, word), { maxLength: 8 }), fc.string(), (user, extra, body) => {
        const request = new SipRequest('INVITE', `sip:${user}@example.com`, [], Buffer.from(body));
        request.add('Via', 'SIP/2.0/UDP h;branch=z9hG4bKx').add('From', `<sip:${user}@h>;tag=1`).add('To', '<sip:h>');
        request.add('Call-ID', user).add('CSeq', '7 INVITE');
        for (const [name, value] of extra) request.add(`X-${name}`, value);
        const back = parseMessage(request.toBuffer()) as SipRequest;
        expect(back.uri).toBe(request.uri);
        expect(back.body.equals(request.body)).toBe(true);
        expect(back.headers.filter(({ name }) => name !== 'Content-Length')).toEqual(request.headers);
      }),
      { numRuns: 100 },
    );
  });
});

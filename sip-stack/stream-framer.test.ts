import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxHeadOctets, maxMessageOctets, StreamFramer, type Framed } from './stream-framer.ts';

const message = (body = '', length: string | number = body.length): string =>
  `MESSAGE sip:b@h SIP/2.0\r\nCSeq: 1 MESSAGE\r\nContent-Length: ${length}\r\n\r\n${body}`;

/** What comes of the pieces: `ping`, a message's text, or a fault's status and reason. */
const framed = (...pieces: string[]): string[] => {
  const framer = new StreamFramer();
  const found: string[] = [];
  for (const piece of pieces) {
    framer.add(Buffer.from(piece, 'latin1'));
    for (let next = framer.next(); next; next = framer.next()) {
      found.push(shown(next));
      if (next.kind === 'fault') return found;
    }
  }
  return found;
};
const shown = (one: Framed): string => {
  if (one.kind === 'message') return one.bytes.toString('latin1');
  return one.kind === 'fault' ? `${one.status} ${one.why}` : one.kind;
};

describe('a stream is cut', () => {
  it('where Content-Length says, many messages in one piece', () => {
    const all = [message('abc'), message(), 'SIP/2.0 200 OK\r\nl : 2\r\n\r\nhi', message('\r\n\r\n')];
    expect(framed(all.join(''))).toEqual(all);
  });

  it('the same at whichever octets it is split', () => {
    const all = [message('a\r\n\r\nb'), message(), 'ping', 'SIP/2.0 180 Ringing\r\nL: 0\r\n\r\n', 'ping'];
    const text = all.map((one) => (one === 'ping' ? '\r\n\r\n' : one)).join('');
    for (let at = 0; at <= text.length; at++) expect(framed(text.slice(0, at), text.slice(at))).toEqual(all);
    expect(framed(...text)).toEqual(all);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sizes) => {
        const pieces: string[] = [];
        for (let at = 0, i = 0; at < text.length; i++) {
          const size = sizes[i % sizes.length] ?? 1;
          pieces.push(text.slice(at, at + size));
          at += size;
        }
        expect(framed(...pieces)).toEqual(all);
      }),
    );
  });

  it('into what nobody writes to again', () => {
    const framer = new StreamFramer();
    const first = message('first');
    framer.add(Buffer.from(first.slice(0, 20)));
    framer.add(Buffer.from(first.slice(20) + message('second').slice(0, 9)));
    const kept = framer.next();
    for (let i = 0; i < 50; i++) framer.add(Buffer.from('x'.repeat(40)));
    expect(kept && shown(kept)).toBe(first);
  });

  it.each([
    ['\r\n', []],
    ['\r\n\r\n', ['ping']],
    ['\r\n\r\n\r\n', ['ping']],
    ['\r\n\r\n\r\n\r\n', ['ping', 'ping']],
    [`\r\n${message()}\r\n`, [message()]],
    [`${message()}\r\n\r\n`, [message(), 'ping']],
    ['\n\n', ['ping']],
  ])('empty lines %j are keep-alives: %j', (text, expected) => {
    expect(framed(text)).toEqual(expected);
    expect(framed(...text)).toEqual(expected);
  });

  it('and knows when half a message is there', () => {
    const framer = new StreamFramer();
    const halves: boolean[] = [];
    for (const piece of ['\r\n\r\n', 'MESS', message().slice(4), message('abc').slice(0, -1), 'c']) {
      framer.add(Buffer.from(piece));
      while (framer.next());
      halves.push(framer.half);
    }
    expect(halves).toEqual([false, true, false, true, false]);
  });
});

describe('nobody knows how to go on', () => {
  const head = message('', 1)
    .slice(0, -2)
    .replace(/Content-Length.*\r\n/, '');
  it.each([
    ['without Content-Length', `${head}\r\n`, '400 no Content-Length'],
    ['with an empty one', message('', ''), '400 bad Content-Length'],
    ['with a negative one', message('', '-1'), '400 bad Content-Length'],
    ['with words', message('', '3 or 4'), '400 bad Content-Length'],
    ['with a number too long to be one', message('', '0000000001'), '400 bad Content-Length'],
    ['with two that differ', `${head}l: 3\r\nContent-Length: 4\r\n\r\nabcd`, '400 bad Content-Length'],
    ['with a body beyond the bound', message('', maxMessageOctets), '513 message too long'],
    ['after what is no SIP', 'GET / HTTP/1.1\r\n', '400 no SIP'],
    ['after what is no SIP and ends nowhere', 'x'.repeat(maxHeadOctets + 1), '513 headers too long'],
    ['with headers that end nowhere', `${head}X: ${'y'.repeat(maxHeadOctets)}`, '513 headers too long'],
    ['with headers that end too late', `${head}X: ${'y'.repeat(maxHeadOctets)}\r\n\r\n`, '513 headers too long'],
  ])('%s', (_how, text, expected) => {
    expect(framed(text)).toEqual([expected]);
    expect(framed(...(text.match(/[^]{1,997}/g) ?? []))).toEqual([expected]);
  });

  it('the same length twice is one, and the longest message is taken', () => {
    const twice = `${head}l: 1\r\nContent-Length: 1\r\n\r\na`;
    expect(framed(twice)).toEqual([twice]);
    const longest = (octets: number): string => {
      const body = octets - message('', 60_000).length;
      return message('z'.repeat(body));
    };
    expect(framed(longest(maxMessageOctets))).toEqual([longest(maxMessageOctets)]);
    expect(framed(longest(maxMessageOctets + 1))).toEqual(['513 message too long']);
  });

  it('also after a message that was one', () => {
    expect(framed(`${message()}GET / HTTP/1.1\r\nl: 0\r\n\r\n`)).toEqual([message(), '400 no SIP']);
  });

  it('and stays so, whatever comes', () => {
    const framer = new StreamFramer();
    framer.add(Buffer.from('nonsense\r\n'));
    const fault = framer.next();
    framer.add(Buffer.from(message()));
    expect(framer.next()).toBe(fault);
    expect(fault).toMatchObject({ kind: 'fault', head: undefined });
  });

  it('with the head, where there is one to answer', () => {
    const framer = new StreamFramer();
    framer.add(Buffer.from(`${head}\r\nand more`));
    const fault = framer.next();
    expect(fault?.kind === 'fault' && fault.head?.toString()).toBe(`${head}\r\n`);
  });
});

it('any octets give messages, pings, or one fault', () => {
  const bit = fc.constantFrom('\r\n', '\r', '\n', 'a', ':', 'SIP/2.0', ' ', 'l: 1', 'l: 0', '\r\n\r\n', message('ab'));
  fc.assert(
    fc.property(fc.array(bit, { maxLength: 30 }), (pieces) => {
      const found = framed(...pieces);
      expect(framed(pieces.join(''))).toEqual(found);
      expect(found.slice(0, -1).every((one) => !/^(400|513) /.test(one))).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

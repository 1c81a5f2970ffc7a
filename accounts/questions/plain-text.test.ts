import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasCardNumber, plainLine, plainText } from './plain-text.ts';
import { spokenReference, typedReference } from './reference.ts';

describe('a line, as a header field is', () => {
  it.each(['a\r\nBcc: all@example.com', 'a\nb', 'a\rb', 'a\n', '\r\na', 'a\0', 'a\tb', 'a\u2028b', 'a\u0085b', 'a\u202eb'])(
    'has no end in it: %j',
    (written) => expect(plainLine(written, 80)).toEqual({ kind: 'fault', fault: 'not-plain' }),
  ); // prettier-ignore

  it('is trimmed, bounded and not empty', () => {
    expect(plainLine('  María O’Neil-Pérez, Jr. ', 80)).toEqual({ kind: 'plain', text: 'María O’Neil-Pérez, Jr.' });
    expect(plainLine('   ', 80)).toEqual({ kind: 'fault', fault: 'missing' });
    expect(plainLine('x'.repeat(80), 80).kind).toBe('plain');
    expect(plainLine('x'.repeat(81), 80)).toEqual({ kind: 'fault', fault: 'too-long' });
    expect(plainLine('a\ud800', 80)).toEqual({ kind: 'plain', text: 'a\ufffd' });
    expect(plainLine('👩‍👧', 80)).toEqual({ kind: 'plain', text: '👩‍👧' });
  });
});

describe('a text', () => {
  it('keeps its lines, however they end', () =>
    expect(plainText(' a\r\n\tb\rc\u2028d\n\n', 80)).toEqual({ kind: 'plain', text: 'a\n\tb\nc\nd' }));

  it.each(['a\0b', 'a\u001bb', 'a\u007fb', 'a\u202eb', 'a\u2066b'])('has no control character in it: %j', (written) =>
    expect(plainText(written, 80)).toEqual({ kind: 'fault', fault: 'not-plain' }),
  );

  it('is bounded and not empty, and may be HTML, which is a text like any other', () => {
    expect(plainText('\r\n ', 80)).toEqual({ kind: 'fault', fault: 'missing' });
    expect(plainText('x'.repeat(81), 80)).toEqual({ kind: 'fault', fault: 'too-long' });
    const html = '<img src=x onerror=alert(1)> & "more"';
    expect(plainText(html, 80)).toEqual({ kind: 'plain', text: html });
  });

  it.each([
    '4242424242424242',
    'my card is 4242 4242 4242 4242, thanks',
    '4242-4242-4242-4242',
    '4242.4242.4242.4242',
    '4242–4242–4242–4242',
    '4242 4242 4242 4242 12 29 123',
    '99 5555 5555 5555 4444',
    '3782 822463 10005',
    '4222222222222',
    '4242 4242\n4242 4242',
  ])('has no card number in it: %j', (text) => {
    expect(hasCardNumber(text)).toBe(true);
    expect(plainText(text, 80)).toEqual({ kind: 'fault', fault: 'card-number' });
  });

  it.each(['4242424242424241', '(213) 555-0142 and (213) 555-0143', '1000000008', 'Ref 0000012344', '424242424242', '9212 3456 7890 1234 5678 90'])(
    'may have other numbers in it: %j',
    (text) => expect(hasCardNumber(text)).toBe(false),
  ); // prettier-ignore

  it('is one or a fault, whatever it is', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (written) => {
        const read = plainText(written, 100);
        // eslint-disable-next-line no-control-regex
        if (read.kind === 'plain') expect(read.text).not.toMatch(/[\0\r\u001b\u202e]/);
      }),
    ));
});

describe('a reference', () => {
  it('is told in threes, and read back with anything in between', () => {
    expect(spokenReference('482173069')).toBe('482 173 069');
    expect(typedReference(' 482-173 069.')).toBe('482173069');
  });

  it.each(['482 173 061', '842 173 069', '48217306', '4821730690', '', 'abc', '082173063'])('%j is none', (text) =>
    expect(typedReference(text)).toBeUndefined(),
  );
});

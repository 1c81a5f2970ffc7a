import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAddresses } from './contacts.ts';

const address = (uri: string, user: string, expires?: string) => ({ uri, user, expires });

describe('the addresses of a Contact or To header', () => {
  test.each([
    ['*', '*'],
    [' * ', '*'],
    ['<sip:phone-1@192.0.2.1:5062>', [address('sip:phone-1@192.0.2.1:5062', 'phone-1')]],
    ['sip:phone-1@192.0.2.1', [address('sip:phone-1@192.0.2.1', 'phone-1')]],
    ['<sip:192.0.2.1>', [address('sip:192.0.2.1', '')]],
    ['SIPS:a@host.example.', [address('SIPS:a@host.example.', 'a')]],
    ['<sip:a@[2001:db8::1]:5060;transport=udp>', [address('sip:a@[2001:db8::1]:5060;transport=udp', 'a')]],
    ['<sip:a:pw@h;x?y=z>', [address('sip:a:pw@h;x?y=z', 'a')]],
    ['"Dale, \\"D\\" <x>;y" <sip:a@h>;expires=60', [address('sip:a@h', 'a', '60')]],
    ['Dale Doe<sip:a@h> ; q=0.5 ; Expires = 120', [address('sip:a@h', 'a', '120')]],
    ['sip:a@h;expires=60;transport=tcp', [address('sip:a@h', 'a', '60')]],
    ['<sip:a@h;expires=7>', [address('sip:a@h;expires=7', 'a')]],
    ['<sip:a@h>;expires="60"', [address('sip:a@h', 'a', '60')]],
    ['<sip:a@h>;+sip.instance="<urn:uuid:0;,>";expires=60', [address('sip:a@h', 'a', '60')]],
    ['<sip:a@h>;expires=0, <sip:b@h>;expires=60', [address('sip:a@h', 'a', '0'), address('sip:b@h', 'b', '60')]],
    ['<sip:a%40b@h>', [address('sip:a%40b@h', 'a%40b')]],
  ])('%s', (header, expected) => {
    expect(readAddresses(header)).toEqual(expected);
  });

  test.each([
    ...[
      '',
      ',',
      '<>',
      '<sip:>',
      'sip:',
      '<sip:@>',
      '<tel:+14155550123>',
      '<mailto:a@b>',
      '<http://h/>',
      'a@h',
      '<sip:a@h',
    ],
    ...['"Dale <sip:a@h>', '<sip:a@h>>', '<<sip:a@h>>', '<sip:a@h>, *', '*, <sip:a@h>', '<sip:a@h>,', '<sip:a b@h>'],
    ...[
      '<sip:a@h\r\nVia: x>',
      '<sip:a@h h>',
      '<sip:a@-h>',
      '<sip:a@h:123456>',
      '<sip:a@h>x',
      '<sip:a@[zz]>',
      '<sip:a@b@c>',
    ],
    `<sip:${'a'.repeat(5000)}@h>`,
  ])('%j is none', (header) => {
    expect(readAddresses(header)).toBeUndefined();
  });

  test('anything is read without a fault', () => {
    const text = fc.string({ unit: fc.constantFrom(...'<>",;\\*=@: sipa1[]'), maxLength: 60 });
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          fc.string(),
          text.map((inner) => `<sip:a@h>;${inner}`),
        ),
        (header) => {
          const read = readAddresses(header);
          if (read === undefined || read === '*') return;
          expect(read.length).toBeGreaterThan(0);
          for (const { uri } of read) expect(uri).toMatch(/^sips?:\S+$/i);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('a hostile header takes no time', () => {
    for (const piece of ['"', '\\"', '<', ',', ';', 'a.', '-', ' ', 'sip:a@'])
      expect(readAddresses(`<sip:a@${piece.repeat(1300)}`)).toBeUndefined();
  });
});

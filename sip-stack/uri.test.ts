import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseNameAddr, parseUri, splitList } from './uri.ts';
import { parseVia } from './via.ts';

describe('a URI', () => {
  it('is read in its parts', () => {
    const uri = parseUri('sips:alice:secret@[2001:db8::1]:5061;transport=tcp;lr?Subject=x&Priority=urgent');
    expect(uri && { ...uri, params: uri.params.toString() }).toEqual({
      scheme: 'sips',
      user: 'alice',
      password: 'secret',
      host: '[2001:db8::1]',
      port: 5061,
      params: ';transport=tcp;lr',
      headers: 'Subject=x&Priority=urgent',
    });
  });

  it.each([
    'sip:example.com',
    'sip:alice@example.com:5060',
    'sip:alice@192.0.2.1;transport=udp;lr',
    'sips:a%20b:pw@h;x=1?Subject=hi',
    'sip:[::1]:5080',
    'tel:+14155550100;ext=22',
    'sip:h?a=b;c',
  ])('%s is written as it was read', (text) => {
    expect(parseUri(text)?.toString()).toBe(text);
  });

  it.each([
    '',
    'sip:',
    'sip:@h',
    'sip:a b@h',
    'sip:a@',
    'sip:a@h:0',
    'sip:a@h:65536',
    'sip:a@h:x',
    'sip:a@h_-',
    'http://h/',
    'sip:a@h;;x',
    'tel:abc xyz',
    'sip:a@[::1',
    'sip:a@h;=x',
  ])('%j is none', (text) => {
    expect(parseUri(text)).toBeUndefined();
  });

  it('finds parameters without case, and tells an empty one from a missing one', () => {
    const params = parseUri('sip:h;Transport=TCP;lr')?.params;
    expect([params?.get('transport'), params?.get('LR'), params?.get('x')]).toEqual(['TCP', '', undefined]);
    expect(params?.set('transport', 'udp').remove('lr').set('ob').toString()).toBe(';Transport=udp;ob');
  });
});

describe('a name-addr', () => {
  it.each<[string, string, string, string]>([
    ['"A \\"B\\" <x>" <sip:a@h;lr>;tag=7', 'A "B" <x>', 'sip:a@h;lr', ';tag=7'],
    ['Bell Alexander <sip:a@h>', 'Bell Alexander', 'sip:a@h', ''],
    ['<sip:a@h?x=y>;q=0.1', '', 'sip:a@h?x=y', ';q=0.1'],
    ['sip:a@h;tag=1', '', 'sip:a@h', ';tag=1'],
    ['<urn:service:sos>', '', 'urn:service:sos', ''],
    ['<sip:a@h> ; text = "a;b,c" ; x', '', 'sip:a@h', ';text="a;b,c";x'],
    ['sip:a@h;x="<"', '', 'sip:a@h', ';x="<"'],
  ])('%s', (text, display, uri, params) => {
    const found = parseNameAddr(text);
    expect([found?.displayName, found?.uri, found?.params.toString()]).toEqual([display, uri, params]);
  });

  it.each([
    '',
    '"x" sip:a@h',
    '"x',
    '<sip:a@h',
    '<>',
    'sip:a@h?Route=%3C',
    'sip:a@h,sip:b@h',
    '<sip:a@h>x',
    '<sip:a@h>;;',
    'a"b <sip:h>',
    '<sip:a <b>',
  ])('%j is none', (text) => {
    expect(parseNameAddr(text)).toBeUndefined();
  });

  it('lists are split outside quotes and brackets', () => {
    expect(splitList('"a, b" <sip:x,y@h>, <sip:c>;q="1,2" ,, sip:d')).toEqual([
      '"a, b" <sip:x,y@h>',
      '<sip:c>;q="1,2"',
      'sip:d',
    ]);
    expect(splitList('')).toEqual([]);
    expect(splitList(',')).toEqual([]);
  });
});

describe('a Via', () => {
  it('is read and written', () => {
    const via = parseVia('sip/2.0/udp [2001:db8::9:1]:5062 ;Branch=z9hG4bKx;rport');
    expect([via?.transport, via?.host, via?.port, via?.branch, via?.sentBy]).toEqual([
      'UDP',
      '[2001:db8::9:1]',
      5062,
      'z9hG4bKx',
      '[2001:db8::9:1]:5062',
    ]);
    expect(via?.toString()).toBe('SIP/2.0/UDP [2001:db8::9:1]:5062;Branch=z9hG4bKx;rport');
    expect(parseVia('SIP/2.0/UDP Host')?.sentBy).toBe('host:5060');
  });

  it.each(['', 'SIP/2.0/UDP', 'SIP/x/UDP h', 'SIP/2.0/UDP h:99999', 'SIP/2.0/UDP a b'])('%j is none', (text) => {
    expect(parseVia(text)).toBeUndefined();
  });
});

it('no text makes a parser throw, and what it accepts it accepts again', () => {
  const text = fc.string({ unit: fc.constantFrom(...'sip:tel@;=<>"\\, ?[]h1.\r\n\t%/SIP2.0UDP '), maxLength: 60 });
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        fc.string(),
        text.map((t) => `sip:${t}`),
        text.map((t) => `SIP/2.0/UDP ${t}`),
      ),
      (any) => {
        for (const read of [parseUri, parseNameAddr, parseVia]) {
          const found = read(any);
          if (found) expect(read(found.toString())?.toString()).toBe(found.toString());
        }
        splitList(any);
      },
    ),
    { numRuns: 2000 },
  );
});

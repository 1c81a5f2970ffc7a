import { describe, expect, it } from 'vitest';
import type { SipResponse } from './message.ts';
import { SipRequest } from './message.ts';
import { parseMessage, SipParseError } from './parse.ts';
import { parseNameAddr, parseUri } from './uri.ts';

const bytes = (text: string): Buffer => Buffer.from(text.replace(/\r?\n/g, '\r\n'));
const parse = (text: string): SipRequest | SipResponse => parseMessage(bytes(text));

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

describe('valid messages of RFC 4475', () => {
  it('§3.1.1.1: blanks and folds everywhere', () => {
    const message = parse(`INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0
TO :
 sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n
from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>
  ;
  tag = 98asjd8
MaX-fOrWaRdS: 0068
Call-ID: wsinv.ndaksdj@192.0.2.1
Content-Length   : 4
cseq: 0009
  INVITE
Via  : SIP  /   2.0
 /UDP
    192.0.2.2;branch=390skdjuw
s :
NewFangledHeader:   newfangled value
 continued newfangled value
UnknownHeaderWithUnusualValue: ;;,,;;,;
Content-Type: application/sdp
Route:
 <sip:services.example.com;lr;unknownwith=value;unknown-no-value>
v:  SIP  / 2.0  / TCP     spindle.example.com   ;
  branch  =   z9hG4bK9ikj8  ;
 received =  192.168.255.111   ; maddr=255.255.255.255
m:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =
      newvalue ;
  secondparam ; q = 0.33

v=0
`);
    expect(message.to.tag).toBe('1918181833n');
    expect(message.from.displayName).toBe('J Rosenberg \\"');
    expect(message.from.tag).toBe('98asjd8');
    expect(message.cseq).toEqual({ number: 9, method: 'INVITE' });
    expect(message.via.branch).toBe('390skdjuw');
    expect(message.via.transport).toBe('UDP');
    expect(message.getAll('via')).toHaveLength(2);
    expect(message.get('subject')).toBe('');
    expect(message.get('newfangledheader')).toBe('newfangled value continued newfangled value');
    const contact = parseNameAddr(message.getAll('Contact')[0] ?? '');
    expect(contact?.displayName).toBe('Quoted string ""');
    expect(contact?.params.entries()).toEqual([
      ['newparam', 'newvalue'],
      ['secondparam', undefined],
      ['q', '0.33'],
    ]);
    expect(message.body.toString()).toBe('v=0\r');
  });

  it('§3.1.1.2: every character a token may have', () => {
    const message =
      parse(`!interesting-Method0123456789_*+\`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0
Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+\`'~
To: "BEL:\u0007 NUL:\u0000 DEL:\u007F" <sip:1_unusual@example.com>
From: token1~\` token2'+_ token3*%!.- <sip:mundane@example.com> ;fromParam''~+*_!.-%="работающий";tag=_token~1'+\`*%!-.
Call-ID: intmeth.word%ZK-!.*_+'@word\`~)(><:\\/"][?}{
CSeq: 139122385 !interesting-Method0123456789_*+\`.%indeed'~
Max-Forwards: 255
extensionHeader-!.%*+_\`'~: \ufefffoo
Content-Length: 0

`);
    expect(message).toBeInstanceOf(SipRequest);
    expect(message.from.tag).toBe("_token~1'+`*%!-.");
    expect(message.from.params.get("fromParam''~+*_!.-%")).toBe('"работающий"');
    expect(parseUri((message as SipRequest).uri)?.host).toBe('example.com');
    expect(parseUri((message as SipRequest).uri)?.user).toBe("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*");
  });

  it('§3.1.1.6: a semicolon of the user part is no parameter', () => {
    const uri = parseUri('sip:user;par=u%40example.net@example.com');
    expect([uri?.user, uri?.host, uri?.params.toString()]).toEqual(['user;par=u%40example.net', 'example.com', '']);
  });

  it('§3.1.1.12 and .13: reasons of any text, or none', () => {
    const of = (line: string) => parse(`${line}\n${usual}\n`) as SipResponse;
    expect(of('SIP/2.0 200 = 2**3 * 5**2 но сто').reason).toBe('= 2**3 * 5**2 но сто');
    expect(of('SIP/2.0 100 ').reason).toBe('');
    expect(of('SIP/2.0 100').status).toBe(100);
  });

  it('§3.1.1.8: octets after Content-Length are dropped', () => {
    const message = parse(
      `OPTIONS sip:b@example.com SIP/2.0\n${usual}Content-Length: 2\n\nabINVITE sip:joe@example.com SIP/2.0\n`,
    );
    expect(message.body.toString()).toBe('ab');
  });

  it('§3.4.1: a request of RFC 2543, without branch and From tag', () => {
    const message = parse(`INVITE sip:UserB@example.com SIP/2.0
Via: SIP/2.0/UDP iftgw.example.com
From: <sip:+13035551111@ift.client.example.net;user=phone>
To: sip:+16505552222@ss1.example.net;user=phone
Call-ID: inv2543.1717@ift.client.example.com
CSeq: 56 INVITE

`);
    expect(message.via.branch).toBeUndefined();
    // Without angle brackets the parameter belongs to the header (§20.10).
    expect(message.to.uri).toBe('sip:+16505552222@ss1.example.net');
    expect(message.to.params.get('user')).toBe('phone');
    expect(message.from.uri).toBe('sip:+13035551111@ift.client.example.net;user=phone');
  });
});

describe('invalid messages of RFC 4475', () => {
  const request = (line: string, headers = usual, rest = ''): string => `${line}\n${headers}\n${rest}`;
  const options = 'OPTIONS sip:b@example.com SIP/2.0';
  const without = (name: string): string => usual.replace(new RegExp(`^${name}:.*\n`, 'm'), '');
  const swap = (name: string, value: string): string => `${without(name)}${name}: ${value}\n`;
  it.each<[string, string, ReturnType<typeof refusal>]>([
    [
      '§3.1.2.2 Content-Length too large',
      request(options, `${usual}Content-Length: 9999\n`, 'abc'),
      { status: 400, answerable: true },
    ],
    [
      '§3.1.2.3 negative Content-Length',
      request(options, `${usual}Content-Length: -999\n`),
      { status: 400, answerable: true },
    ],
    [
      '§3.1.2.4 CSeq beyond 2^32',
      request(options, swap('CSeq', '36893488147419103232 OPTIONS')),
      { status: 400, answerable: true },
    ],
    ['CSeq of 2^31', request(options, swap('CSeq', '2147483648 OPTIONS')), { status: 400, answerable: true }],
    ['CSeq below 2^31', request(options, swap('CSeq', '2147483647 OPTIONS')), 'accepted'],
    ['§3.1.2.4 Max-Forwards of 300', request(options, swap('Max-Forwards', '300')), { status: 400, answerable: true }],
    [
      '§3.1.2.6 quote never closed',
      request(options, swap('To', '"Mr. J. User <sip:j.user@example.com>')),
      { status: 400, answerable: true },
    ],
    [
      '§3.1.2.7 Request-URI in angle brackets',
      request('OPTIONS <sip:b@example.com> SIP/2.0'),
      { status: 400, answerable: true },
    ],
    [
      '§3.1.2.8 blank in the Request-URI',
      request('OPTIONS sip:user@example.com; lr SIP/2.0'),
      { status: 400, answerable: true },
    ],
    ['§3.1.2.9 several blanks', request('OPTIONS  sip:user@example.com  SIP/2.0'), { status: 400, answerable: true }],
    ['§3.1.2.10 blanks at the end', request(`${options}  `), { status: 400, answerable: true }],
    [
      '§3.1.2.11 headers in the Request-URI',
      request('OPTIONS sip:user@example.com?Route=%3Csip:x%3E SIP/2.0'),
      { status: 400, answerable: true },
    ],
    ['§3.1.2.16 version 7.0', request('OPTIONS sip:b@example.com SIP/7.0'), { status: 505, answerable: true }],
    [
      '§3.1.2.17 CSeq of another method',
      request('INVITE sip:b@example.com SIP/2.0'),
      { status: 400, answerable: true },
    ],
    [
      '§3.1.2.19 status code too big',
      request('SIP/2.0 4294967301 better not break the receiver'),
      { status: 400, answerable: false },
    ],
    ['status 700', request('SIP/2.0 700 What'), { status: 400, answerable: false }],
    ['§3.3.1 no Call-ID', request(options, without('Call-ID')), { status: 400, answerable: true }],
    ['no From', request(options, without('From')), { status: 400, answerable: true }],
    ['no To', request(options, without('To')), { status: 400, answerable: true }],
    ['no CSeq', request(options, without('CSeq')), { status: 400, answerable: true }],
    ['no Via: no way back', request(options, without('Via')), { status: 400, answerable: false }],
    [
      '§3.1.2.1 separators without parameters in Via',
      request(options, swap('Via', 'SIP/2.0/UDP 192.0.2.15;;,;,,')),
      { status: 400, answerable: false },
    ],
    ['§3.3.8 two From', request(options, `${usual}f: <sip:x@y>;tag=3\n`), { status: 400, answerable: true }],
    [
      '§3.3.9 two Content-Lengths',
      request(options, `${usual}Content-Length: 3\nl: 5\n`, 'abcde'),
      { status: 400, answerable: true },
    ],
    ['an ACK is never answered', request('ACK sip:b@example.com SIP/2.0'), { status: 400, answerable: false }],
    ['a header without colon', request(options, `${usual}Nonsense\n`), { status: 400, answerable: true }],
    ['no start line', 'hello world', { status: 400, answerable: false }],
    ['401 headers', request(options, `${usual}${'X-A: 1\n'.repeat(401)}`), { status: 513, answerable: true }],
  ])('%s', (_name, text, expected) => {
    expect(refusal(text)).toEqual(expected);
  });
});

describe('what nobody else would read the same way', () => {
  const options = 'OPTIONS sip:b@example.com SIP/2.0';
  const swap = (name: string, value: string): string =>
    usual.replace(new RegExp(`^${name}:.*$`, 'm'), `${name}: ${value}`);
  const of = (headers: string): ReturnType<typeof refusal> => refusal(`${options}\n${headers}\n`);
  const refused = { status: 400, answerable: true };

  it.each(['Na\tme: x', 'Näme: x', 'Na me: x', 'Na(me: x', ': x'])('the header line %j', (line) => {
    expect(of(`${usual}${line}\n`)).toEqual(refused);
  });

  it('§3.1.2.15: commas in a display name without quotes, and letters that are no token', () => {
    expect(of(swap('From', 'Bell, Alexander <sip:a@example.com>;tag=1'))).toEqual(refused);
    expect(of(swap('From', 'José <sip:a@example.com>;tag=1'))).toEqual(refused);
    expect(of(swap('From', '"José" <sip:a@example.com>;tag=1'))).toBe('accepted');
    expect(of(swap('From', 'A. N.  Other* <sip:a@example.com>;tag=1'))).toBe('accepted');
  });

  it('§3.1.2.14: blanks inside the angle brackets', () => {
    expect(of(swap('To', '"Watson" < sip:b@example.com>'))).toEqual(refused);
    expect(of(swap('To', '"Watson" <sip:b@example.com >'))).toEqual(refused);
  });

  it('headers that do not end', () => {
    expect(refusal(`${options}\n${usual.trimEnd()}`)).toEqual(refused);
    expect(refusal(`${options}\n${usual}`)).toEqual(refused);
  });

  it('§3.1.2.16: a Via of another version says where the 505 goes', () => {
    const headers = swap('Via', 'SIP/7.0/UDP 192.0.2.1;branch=z9hG4bK1');
    expect(refusal(`OPTIONS sip:b@example.com SIP/7.0\n${headers}\n`)).toEqual({ status: 505, answerable: true });
  });

  it('more Vias than Max-Forwards allows are not even answered', () => {
    const vias = (count: number): string => Array.from({ length: count }, () => 'SIP/2.0/UDP h').join();
    expect(of(swap('Via', vias(256)))).toBe('accepted');
    expect(of(swap('Via', vias(257)))).toEqual({ status: 400, answerable: false });
    expect(refusal(`${options}\n${swap('Via', vias(257))}`)).toEqual({ status: 400, answerable: false });
  });

  it('Call-IDs and tags that would be in every line about the call', () => {
    const long = 'x'.repeat(1025);
    expect(of(swap('Call-ID', long))).toEqual(refused);
    expect(of(swap('Call-ID', long.slice(1)))).toBe('accepted');
    expect(of(swap('From', `<sip:a@b>;tag=${long}`))).toEqual(refused);
    expect(of(swap('To', `<sip:a@b>;tag=${long}`))).toEqual(refused);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { torture } from './torture-table.ts';
import { tortureMessage } from './torture.ts';

/** A message to be spoilt, in its parts. `{n}` in it stands for a number of its own, `{me}` for where it comes from, `{to}` for the server. */
export interface Template {
  readonly method: string;
  readonly startLine: string;
  /** Name and value. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** The final answer to it as it stands; undefined where none may come. */
  readonly answer: number | undefined;
}

const sdp = [
  'v=0',
  'o=phone 29739 7272939 IN IP4 192.0.2.1',
  's=-',
  'c=IN IP4 192.0.2.1',
  't=0 0',
  'm=audio 49217 RTP/AVP 0 8 101',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-15',
  'a=ptime:20',
  'a=sendrecv',
  '',
].join('\r\n');

type Header = readonly [string, string];

const request = (method: string, answer: number | undefined, more: readonly Header[] = [], body = ''): Template => ({
  method,
  startLine: `${method} sip:b@{to} SIP/2.0`,
  headers: [
    ['Via', 'SIP/2.0/UDP {me};rport;branch=z9hG4bKfuzz{n}'],
    ['Max-Forwards', '70'],
    ['From', '"A. N. Other" <sip:a@attack.invalid>;tag=f{n}'],
    ['To', '<sip:b@attack.invalid>'],
    ['Call-ID', 'fuzz{n}@attack.invalid'],
    ['CSeq', `{cseq} ${method}`],
    ...more,
    ['Content-Length', String(Buffer.byteLength(body))],
  ],
  body,
  answer,
});

const contact: Header = ['Contact', '<sip:a@{me};transport=udp>'];
const described: Header = ['Content-Type', 'application/sdp'];
/** In a dialog that nobody knows. */
const inDialog = ({ headers, ...rest }: Template): Template => ({
  ...rest,
  headers: headers.map(([name, value]) => (name === 'To' ? [name, `${value};tag=none{n}`] : [name, value])),
});

/** What phones and carriers send, with the answers that a server gives whose client is busy for calls and takes all else. */
export const templates: readonly Template[] = [
  request('INVITE', 486, [contact, ['Allow', 'INVITE, ACK, BYE'], ['Supported', 'timer, 100rel'], described], sdp),
  request('INVITE', 486, [contact, ['Session-Expires', '1800;refresher=uac'], ['Record-Route', '<sip:192.0.2.9;lr>']]),
  request('OPTIONS', 200, [['Accept', 'application/sdp']]),
  request('REGISTER', 200, [
    contact,
    ['Expires', '3600'],
    ['Authorization', 'Digest username="a", realm="r", nonce="n"'],
  ]),
  request('MESSAGE', 200, [['Content-Type', 'text/plain']], 'Good evening.'),
  request('INFO', 200, [['Content-Type', 'application/dtmf-relay']], 'Signal=5\r\nDuration=160\r\n'),
  request('NOTIFY', 200, [contact, ['Event', 'refer'], ['Subscription-State', 'active;expires=60']]),
  request('SUBSCRIBE', 403, [contact, ['Event', 'presence'], ['Expires', '600']]),
  request('PUBLISH', 200, [
    ['Event', 'presence'],
    ['Expires', '600'],
  ]),
  request('REFER', 200, [contact, ['Refer-To', '<sip:c@attack.invalid?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2>']]),
  inDialog(request('BYE', 481, [['Reason', 'Q.850;cause=16;text="Normal"']])),
  inDialog(request('INVITE', 481, [contact, described], sdp)),
  inDialog(request('UPDATE', 481, [contact, described], sdp)),
  inDialog(request('PRACK', 481, [['RAck', '1 1 INVITE']])),
  inDialog(request('ACK', undefined)),
  request('CANCEL', 481),
  {
    method: 'INVITE',
    startLine: 'SIP/2.0 200 OK',
    headers: [
      ['Via', 'SIP/2.0/UDP {to};rport;branch=z9hG4bKnone{n}'],
      ['From', '<sip:b@attack.invalid>;tag=1'],
      ['To', '<sip:a@attack.invalid>;tag=2'],
      ['Call-ID', 'none{n}'],
      ['CSeq', '{cseq} INVITE'],
      contact,
      described,
      ['Content-Length', String(Buffer.byteLength(sdp))],
    ],
    body: sdp,
    answer: undefined,
  },
];

/** The messages of RFC 4475, and every message that has done harm once (`corpus/sip/`). */
export const wholeMessages = (): readonly Buffer[] => [
  ...torture.map(({ name }) => tortureMessage(name)),
  ...foundCases().map(({ bytes }) => bytes),
];

const folder = new URL('corpus/sip/', import.meta.url);

/** Messages that have done harm once, by name. */
export const foundCases = (): readonly { readonly name: string; readonly bytes: Buffer }[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.sip'))
    .sort()
    .map((file) => ({ name: file.slice(0, -4), bytes: readFileSync(new URL(file, folder)) }));

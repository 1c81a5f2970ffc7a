import { scramble } from './octets.ts';
import type { Random } from './random.ts';
import type { Template } from './sip-corpus.ts';

/** What is known of a spoilt message's answer: one status, silence, or anything that a server may answer. */
export type Expected = number | 'silence' | 'anything';

/** A message that is spoilt, and how. */
export interface Mutated {
  readonly bytes: Buffer;
  readonly expected: Expected;
  /** What was done to it. */
  readonly how: string;
  /** The branch by which its answer is known; undefined when it has none of ours any more. */
  readonly branch: string | undefined;
}

/** A message while it is being spoilt. */
interface Draft {
  startLine: string;
  headers: [name: string, value: string][];
  body: string;
  expected: Expected;
}

type Change = (draft: Draft, random: Random) => void;

const compact: Readonly<Record<string, string>> = {
  Via: 'v',
  From: 'f',
  To: 't',
  'Call-ID': 'i',
  Contact: 'm',
  'Content-Type': 'c',
  'Content-Length': 'l',
  Supported: 'k',
  Event: 'o',
  'Refer-To': 'r',
  'Session-Expires': 'x',
};

/** The long name in small letters, however it is written. */
const keyOf = (name: string): string => {
  const plain = name.trim().toLowerCase();
  return (Object.entries(compact).find(([, short]) => short === plain)?.[0] ?? plain).toLowerCase();
};
const find = (draft: Draft, name: string): [string, string] | undefined =>
  draft.headers.find(([one]) => keyOf(one) === name.toLowerCase());
const remove = (draft: Draft, name: string): void => {
  draft.headers = draft.headers.filter(([one]) => keyOf(one) !== name.toLowerCase());
};
const edit = (draft: Draft, name: string, change: (value: string) => string): void => {
  const header = find(draft, name);
  if (header) header[1] = change(header[1]);
};
/** Requests that are refused with this status before anything else is looked at; nobody answers an ACK or a response. */
const refused = (draft: Draft, status: number): void => {
  draft.expected = draft.expected === 'silence' ? 'silence' : status;
};

/** Ways to write the same message: its answer stays as it is. */
const harmless: Readonly<Record<string, Change>> = {
  'other case': (draft) => {
    for (const header of draft.headers) header[0] = header[0].toUpperCase();
  },
  'compact names': (draft) => {
    for (const header of draft.headers) header[0] = compact[header[0]] ?? header[0];
  },
  folded: (draft, random) => {
    const header = random.pick(draft.headers);
    // Not between angle brackets, where no blank may be.
    header[1] = `\r\n ${header[1].includes('<') ? header[1] : header[1].replace(/;/g, '\r\n\t;')}`;
  },
  'blanks around colons': (draft, random) => {
    const header = random.pick(draft.headers);
    header[0] += random.pick([' ', '\t', '  \t ']);
  },
  'other order': (draft, random) => {
    if (draft.headers.filter(([name]) => keyOf(name) === 'via').length > 1) return;
    for (let at = draft.headers.length - 1; at > 0; at--) {
      const other = random.below(at + 1);
      [draft.headers[at], draft.headers[other]] = [draft.headers[other]!, draft.headers[at]!];
    }
  },
  'unknown headers': (draft, random) => {
    for (let n = random.between(1, 5); n > 0; n--)
      draft.headers.splice(random.below(draft.headers.length), 0, [
        `X-${random.bits().toString(36)}`,
        random.pick([
          ';;,,;;,;',
          '"',
          'работающий',
          '\\',
          `${'long '.repeat(random.below(300))}`,
          '<<<',
          '%00%00',
          '=?;',
        ]),
      ]);
  },
  'unknown parameters': (draft, random) => {
    const name = random.pick(['From', 'To', 'Via']);
    edit(draft, name, (value) => `${value};p${random.bits()}="a;b,c\\"d";flag`);
  },
  'several Vias': (draft) => {
    const at = draft.headers.findIndex(([name]) => keyOf(name) === 'via');
    draft.headers.splice(at + 1, 0, ['Via', 'SIP/2.0/TCP 192.0.2.7;branch=z9hG4bKb, SIP/2.0/SCTP [2001:db8::9]:5062']);
  },
  'empty lines before it': (draft, random) => {
    draft.startLine = `${'\r\n'.repeat(random.between(1, 3))}${draft.startLine}`;
  },
  'version in small letters': (draft) => {
    draft.startLine = draft.startLine.replace('SIP/2.0', 'sip/2.0');
  },
  'without Max-Forwards': (draft) => remove(draft, 'Max-Forwards'),
  'without Content-Length': (draft) => remove(draft, 'Content-Length'),
};

/** Ways to spoil a message, each with the one answer that is right (RFC 3261 §8.2, §16.3, §21; RFC 4475). */
const harmful: Readonly<Record<string, Change>> = {
  'no Call-ID': (draft) => (remove(draft, 'Call-ID'), refused(draft, 400)),
  'no From': (draft) => (remove(draft, 'From'), refused(draft, 400)),
  'no To': (draft) => (remove(draft, 'To'), refused(draft, 400)),
  'no CSeq': (draft) => (remove(draft, 'CSeq'), refused(draft, 400)),
  'no Via': (draft) => (remove(draft, 'Via'), (draft.expected = 'silence')),
  'bad Via': (draft, random) => {
    const bad = [
      'SIP/2.0/UDP',
      'HTTP/1.1/UDP h',
      'SIP/2.0/UDP ;;,;',
      'SIP/2.0/UDP h:99999',
      ',,',
      'SIP/2.0/UDP h o s t',
    ];
    edit(draft, 'Via', () => random.pick(bad));
    draft.expected = 'silence';
  },
  twice: (draft, random) => {
    const name = random.pick(['From', 'To', 'Call-ID', 'CSeq']);
    draft.headers.push([name, find(draft, name)?.[1] ?? '']);
    refused(draft, 400);
  },
  'bad CSeq': (draft, random) => {
    const bad = ['4294967296 ', '2147483648 ', '-1 ', 'x ', '', '1', '0x1 ', '99999999999999999999 '];
    edit(draft, 'CSeq', (value) => {
      const number = random.pick(bad);
      return number === '1' ? '1' : `${number}${value.split(' ')[1] ?? ''}`;
    });
    refused(draft, 400);
  },
  'CSeq of another method': (draft) => {
    edit(draft, 'CSeq', (value) => `${value}X`);
    refused(draft, 400);
  },
  'bad Content-Length': (draft, random) => {
    remove(draft, 'Content-Length');
    draft.headers.push(['Content-Length', random.pick(['-1', '99999', 'x', '', '1 1', '0x1', '1e1'])]);
    refused(draft, 400);
  },
  'two Content-Lengths': (draft) => {
    draft.headers.push(['l', '1000']);
    refused(draft, 400);
  },
  'bad Max-Forwards': (draft, random) => {
    remove(draft, 'Max-Forwards');
    draft.headers.push(['Max-Forwards', random.pick(['256', '-1', 'many', '', '7 0', '99999999999'])]);
    refused(draft, 400);
  },
  'bad From or To': (draft, random) => {
    const bad = [
      '"open <sip:a@b>',
      '<sip:a@b',
      'sip:a b@c',
      '<>',
      '<sip:a@b>;tag=x y',
      ';tag=1',
      'a, b <sip:a@b>',
      '< sip:a@b >',
      '<sip:a@b>;=x',
    ];
    edit(draft, random.pick(['From', 'To']), () => random.pick(bad));
    refused(draft, 400);
  },
  'bad header line': (draft, random) => {
    draft.headers.splice(random.below(draft.headers.length), 0, [
      random.pick(['No Name', 'Näme', 'a\tb', '', 'a(b)', 'x{}']),
      'y',
    ]);
    refused(draft, 400);
  },
  'another version': (draft, random) => {
    draft.startLine = draft.startLine.replace(/SIP\/2\.0/i, random.pick(['SIP/3.0', 'SIP/7.0', 'SIP/2.1', 'SIP/1.0']));
    refused(draft, 505);
  },
  'blanks in the first line': (draft, random) => {
    draft.startLine = random.pick([
      draft.startLine.replace(' ', '  '),
      `${draft.startLine} `,
      draft.startLine.replace('@', ' @'),
    ]);
    refused(draft, 400);
  },
  'URI that is none': (draft, random) => {
    const uri = random.pick([
      '<sip:b@h>',
      'b',
      'sip:',
      'sip:b@',
      'sip:b@h:0',
      'sip:b@h:70000',
      'sip:@h',
      'sip:b@h?X=y',
      'sip:b@[::1',
      ':b',
    ]);
    draft.startLine = draft.startLine.replace(/sip:b@\{to\}/, uri);
    refused(draft, 400);
  },
  'unknown scheme': (draft) => {
    draft.startLine = draft.startLine.replace('sip:b@', 'soap.beep://b@');
    // What a CANCEL is for is looked for first (RFC 3261 §9.2).
    if (!draft.startLine.trim().startsWith('CANCEL')) refused(draft, 416);
  },
  'unknown method': (draft) => {
    const [method = ''] = draft.startLine.trim().split(' ', 1);
    draft.startLine = draft.startLine.replace(method, 'DANCE');
    edit(draft, 'CSeq', (value) => value.replace(method, 'DANCE'));
    // A tag that nobody knows is seen first.
    draft.expected = /;tag=/.test(find(draft, 'To')?.[1] ?? '') ? 481 : 501;
  },
  'too many headers': (draft) => {
    for (let n = 0; n < 401; n++) draft.headers.push(['X', 'y']);
    refused(draft, 513);
  },
};

/** Who sends, and to whom. */
export interface Ends {
  readonly me: string;
  readonly to: string;
}

const write = ({ startLine, headers, body }: Draft, n: string, { me, to }: Ends, cseq: number): string =>
  `${[startLine, ...headers.map(([name, value]) => `${name}: ${value}`)].join('\r\n')}\r\n\r\n${body}`
    .replaceAll('{n}', n)
    .replaceAll('{cseq}', String(cseq))
    .replaceAll('{me}', me)
    .replaceAll('{to}', to);

const entries = Object.entries;

/** A message number `n`: as it should be, or written unusually, and then perhaps spoilt in one way, or octet by octet. */
export function mutate(random: Random, template: Template, n: number, ends: Ends): Mutated {
  const draft: Draft = {
    startLine: template.startLine,
    headers: template.headers.map(([name, value]) => [name, value]),
    body: template.body,
    expected: template.answer ?? 'silence',
  };
  const how: string[] = [];
  const kind = random.below(10);
  for (let more = random.below(3); more > 0 && kind < 8; more--) {
    const [name, change] = random.pick(entries(harmless));
    if (how.includes(name)) continue;
    change(draft, random);
    how.push(name);
  }
  const response = template.startLine.startsWith('SIP/');
  if (kind < 5) {
    const [name, change] = random.pick(entries(harmful));
    // A response has no method and no URI.
    if (!(response && /method|URI|scheme|first line/.test(name))) {
      change(draft, random);
      how.push(name);
    }
  }
  // What is spoilt octet by octet must not be taken for a message that has one right answer.
  const number = `${kind < 8 ? 'way' : 'octets'}-${n}`;
  const bytes = Buffer.from(write(draft, number, ends, random.between(1, 2 ** 31 - 1)));
  if (kind >= 8) return { bytes: scramble(bytes, random), expected: 'anything', how: 'octets', branch: undefined };
  return { bytes, expected: draft.expected, how: how.join(', ') || 'as it should be', branch: `z9hG4bKfuzz${number}` };
}

/** A whole message of others, spoilt octet by octet. */
export const mutateWhole = (random: Random, bytes: Buffer): Mutated => ({
  bytes: scramble(bytes, random),
  expected: 'anything',
  how: 'octets',
  branch: undefined,
});

import { SipHeader, type SipMessage } from '#sip-stack/message.ts';
import { parseNameAddr } from '#sip-stack/uri.ts';
import { hostPort, type SocketAddress } from '#sip-stack/transport.ts';

/** Headers the server alone writes, whatever a client says. */
const ours: ReadonlySet<string> = new Set(['via', 'route', 'record-route', 'rseq', 'content-length']);
/** Headers that say which dialog and transaction a message belongs to. */
const identity: ReadonlySet<string> = new Set(['call-id', 'cseq', 'from', 'to']);
/** Where `localhost` stands for the address of this server. */
const addresses: ReadonlySet<string> = new Set(['from', 'to', 'p-asserted-identity']);

/** Names not spelled with one capital after each dash. */
const spellings: Readonly<Record<string, string>> = {
  'call-id': 'Call-ID',
  cseq: 'CSeq',
  'www-authenticate': 'WWW-Authenticate',
  'mime-version': 'MIME-Version',
  'min-se': 'Min-SE',
  'sip-etag': 'SIP-ETag',
  'sip-if-match': 'SIP-If-Match',
  rack: 'RAck',
  rseq: 'RSeq',
};
const tokenShape = /^[A-Za-z0-9.!%*_+`'~-]+$/;

/** `subscription-state` as `Subscription-State`; what starts with `X-` stays as it is. */
export const spelling = (name: string): string =>
  /^x-/i.test(name)
    ? name
    : (spellings[name.toLowerCase()] ??
      name.replace(/(^|-)([a-z])/g, (_all, dash: string, letter: string) => dash + letter.toUpperCase()));

const localhost = /@localhost(?::\d+)?(?=[;>?,\s]|$)/gi;

/** Puts the server's address where an address says `@localhost`; without a user part nothing is replaced. */
export const replaceLocalhost = (value: string, local: SocketAddress): string =>
  value.replace(localhost, `@${hostPort(local)}`);

/** The same in a Contact, where whoever reads it must know by which transport to come, too (drachtio-server does not say it). */
const replaceInContact = (value: string, local: SocketAddress): string => {
  const { protocol = 'UDP' } = local;
  const replaced = replaceLocalhost(value, local);
  if (replaced === value || protocol === 'UDP' || /;\s*transport\s*=/i.test(value)) return replaced;
  const said = `;transport=${protocol.toLowerCase()}`;
  // Without brackets it would belong to the header instead of the URI (RFC 3261 §20.10).
  if (!value.includes('<')) return replaced.replace(/^([^;]*)/, (uri) => `<${uri}${said}>`);
  return value.replace(localhost, `@${hostPort(local)}${said}`);
};

/**
 * The headers of a client's message that may go on the wire, spelled as SIP spells them.
 * @param keepIdentity also Call-ID, CSeq, From and To (a request outside of dialogs may bring its own)
 */
export const clientHeaders = (message: SipMessage, local: SocketAddress, keepIdentity: boolean): SipHeader[] => {
  const kept: SipHeader[] = [];
  for (const { name, key, value } of message.headers) {
    if (ours.has(key) || (!keepIdentity && identity.has(key)) || !tokenShape.test(name)) continue;
    kept.push(
      new SipHeader(
        spelling(key.length > name.length ? key : name),
        key === 'contact'
          ? replaceInContact(value, local)
          : addresses.has(key)
            ? replaceLocalhost(value, local)
            : value,
      ),
    );
  }
  return kept;
};

/** The To tag a client wants in its response; undefined when it leaves it to the server. */
export const wantedTag = (message: SipMessage): string | undefined => parseNameAddr(message.get('to') ?? '')?.tag;

/** Content-Type for a body that came without one: SDP is recognised. False when it cannot be known. */
export const completeContentType = (message: SipMessage): boolean => {
  if (message.body.length === 0 || message.has('content-type')) return true;
  if (message.body.toString('latin1', 0, 3) !== 'v=0') return false;
  message.add('Content-Type', 'application/sdp');
  return true;
};

import { isPwd, isUfrag, type IceCredentials } from '#media/webrtc/credentials.ts';
import { MOST_CANDIDATES } from '#media/webrtc/ice-agent.ts';
import { readCandidate, writeCandidate, type Candidate } from '#media/webrtc/ice-candidate.ts';

/** What a media line says of ICE (RFC 8839 §5) and DTLS (RFC 8122 §5, RFC 8842 §5), and what ours says. */

/** `actpass` is for offers alone: the other side chooses. */
export type Setup = 'active' | 'passive' | 'actpass' | 'holdconn';

/** Of a line, or of the session, which stands in for lines that say nothing of it. */
export type BrowserLine = {
  ufrag?: string;
  pwd?: string;
  candidates?: Candidate[];
  /** SHA-256, in capitals. Others are passed over: a peer has to have this one (RFC 8827 §6.5). */
  fingerprints?: string[];
  setup?: Setup;
};

const SETUPS: ReadonlySet<string> = new Set<Setup>(['active', 'passive', 'actpass', 'holdconn']);
const FINGERPRINT = /^fingerprint:sha-256 ((?:[0-9A-F]{2}:){31}[0-9A-F]{2})$/i;
const MOST_FINGERPRINTS = 4;

/** Takes an attribute in, when it is one of these. */
export function readBrowserAttribute(line: BrowserLine, value: string): void {
  const [name = '', rest = ''] = [value.slice(0, value.indexOf(':')), value.slice(value.indexOf(':') + 1).trim()];
  if (name === 'ice-ufrag' && isUfrag(rest)) line.ufrag = rest;
  else if (name === 'ice-pwd' && isPwd(rest)) line.pwd = rest;
  else if (name === 'setup' && SETUPS.has(rest)) line.setup = rest as Setup;
  else if (name === 'candidate') {
    const candidate = readCandidate(rest);
    if (candidate && (line.candidates?.length ?? 0) < MOST_CANDIDATES) (line.candidates ??= []).push(candidate);
  } else if (name === 'fingerprint') {
    const bytes = FINGERPRINT.exec(value)?.[1]?.toUpperCase();
    if (bytes && (line.fingerprints?.length ?? 0) < MOST_FINGERPRINTS) (line.fingerprints ??= []).push(bytes);
  }
}

export type StreamSource = { readonly ssrc: number; readonly cname: string };

/** Our side. */
export type OwnBrowserLine = {
  /** As it was offered; ours is `UDP/TLS/RTP/SAVPF`. */
  readonly protocol: string;
  readonly ice: IceCredentials;
  readonly fingerprint: string;
  /** By which the peer knows our stream (RFC 5576). */
  readonly source: StreamSource;
  readonly setup: Setup;
  readonly mid: string | undefined;
  /** It may share its transport with others (RFC 9143): it is the only one. */
  readonly bundled: boolean;
};

/** In the order of FreeSWITCH. */
export const browserLines = (own: OwnBrowserLine, host: string, port: number): string[] => [
  ...(own.mid === undefined ? [] : [`a=mid:${own.mid}`]),
  `a=fingerprint:sha-256 ${own.fingerprint}`,
  `a=setup:${own.setup}`,
  `a=rtcp:${port} IN IP4 ${host}`,
  `a=ice-ufrag:${own.ice.ufrag}`,
  `a=ice-pwd:${own.ice.pwd}`,
  `a=candidate:${writeCandidate(host, port)}`,
  'a=end-of-candidates',
  `a=ssrc:${own.source.ssrc} cname:${own.source.cname}`,
];

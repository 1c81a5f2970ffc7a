import { readCrypto, type Crypto } from '#media/srtp/sdes.ts';
import { browserLines, readBrowserAttribute, type BrowserLine, type OwnBrowserLine } from './browser-sdp.ts';
import { CODECS, type CodecName } from './codecs.ts';

/** A session description, RFC 8866, as far as a telephone call or that of a browser needs it. */

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** One `m=` line with its attributes; those of the session stand in where it has none of its own. */
export type MediaLine = {
  readonly kind: string;
  readonly port: number;
  readonly protocol: string;
  readonly formats: readonly string[];
  readonly address: string | undefined;
  readonly direction: Direction;
  /** Where it wants RTCP (`a=rtcp`, RFC 3605): it will send some. Without an address on that of the media. */
  readonly rtcp: { readonly port: number; readonly address: string | undefined } | undefined;
  /** RTCP may come on the port of RTP (RFC 5761). */
  readonly rtcpMux: boolean;
  /** Keys that can be used here, in the order of the peer's preference (RFC 4568). */
  readonly crypto: readonly Crypto[];
  /** How a browser is reached, and known again (ICE, DTLS). */
  readonly browser: BrowserLine;
  /** Its name in `a=group` (RFC 5888). */
  readonly mid: string | undefined;
  /** Encoding name in upper case and clock rate by payload type. */
  readonly codecs: ReadonlyMap<number, { readonly name: string; readonly rate: number }>;
};

export type SessionDescription = {
  readonly media: readonly MediaLine[];
  /** Lines that may share one transport (RFC 9143), by their names. */
  readonly bundle: readonly string[];
};

/** The text is no session description. */
export class SdpFault extends Error {}

const DIRECTIONS: ReadonlySet<string> = new Set(['sendrecv', 'sendonly', 'recvonly', 'inactive']);
const MOST_MEDIA = 16;
const MOST_CRYPTO = 8;
/** Static payload types of RFC 3551 §6 that concern us. */
const STATIC: ReadonlyMap<number, { name: string; rate: number }> = new Map([
  [0, { name: 'PCMU', rate: 8000 }],
  [8, { name: 'PCMA', rate: 8000 }],
  // RFC 3551 §4.5.2: it has 16 kHz, and is called 8000 for ever
  [9, { name: 'G722', rate: 8000 }],
]);

type Section = {
  kind: string;
  port: number;
  protocol: string;
  formats: string[];
  address?: string;
  direction?: Direction;
  rtcp?: { port: number; address: string | undefined };
  rtcpMux?: boolean;
  crypto: Crypto[];
  browser: BrowserLine;
  mid?: string;
  bundle?: string[];
  codecs: Map<number, { name: string; rate: number }>;
};

const connectionAddress = (value: string): string => {
  const [network, family, address] = value.split(' ');
  if (network !== 'IN' || (family !== 'IP4' && family !== 'IP6') || !address) throw new SdpFault('bad connection line');
  return address.split('/')[0]!;
};

const mediaLine = (value: string): Section => {
  const [kind, ports, protocol, ...formats] = value.trim().split(/\s+/);
  const port = Number(ports?.split('/')[0]);
  if (!kind || !protocol || !Number.isInteger(port) || port < 0 || port > 65535) throw new SdpFault('bad media line');
  return { kind, port, protocol, formats, crypto: [], browser: {}, codecs: new Map() };
};

const attribute = (section: Section, value: string): void => {
  if (DIRECTIONS.has(value)) section.direction = value as Direction;
  const rtcp = /^rtcp:\s*(\d{1,5})(?:\s+IN\s+IP[46]\s+(\S+))?/.exec(value);
  if (rtcp && Number(rtcp[1]) <= 65535) section.rtcp = { port: Number(rtcp[1]), address: rtcp[2] };
  if (value === 'rtcp-mux') section.rtcpMux = true;
  const crypto = value.startsWith('crypto:') ? readCrypto(value.slice('crypto:'.length)) : undefined;
  if (crypto && section.crypto.length < MOST_CRYPTO) section.crypto.push(crypto);
  const mid = /^mid:(\S{1,64})$/.exec(value)?.[1];
  if (mid !== undefined) section.mid = mid;
  if (value.startsWith('group:BUNDLE')) section.bundle = value.split(/\s+/).slice(1);
  readBrowserAttribute(section.browser, value);
  const map = /^rtpmap:\s*(\d{1,3})\s+([^\s/]+)\/(\d{1,9})/.exec(value);
  if (map) section.codecs.set(Number(map[1]), { name: map[2]!.toUpperCase(), rate: Number(map[3]) });
};

/** @throws SdpFault */
export function parseSdp(text: string): SessionDescription {
  const session: Section = { kind: '', port: 0, protocol: '', formats: [], crypto: [], browser: {}, codecs: new Map() };
  const media: Section[] = [];
  let current = session;
  const lines = text.split(/\r\n|\n|\r/);
  if (!lines[0]?.startsWith('v=0')) throw new SdpFault('no version line');
  for (const line of lines) {
    const value = line.slice(2).trim();
    if (line.startsWith('m=')) {
      if (media.length >= MOST_MEDIA) throw new SdpFault('too many media lines');
      current = mediaLine(value);
      media.push(current);
    } else if (line.startsWith('c=')) current.address = connectionAddress(value);
    else if (line.startsWith('a=')) attribute(current, value);
  }
  return { media: media.map((section) => complete(section, session)), bundle: session.bundle ?? [] };
}

const complete = (section: Section, session: Section): MediaLine => ({
  kind: section.kind,
  port: section.port,
  protocol: section.protocol,
  formats: section.formats,
  address: section.address ?? session.address,
  direction: section.direction ?? session.direction ?? 'sendrecv',
  rtcp: section.rtcp,
  rtcpMux: section.rtcpMux ?? false,
  crypto: section.crypto,
  browser: { ...session.browser, ...section.browser },
  mid: section.mid,
  codecs: section.codecs,
});

/** What a payload type of a media line stands for. */
export const codecOf = (line: MediaLine, type: number): { name: string; rate: number } | undefined =>
  line.codecs.get(type) ?? STATIC.get(type);

/** A payload type and the encoding it stands for. */
export type Codec = { readonly type: number; readonly name: CodecName };

/** Our description of one audio line. */
export type AudioOffer = {
  readonly host: string;
  readonly port: number;
  readonly sessionId: number;
  readonly version: number;
  readonly codecs: readonly Codec[];
  readonly eventType: number | null;
  /** Of telephone events. */
  readonly eventRate: number;
  readonly direction: Direction;
  /** RTCP shares the port of RTP. */
  readonly rtcpMux: boolean;
  /** Values of `a=crypto`; with any the line is RTP/SAVP. */
  readonly crypto: readonly string[];
  /** How a browser reaches us; none: it is no browser. */
  readonly browser?: OwnBrowserLine;
  /** The lines of the offer being answered, in order: all but the accepted one are refused with port 0. Empty in an offer. */
  readonly others: readonly MediaLine[];
  readonly position: number;
};

/** Writes it, in the order FreeSWITCH does. */
export function writeSdp(offer: AudioOffer): string {
  const types = [...offer.codecs.map((codec) => codec.type), ...(offer.eventType === null ? [] : [offer.eventType])];
  const protocol = offer.browser?.protocol ?? (offer.crypto.length > 0 ? 'RTP/SAVP' : 'RTP/AVP');
  const audio = [`m=audio ${offer.port} ${protocol} ${types.join(' ')}`];
  for (const { type, name } of offer.codecs) audio.push(...describe(type, name));
  if (offer.eventType !== null) {
    audio.push(`a=rtpmap:${offer.eventType} telephone-event/${offer.eventRate}`, `a=fmtp:${offer.eventType} 0-15`);
  }
  audio.push(`a=${offer.direction}`, 'a=ptime:20');
  if (offer.rtcpMux) audio.push('a=rtcp-mux');
  for (const crypto of offer.crypto) audio.push(`a=crypto:${crypto}`);
  if (offer.browser) audio.push(...browserLines(offer.browser, offer.host, offer.port));
  const refused = offer.others.map((line) => [`m=${line.kind} 0 ${line.protocol} ${line.formats[0] ?? '0'}`]);
  refused.splice(offer.position, 0, audio);
  return [
    'v=0',
    `o=FreeSWITCH ${offer.sessionId} ${offer.version} IN IP4 ${offer.host}`,
    's=FreeSWITCH',
    `c=IN IP4 ${offer.host}`,
    't=0 0',
    ...(offer.browser?.bundled ? [`a=group:BUNDLE ${offer.browser.mid}`] : []),
    ...refused.flat(),
    '',
  ].join('\r\n');
}

const describe = (type: number, name: CodecName): string[] => {
  const { name: encoding, clockRate, channels, format } = CODECS[name];
  const lines = [`a=rtpmap:${type} ${encoding}/${clockRate}${channels > 1 ? `/${channels}` : ''}`];
  if (format !== undefined) lines.push(`a=fmtp:${type} ${format}`);
  return lines;
};

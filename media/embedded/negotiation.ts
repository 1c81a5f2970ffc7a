import { isIPv4 } from 'node:net';
import type { Law } from '#media/audio/g711.ts';
import { OwnKeys } from '#media/srtp/own-keys.ts';
import { writeCrypto } from '#media/srtp/sdes.ts';
import type { SecureAgreement } from '#media/srtp/srtp-session.ts';
import { Certificates } from '#media/webrtc/certificate.ts';
import type { StreamSource } from './browser-sdp.ts';
import { BrowserSide, isBrowserProtocol } from './browser-side.ts';
import { CODECS, inOrder, PREFERRED, type CodecName } from './codecs.ts';
import type { MediaAgreement } from './rtp-leg.ts';
import { codecOf, parseSdp, writeSdp, type AudioOffer, type Codec, type Direction, type MediaLine } from './sdp.ts';

/** Offers and answers of one endpoint, RFC 3264. The order of preference is ours (FreeSWITCH: greedy codec negotiation). */

const OUR_EVENT_TYPE = 101;
const EVENT_RATE = 8000;
/** Where nothing is sent. */
const NO_SOURCE: StreamSource = { ssrc: 1, cname: '-' };

/** How a line is protected: not at all, with keys in SDP, or as browsers do. */
export type Protection = 'plain' | 'keys' | 'browser';

/** What came of an offer or answer; `none`: no common codec (488). */
export type Agreed = { readonly agreement: MediaAgreement; readonly line: MediaLine; readonly position: number };

export type NegotiationOptions = {
  /** What our offers want, until something else is agreed on; `plain` unless given. */
  readonly protection?: Protection;
  /** What is offered, in order; G.711 unless given. All else that is known is taken where nothing of it is offered. */
  readonly codecs?: readonly CodecName[];
  readonly certificates?: Certificates;
  /** Our stream. */
  readonly source?: StreamSource;
};

const mirrored: Readonly<Record<Direction, Direction>> = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
};

const isLaw = (name: Codec['name']): name is Law => name === 'PCMU' || name === 'PCMA';

/** Payload type of telephone events, and how fast they count: as the audio does, where that is offered (RFC 4733 §2.1). */
const eventsOf = (line: MediaLine, clockRate: number): { type: number | null; rate: number } => {
  for (const rate of new Set([clockRate, EVENT_RATE]))
    for (const format of line.formats) {
      const type = Number(format);
      const codec = line.codecs.get(type);
      if (codec?.name === 'TELEPHONE-EVENT' && codec.rate === rate) return { type, rate };
    }
  return { type: null, rate: EVENT_RATE };
};

const protectionOf = (line: MediaLine): Protection | undefined => {
  if (line.protocol === 'RTP/AVP') return 'plain';
  if (line.protocol === 'RTP/SAVP') return 'keys';
  return isBrowserProtocol(line.protocol) ? 'browser' : undefined;
};

/** How it is protected, and where its sound goes. */
type Reached = Pick<MediaAgreement, 'remote' | 'security' | 'browser'>;

export class Negotiation {
  readonly #host: string;
  readonly #port: number;
  readonly #offered: readonly CodecName[];
  readonly #accepted: readonly CodecName[];
  readonly #sessionId = Math.floor(Date.now() / 1000);
  readonly #keys = new OwnKeys();
  readonly #browser: BrowserSide;
  #version = this.#sessionId;
  #protection: Protection;

  /** Where we receive RTP. */
  constructor(host: string, port: number, options: NegotiationOptions = {}) {
    this.#host = host;
    this.#port = port;
    this.#protection = options.protection ?? 'plain';
    this.#offered = options.codecs ?? PREFERRED;
    this.#accepted = inOrder(this.#offered);
    this.#browser = new BrowserSide(options.certificates ?? new Certificates(), options.source ?? NO_SOURCE);
  }

  /** Our offer. */
  offer(): string {
    this.#version += 1;
    this.#browser.described();
    const codecs = this.#offered.map((name) => ({ type: CODECS[name].type, name }));
    return this.#write(codecs, {
      eventType: OUR_EVENT_TYPE,
      direction: 'sendrecv',
      crypto: this.#protection === 'keys' ? this.#keys.offered() : [],
      ...(this.#protection === 'browser' ? { browser: this.#browser.offer(), rtcpMux: true } : {}),
    });
  }

  /** Answers an offer. @throws SdpFault */
  answer(offer: string): (Agreed & { readonly sdp: string }) | 'none' {
    const { media, bundle } = parseSdp(offer);
    const agreed = this.#agree(media);
    this.#browser.described();
    if (agreed === 'none') return agreed;
    const { agreement, line, position } = agreed;
    const { security } = agreement;
    this.#version += 1;
    const sdp = this.#write([{ type: agreement.audioType, name: agreement.codec ?? agreement.law }], {
      eventType: agreement.eventType,
      eventRate: agreement.eventRate ?? EVENT_RATE,
      direction: mirrored[line.direction],
      rtcpMux: line.rtcpMux,
      // RFC 4568 §5.1.2: the tag of the line that was taken, and a key of our own
      crypto: security ? [writeCrypto(security.remote.tag, security.suite, security.local)] : [],
      ...(agreement.browser ? { browser: this.#browser.answer(line, bundle) } : {}),
      others: media.filter((_, index) => index !== position),
      position,
    });
    return { ...agreed, sdp };
  }

  /** Takes the answer to our offer. @throws SdpFault */
  accept(answer: string): Agreed | 'none' {
    return this.#agree(parseSdp(answer).media, this.#protection);
  }

  /** `wanted`: how an answer to us must be protected; an offer may be as it likes. */
  #agree(media: readonly MediaLine[], wanted?: Protection): Agreed | 'none' {
    for (const [position, line] of media.entries()) {
      const protection = protectionOf(line);
      if (line.kind !== 'audio' || line.port === 0 || !protection || (wanted ?? protection) !== protection) continue;
      const chosen = this.#choose(line);
      const reached = chosen && this.#reach(line, protection, wanted === undefined);
      if (!chosen || !reached) continue;
      this.#protection = protection;
      this.#keys.settle(reached.security?.suite ?? null);
      const events = eventsOf(line, CODECS[chosen.name].clockRate);
      const agreement: MediaAgreement = {
        ...(isLaw(chosen.name) ? { law: chosen.name } : { law: 'PCMU', codec: chosen.name }),
        audioType: chosen.type,
        eventType: events.type,
        ...(events.rate === EVENT_RATE ? {} : { eventRate: events.rate }),
        sends: line.direction === 'sendrecv' || line.direction === 'recvonly',
        receives: line.direction === 'sendrecv' || line.direction === 'sendonly',
        ...reached,
      };
      return { agreement, line, position };
    }
    return 'none';
  }

  #choose(line: MediaLine): Codec | undefined {
    const types = line.formats.map(Number).filter((type) => Number.isInteger(type) && type >= 0 && type <= 127);
    for (const name of this.#accepted) {
      const type = types.find(
        (one) => codecOf(line, one)?.name === name && codecOf(line, one)?.rate === CODECS[name].clockRate,
      );
      if (type !== undefined) return { type, name };
    }
    return undefined;
  }

  /** Undefined: it cannot be reached, or keys are missing. */
  #reach(line: MediaLine, protection: Protection, offered: boolean): Reached | undefined {
    if (protection === 'browser') {
      const browser = offered ? this.#browser.takeOffer(line) : this.#browser.takeAnswer(line);
      if (browser === 'echo') return { remote: null, security: null };
      return browser && { remote: null, security: null, browser };
    }
    const security = protection === 'keys' ? this.#secured(line, offered) : null;
    if (security === undefined || !isIPv4(line.address ?? '')) return undefined;
    // RFC 3264 §8.4: 0.0.0.0 was the old way to say hold
    const nowhere = line.address === '0.0.0.0';
    return { remote: nowhere ? null : { address: line.address!, port: line.port }, security };
  }

  #secured(line: MediaLine, offered: boolean): SecureAgreement | undefined {
    const remote = line.crypto.find((one) => offered || one.tag === this.#keys.tagOf(one.suite));
    return remote && { suite: remote.suite, local: this.#keys.of(remote.suite), remote };
  }

  #write(
    codecs: readonly Codec[],
    described: Pick<AudioOffer, 'eventType' | 'direction' | 'crypto'> & Partial<AudioOffer>,
  ): string {
    return writeSdp({
      host: this.#host,
      port: this.#port,
      sessionId: this.#sessionId,
      version: this.#version,
      eventRate: EVENT_RATE,
      rtcpMux: false,
      others: [],
      position: 0,
      codecs,
      ...described,
    });
  }
}

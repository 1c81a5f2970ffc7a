import { isIPv4 } from 'node:net';
import type { Law } from '#media/audio/g711.ts';
import { OwnKeys } from '#media/srtp/own-keys.ts';
import { writeCrypto } from '#media/srtp/sdes.ts';
import type { SecureAgreement } from '#media/srtp/srtp-session.ts';
import type { MediaAgreement } from './rtp-leg.ts';
import { codecOf, parseSdp, writeSdp, type AudioOffer, type Codec, type Direction, type MediaLine } from './sdp.ts';

/** Offers and answers of one endpoint, RFC 3264. The order of preference is ours (FreeSWITCH: greedy codec negotiation). */

const PREFERRED = [
  { type: 0, name: 'PCMU' },
  { type: 8, name: 'PCMA' },
] as const;
/** Taken where nothing else is offered, and not offered: inside all sound has 8 kHz. */
const ACCEPTED: readonly Codec[] = [...PREFERRED, { type: 9, name: 'G722' }, { type: 96, name: 'L16' }];
const OUR_EVENT_TYPE = 101;

/** What came of an offer or answer; `none`: no common codec (488). */
export type Agreed = { readonly agreement: MediaAgreement; readonly line: MediaLine; readonly position: number };

const mirrored: Readonly<Record<Direction, Direction>> = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
};

const choose = (line: MediaLine): Codec | undefined => {
  const types = line.formats.map(Number).filter((type) => Number.isInteger(type) && type >= 0 && type <= 127);
  for (const { name } of ACCEPTED) {
    const type = types.find((one) => codecOf(line, one)?.name === name && codecOf(line, one)?.rate === 8000);
    if (type !== undefined) return { type, name };
  }
  return undefined;
};

const isLaw = (name: Codec['name']): name is Law => name === 'PCMU' || name === 'PCMA';

const eventTypeOf = (line: MediaLine): number | null => {
  for (const format of line.formats) {
    const type = Number(format);
    const codec = line.codecs.get(type);
    if (codec?.name === 'TELEPHONE-EVENT' && codec.rate === 8000) return type;
  }
  return null;
};

/** What secures the line: null where it is plain; undefined where keys are missing. */
const securityOf = (line: MediaLine, keys: OwnKeys, answering: boolean): SecureAgreement | null | undefined => {
  if (line.protocol === 'RTP/AVP') return null;
  const remote = line.crypto.find((one) => answering || one.tag === keys.tagOf(one.suite));
  return remote && { suite: remote.suite, local: keys.of(remote.suite), remote };
};

/** `secured`: what an answer to us must be; an offer may be either. */
const agree = (text: string, keys: OwnKeys, secured?: boolean): Agreed | 'none' => {
  const { media } = parseSdp(text);
  for (const [position, line] of media.entries()) {
    if (line.kind !== 'audio' || line.port === 0 || !/^RTP\/S?AVP$/.test(line.protocol)) continue;
    const chosen = choose(line);
    const security = securityOf(line, keys, secured === undefined);
    if (!chosen || security === undefined || !isIPv4(line.address ?? '')) continue;
    if (secured !== undefined && secured !== (security !== null)) continue;
    // RFC 3264 §8.4: 0.0.0.0 was the old way to say hold
    const nowhere = line.address === '0.0.0.0';
    const agreement: MediaAgreement = {
      ...(isLaw(chosen.name) ? { law: chosen.name } : { law: 'PCMU', codec: chosen.name }),
      audioType: chosen.type,
      eventType: eventTypeOf(line),
      remote: nowhere ? null : { address: line.address!, port: line.port },
      sends: line.direction === 'sendrecv' || line.direction === 'recvonly',
      receives: line.direction === 'sendrecv' || line.direction === 'sendonly',
      security,
    };
    return { agreement, line, position };
  }
  return 'none';
};

export class Negotiation {
  readonly #host: string;
  readonly #port: number;
  readonly #sessionId = Math.floor(Date.now() / 1000);
  readonly #keys = new OwnKeys();
  #version = this.#sessionId;
  #secure: boolean;

  /** Where we receive RTP; `secure`: our offers want SRTP, until something else is agreed on. */
  constructor(host: string, port: number, secure = false) {
    this.#host = host;
    this.#port = port;
    this.#secure = secure;
  }

  /** Our offer. */
  offer(): string {
    this.#version += 1;
    const crypto = this.#secure ? this.#keys.offered() : [];
    return this.#write(PREFERRED, { eventType: OUR_EVENT_TYPE, direction: 'sendrecv', crypto });
  }

  /** Answers an offer. @throws SdpFault */
  answer(offer: string): (Agreed & { readonly sdp: string }) | 'none' {
    const agreed = agree(offer, this.#keys);
    if (agreed === 'none') return agreed;
    const { agreement, line, position } = agreed;
    const { security } = agreement;
    this.#secure = Boolean(security);
    this.#keys.settle(security?.suite ?? null);
    this.#version += 1;
    const sdp = this.#write([{ type: agreement.audioType, name: agreement.codec ?? agreement.law }], {
      eventType: agreement.eventType,
      direction: mirrored[line.direction],
      rtcpMux: line.rtcpMux,
      // RFC 4568 §5.1.2: the tag of the line that was taken, and a key of our own
      crypto: security ? [writeCrypto(security.remote.tag, security.suite, security.local)] : [],
      others: parseSdp(offer).media.filter((_, index) => index !== position),
      position,
    });
    return { ...agreed, sdp };
  }

  /** Takes the answer to our offer. @throws SdpFault */
  accept(answer: string): Agreed | 'none' {
    const agreed = agree(answer, this.#keys, this.#secure);
    if (agreed !== 'none') this.#keys.settle(agreed.agreement.security?.suite ?? null);
    return agreed;
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
      rtcpMux: false,
      others: [],
      position: 0,
      codecs,
      ...described,
    });
  }
}

import { isIPv4 } from 'node:net';
import type { Law } from '#media/audio/g711.ts';
import type { MediaAgreement } from './rtp-leg.ts';
import { codecOf, parseSdp, writeSdp, type Direction, type MediaLine } from './sdp.ts';

/** Offers and answers of one endpoint, RFC 3264. The order of preference is ours (FreeSWITCH: greedy codec negotiation). */

const PREFERRED: readonly { readonly type: number; readonly law: Law }[] = [
  { type: 0, law: 'PCMU' },
  { type: 8, law: 'PCMA' },
];
const OUR_EVENT_TYPE = 101;

/** What came of an offer or answer; `none`: no common codec (488). */
export type Agreed = { readonly agreement: MediaAgreement; readonly line: MediaLine; readonly position: number };

const mirrored: Readonly<Record<Direction, Direction>> = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
};

const choose = (line: MediaLine): { type: number; law: Law } | undefined => {
  const types = line.formats.map(Number).filter((type) => Number.isInteger(type) && type >= 0 && type <= 127);
  for (const { law } of PREFERRED) {
    const type = types.find((one) => codecOf(line, one)?.name === law && codecOf(line, one)?.rate === 8000);
    if (type !== undefined) return { type, law };
  }
  return undefined;
};

const eventTypeOf = (line: MediaLine): number | null => {
  for (const format of line.formats) {
    const type = Number(format);
    const codec = line.codecs.get(type);
    if (codec?.name === 'TELEPHONE-EVENT' && codec.rate === 8000) return type;
  }
  return null;
};

const agree = (text: string): Agreed | 'none' => {
  const { media } = parseSdp(text);
  for (const [position, line] of media.entries()) {
    if (line.kind !== 'audio' || line.port === 0 || line.protocol !== 'RTP/AVP') continue;
    const chosen = choose(line);
    if (!chosen || !isIPv4(line.address ?? '')) continue;
    // RFC 3264 §8.4: 0.0.0.0 was the old way to say hold
    const nowhere = line.address === '0.0.0.0';
    const agreement: MediaAgreement = {
      law: chosen.law,
      audioType: chosen.type,
      eventType: eventTypeOf(line),
      remote: nowhere ? null : { address: line.address!, port: line.port },
      sends: line.direction === 'sendrecv' || line.direction === 'recvonly',
      receives: line.direction === 'sendrecv' || line.direction === 'sendonly',
    };
    return { agreement, line, position };
  }
  return 'none';
};

export class Negotiation {
  readonly #host: string;
  readonly #port: number;
  readonly #sessionId = Math.floor(Date.now() / 1000);
  #version = this.#sessionId;

  /** Where we receive RTP. */
  constructor(host: string, port: number) {
    this.#host = host;
    this.#port = port;
  }

  /** Our offer. */
  offer(): string {
    this.#version += 1;
    return this.#write(PREFERRED, OUR_EVENT_TYPE, 'sendrecv', [], 0);
  }

  /** Answers an offer. @throws SdpFault */
  answer(offer: string): (Agreed & { readonly sdp: string }) | 'none' {
    const agreed = agree(offer);
    if (agreed === 'none') return agreed;
    const { agreement, line, position } = agreed;
    const others = parseSdp(offer).media.filter((_, index) => index !== position);
    this.#version += 1;
    const codec = { type: agreement.audioType, law: agreement.law };
    const sdp = this.#write([codec], agreement.eventType, mirrored[line.direction], others, position);
    return { ...agreed, sdp };
  }

  /** Takes the answer to our offer. @throws SdpFault */
  accept(answer: string): Agreed | 'none' {
    return agree(answer);
  }

  #write(
    codecs: readonly { type: number; law: Law }[],
    eventType: number | null,
    direction: Direction,
    others: readonly MediaLine[],
    position: number,
  ): string {
    const [host, port, sessionId, version] = [this.#host, this.#port, this.#sessionId, this.#version];
    return writeSdp({ host, port, sessionId, version, codecs, eventType, direction, others, position });
  }
}

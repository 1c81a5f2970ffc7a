import { parse } from 'sdp-transform';
import type { Law } from '#media/audio/g711.ts';
import type { RtpAddress } from './rtp-port.ts';

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** What the other side's SDP says about its audio, RFC 4566 and RFC 3264. */
export interface RemoteAudio {
  readonly address: RtpAddress;
  /** G.711 it takes, in its order of preference. */
  readonly laws: readonly Law[];
  /** Payload type of telephone-event, when it takes it. */
  readonly eventType: number | undefined;
  /** As the other side sees it. */
  readonly direction: Direction;
}

const STATIC: Readonly<Record<number, Law>> = { 0: 'PCMU', 8: 'PCMA' };
const PAYLOAD: Readonly<Record<Law, number>> = { PCMU: 0, PCMA: 8 };
const DIRECTIONS: readonly Direction[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];

/** Reads an offer or answer; undefined when it has no audio or is no SDP. */
export function readAudio(sdp: string): RemoteAudio | undefined {
  const session = parsed(sdp);
  const media = session?.media.find(({ type }) => type === 'audio');
  const address = media?.connection?.ip ?? session?.connection?.ip;
  if (!session || !media || address === undefined) return undefined;
  const maps = new Map(
    media.rtp?.map(({ payload, codec, rate }) => [payload, `${String(codec).toUpperCase()}/${rate ?? 0}`]),
  );
  // The parser makes numbers of whatever looks like one, a list of one included.
  const types = String(media.payloads ?? '')
    .split(' ')
    .map(Number);
  const laws = types.flatMap((type) => STATIC[type] ?? []);
  const eventType = types.find((type) => maps.get(type) === 'TELEPHONE-EVENT/8000');
  const said = DIRECTIONS.find((one) => one === (media.direction ?? session.direction)) ?? 'sendrecv';
  // RFC 3264 §8.4: a connection address of 0.0.0.0 is the old way to hold.
  const direction = address === '0.0.0.0' && said === 'sendrecv' ? 'sendonly' : said;
  return { address: { address, port: media.port }, laws, eventType, direction };
}

function parsed(sdp: string): ReturnType<typeof parse> | undefined {
  try {
    return sdp.startsWith('v=0') ? parse(sdp) : undefined;
  } catch {
    return undefined;
  }
}

/** How we see a direction the other side offered, RFC 3264 §6.1. */
export function answering(direction: Direction): Direction {
  if (direction === 'sendonly') return 'recvonly';
  return direction === 'recvonly' ? 'sendonly' : direction;
}

export interface LocalAudio {
  readonly address: RtpAddress;
  readonly laws: readonly Law[];
  /** Undefined leaves telephone-event out. */
  readonly eventType: number | undefined;
  readonly direction: Direction;
  readonly sessionId: number;
  /** Grows by one with every description that differs, RFC 3264 §8. */
  readonly version: number;
}

/** Our SDP: one audio stream of G.711 and telephone-event, 20 ms. */
export function writeAudio(local: LocalAudio): string {
  const { address, laws, eventType, direction, sessionId, version } = local;
  const events = eventType === undefined ? [] : [eventType];
  return [
    'v=0',
    `o=phone ${sessionId} ${version} IN IP4 ${address.address}`,
    's=call',
    `c=IN IP4 ${address.address}`,
    't=0 0',
    `m=audio ${address.port} RTP/AVP ${[...laws.map((law) => PAYLOAD[law]), ...events].join(' ')}`,
    ...laws.map((law) => `a=rtpmap:${PAYLOAD[law]} ${law}/8000`),
    ...events.flatMap((type) => [`a=rtpmap:${type} telephone-event/8000`, `a=fmtp:${type} 0-15`]),
    'a=ptime:20',
    `a=${direction}`,
    '',
  ].join('\r\n');
}

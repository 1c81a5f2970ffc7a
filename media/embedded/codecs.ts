import type { Law } from '#media/audio/g711.ts';
import type { CodedAs } from '#media/rtp/payload-coder.ts';

export type CodecName = Law | CodedAs;

/** What there is to say of a codec, in SDP and in events. */
type CodecFacts = {
  /** Static (RFC 3551 §6), or the one that we offer. */
  readonly type: number;
  /** As FreeSWITCH calls it. */
  readonly name: string;
  /** Of its timestamps. */
  readonly clockRate: number;
  /** Samples in a second. */
  readonly rate: number;
  readonly bitRate: number;
  readonly channels: number;
  /** `a=fmtp`, what we ask a sender for. */
  readonly format?: string;
};

export const CODECS: Readonly<Record<CodecName, CodecFacts>> = {
  PCMU: { type: 0, name: 'PCMU', clockRate: 8000, rate: 8000, bitRate: 64_000, channels: 1 },
  PCMA: { type: 8, name: 'PCMA', clockRate: 8000, rate: 8000, bitRate: 64_000, channels: 1 },
  // RFC 3551 §4.5.2: it has 16 kHz, and is called 8000 for ever
  G722: { type: 9, name: 'G722', clockRate: 8000, rate: 16_000, bitRate: 64_000, channels: 1 },
  L16: { type: 96, name: 'L16', clockRate: 8000, rate: 8000, bitRate: 128_000, channels: 1 },
  // RFC 7587 §7: always 48000/2. What is beyond telephone bandwidth would be thrown away here, so it need not be sent; nor error
  // correction, which is not read
  OPUS: {
    ...{ type: 116, name: 'opus', clockRate: 48_000, rate: 48_000, bitRate: 0, channels: 2 },
    format: 'maxplaybackrate=8000; sprop-maxcapturerate=8000; maxaveragebitrate=20000; stereo=0; useinbandfec=0',
  },
};

/** What is offered, in order, and preferred in what others offer, unless a server is told otherwise (FreeSWITCH: `codec-prefs`). */
export const PREFERRED: readonly CodecName[] = ['PCMU', 'PCMA'];

/** All that is taken, those of preference first: greedily, whatever order the peer has. */
export const inOrder = (preferred: readonly CodecName[]): CodecName[] => [
  ...preferred,
  ...(Object.keys(CODECS) as CodecName[]).filter((name) => !preferred.includes(name)),
];

import { mkfifoSync } from './fifo.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseTone, ToneFault, ToneRound } from '#media/audio/tone.ts';
import { readWavHeader, WavFault } from '#media/audio/wav-header.ts';
import { CommandFault, CommandReader } from '#media/embedded/event-socket/command-reader.ts';
import { Negotiation } from '#media/embedded/negotiation.ts';
import { SdpFault } from '#media/embedded/sdp.ts';
import { openSound } from '#media/embedded/streams/open.ts';
import { SoundFault } from '#media/embedded/streams/source.ts';
import { emptyPacket, parseRtp } from '#media/rtp/packet.ts';
import { TelephoneEventReceiver } from '#media/rtp/telephone-event.ts';
import { parseCommand } from '#sip-proxy/embedded/commands.ts';
import { FrameError, FrameReader } from '#sip-proxy/embedded/frames.ts';
import { readCredentials } from '#sip-proxy/digest/credentials.ts';
import { Findings, type Attack, type AttackOptions, type Outcome } from './attack.ts';
import { scrambled } from './octets.ts';
import { Random } from './random.ts';
import { leastWork } from './thread-time.ts';

const CASES = 200_000;
const SLOW_MS = 20;

/** What reads octets of strangers. A new one is an entry here. */
interface Reader {
  readonly name: string;
  /** What it is made for: octets near these get further than any others. */
  readonly likes: readonly string[];
  /** Of the whole number of cases; readers that open files do fewer. */
  readonly share?: number;
  /** Reads; what it throws must be one of `refuses`. */
  readonly read: (bytes: Buffer) => void;
  readonly refuses: readonly (abstract new (...args: never[]) => Error)[];
}

const sdp = (more: string): string =>
  `v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n${more}`;
const wav = (code: number, channels: number, rate: number, bits: number): string => {
  const header = Buffer.alloc(44);
  header.write('RIFF....WAVEfmt ', 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(code, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt16LE(bits, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(64, 40);
  return `${header.toString('latin1')}${'sound'.repeat(20)}`;
};

const folder = mkdtempSync(join(tmpdir(), 'attacked-sounds-'));
const drain = (name: string): void => {
  const source = openSound(name);
  const samples = new Int16Array(160);
  // Endless sounds are none of our business, but every frame of them has to come.
  for (let frames = 0; frames < 100 && source.read(samples, 0, 160) > 0; frames++);
  source.close();
};

const readers: readonly Reader[] = [
  {
    name: 'SDP',
    likes: [sdp('a=sendonly\r\n'), sdp('m=video 5000 RTP/AVP 31\r\n'), sdp('a=rtcp:4001\r\na=ptime:20\r\n'), 'v=0\r\n'],
    read: (bytes) => void new Negotiation('127.0.0.1', 4000).answer(bytes.toString()),
    refuses: [SdpFault],
  },
  {
    name: 'RTP and telephone events',
    likes: [
      '\x80\x00\0\x01\0\0\0\xa0\0\0\0\x07' + '\x7f'.repeat(160),
      '\x90\xe5\0\x02\0\0\x01\x40\0\0\0\x07\xbe\xde\0\x01....\x05\x8a\x03\x20',
    ],
    read: (bytes) => {
      const header = emptyPacket();
      if (!parseRtp(bytes, header)) return;
      if (header.offset + header.length > bytes.length) throw new Error('a payload beyond the packet');
      const receiver = new TelephoneEventReceiver();
      receiver.packet(header, bytes, 0);
      receiver.tick(1000);
    },
    refuses: [],
  },
  {
    name: 'WAV headers',
    likes: [wav(1, 1, 8000, 16), wav(7, 2, 8000, 8), wav(0xfffe, 1, 44_100, 16)],
    read: (bytes) =>
      void readWavHeader((position, length) => bytes.subarray(position, position + length), bytes.length),
    refuses: [WavFault],
  },
  {
    name: 'WAV files that are played',
    likes: [wav(1, 1, 8000, 16), wav(1, 8, 192_000, 16), wav(6, 1, 4000, 8), wav(1, 1, 11_025, 8)],
    share: 0.02,
    read: (bytes) => {
      const path = join(folder, 'sound.wav');
      writeFileSync(path, bytes);
      drain(path);
    },
    refuses: [SoundFault],
  },
  {
    name: 'names of sounds',
    likes: [
      'tone_stream://%(200,100,440,480);loops=-1',
      'tone_stream://v=-7;l=5;%(0.01,0,400);loops=-1',
      'silence_stream://-1,1400',
      'file_string:///a.wav!silence_stream://20!tone_stream://%(20,0,350)',
      '/dev/zero',
      '/proc/self/mem',
      `${folder}/pipe.wav`,
      'file_string://file_string://file_string:///x',
    ],
    share: 0.1,
    read: (bytes) => drain(bytes.toString()),
    refuses: [SoundFault],
  },
  {
    name: 'tones',
    likes: ['%(500,500,480,620);loops=3', 'v=-20;%(100,0,400);l=3;%(10,10,1000,2000)', '%(0.001,0.001,1);loops=-1'],
    read: (bytes) => {
      const round = new ToneRound(parseTone(bytes.toString()), 8000);
      if (round.slice(0, 160).length === 0) throw new Error('an endless round without a sample');
    },
    share: 0.1,
    refuses: [ToneFault],
  },
  {
    name: 'event socket commands',
    likes: [
      'api status\n\nsendmsg\ncall-command: execute\ncontent-length: 5\n\nhello',
      'auth x\r\n\r\n',
      'bgapi x\n\n',
    ],
    read: (bytes) => {
      const reader = new CommandReader();
      const half = bytes.length >> 1;
      for (const piece of [bytes.subarray(0, half), bytes.subarray(half)])
        for (const one of reader.read(piece)) void one;
    },
    refuses: [CommandFault],
  },
  {
    name: 'admin frames',
    likes: ['21#1|authenticate|a|b,c,d9#2|route|invite', '5#a|b|c\r\n', '99999#x', '00003#1|2'],
    read: (bytes) => {
      const reader = new FrameReader();
      for (const payload of reader.push(bytes)) parseCommand(payload);
    },
    refuses: [FrameError],
  },
  {
    name: 'admin commands',
    likes: [
      '1|sip|x|y|sip:h\r\nINVITE sip:a@b SIP/2.0\r\nfrom: <sip:a@b>\r\nContent-Type: application/sdp\r\n\r\nv=0',
      '2|sip|t|\r\nSIP/2.0 180 Ringing\r\nRequire: 100rel\r\n\r\n',
      '3|proxy|t|remainInDialog||followRedirects|serial|1s|2s|sip:a@b\r\nINVITE x SIP/2.0\r\n\r\n',
      '4|authenticate|secret|a,b,c',
    ],
    read: (bytes) => void parseCommand(bytes),
    refuses: [],
  },
  {
    name: 'digest credentials',
    likes: [
      'Digest username="a", realm="r", nonce="n", uri="sip:r", response="0123456789abcdef0123456789abcdef", qop=auth, nc=00000001, cnonce="c", algorithm=MD5',
    ],
    read: (bytes) => void readCredentials(bytes.toString()),
    refuses: [],
  },
];

/** Everything else that reads octets of strangers, one by one: it may refuse, with the error made for that, and quickly. */
export const readersAttack: Attack = {
  name: 'readers',
  title: `spoilt SDP, RTP, WAV, tones, event socket commands, admin frames to what reads them, ${CASES} each (2 min)`,
  async run({ seed, share, say }: AttackOptions): Promise<Outcome> {
    const findings = new Findings();
    mkfifoSync(join(folder, 'pipe.wav'));
    for (const reader of readers) {
      const random = new Random(seed);
      const cases = Math.ceil(CASES * share * (reader.share ?? 1));
      let [slowestMs, refused] = [0, 0];
      for (let n = 0; n < cases; n++) {
        const bytes = scrambled(
          random,
          reader.likes.map((text) => Buffer.from(text, 'latin1')),
        );
        const ms = leastWork(() => {
          try {
            reader.read(bytes);
          } catch (error) {
            refused += 1;
            if (reader.refuses.some((kind) => error instanceof kind) || findings.found.length >= 20) return;
            findings.found.push(
              `${reader.name}: ${String(error)}: ${JSON.stringify(bytes.toString('latin1').slice(0, 500))}`,
            );
          }
        }, SLOW_MS / 4);
        slowestMs = Math.max(slowestMs, ms);
      }
      findings.atMost(`${reader.name}: slowest, ms`, slowestMs, SLOW_MS);
      findings.figures[reader.name] = { cases, refused };
      say(`${reader.name}: ${cases} read`);
    }
    rmSync(folder, { recursive: true, force: true });
    return findings;
  },
};

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metrics } from '#media/embedded/metrics.ts';
import type { Endpoint } from '#media/endpoint.ts';
import { MediaServer } from '#media/freeswitch.ts';
import { SipServer } from '#sip-proxy/drachtio.ts';
import { Child } from './child.ts';
import type { Contestant } from './contestant.ts';
import type { Phones, SpeakingPhone } from './phones.ts';

export type ToMedia = { readonly kind: 'tell' | 'collect' | 'measured-from-now' | 'measured-until-now' };
export type FromMedia =
  | { readonly kind: 'ready'; readonly eventSocketPort: number }
  | { readonly kind: 'state'; readonly metrics: Metrics & NodeJS.MemoryUsage };

export type ToSip = { readonly kind: 'tell' };
export type FromSip =
  | { readonly kind: 'ready'; readonly sipPort: number; readonly adminPort: number }
  | { readonly kind: 'state'; readonly metrics: object };

/** Calls that are set up at the same time. */
const AT_ONCE = 8;
const TRIES = 5;
const HOST = '127.0.0.1';

/** Where a media server's event socket is. */
interface EventSocket {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  readonly listenHost: string;
}

/** The embedded media server in a process of its own; `profile`: a folder for V8's CPU profiles of it while it is measured. */
export async function embedded(io: 'auto' | 'dgram', profile?: string): Promise<Contestant> {
  const argv = profile === undefined ? [io] : [io, profile];
  const { child, first } = await Child.start<ToMedia, FromMedia>('media-process.ts', argv, ['--expose-gc']);
  if (first.kind !== 'ready') throw new Error(`the media server said ${first.kind}`);
  const line = await Line.open({ host: HOST, port: first.eventSocketPort, secret: 'word', listenHost: HOST });
  return {
    name: `embedded, ${io === 'auto' ? 'mmsg' : io}`,
    pid: child.pid,
    add: (calls, phones) => line.add(calls, phones),
    async measured(when) {
      if (profile !== undefined)
        await child.ask({ kind: when === 'from now' ? 'measured-from-now' : 'measured-until-now' });
    },
    async state(collect = false) {
      const state = await child.ask({ kind: collect ? 'collect' : 'tell' });
      return state.kind === 'state' ? { ...state.metrics } : undefined;
    },
    async end() {
      await line.close();
      await child.end();
    },
  };
}

/** A FreeSWITCH that runs already, at the address that the environment gives; its process is the one named by `--also freeswitch=PID`. */
export async function freeSwitch(pid: number): Promise<Contestant> {
  const { FREESWITCH_HOST, FREESWITCH_PORT, FREESWITCH_SECRET, MEDIA_HOST } = process.env;
  const line = await Line.open({
    host: FREESWITCH_HOST ?? HOST,
    port: Number(FREESWITCH_PORT ?? 8021),
    secret: FREESWITCH_SECRET ?? 'ClueCon',
    listenHost: MEDIA_HOST ?? HOST,
  });
  return {
    name: 'FreeSWITCH',
    pid,
    add: (calls, phones) => line.add(calls, phones),
    state: async () => undefined,
    end: () => line.close(),
  };
}

/** The way to a media server: its event socket and SIP, by drachtio-fsmrf and a SIP server of our own. */
class Line {
  readonly #sip: Child<ToSip, FromSip>;
  readonly #signalling: SipServer;
  readonly #media: MediaServer;
  readonly #folder: string;
  readonly #endpoints: Endpoint[] = [];
  #recorded = 0;

  private constructor(sip: Child<ToSip, FromSip>, signalling: SipServer, media: MediaServer, folder: string) {
    this.#sip = sip;
    this.#signalling = signalling;
    this.#media = media;
    this.#folder = folder;
  }

  static async open(eventSocket: EventSocket): Promise<Line> {
    const { child, first } = await Child.start<ToSip, FromSip>('sip-process.ts');
    if (first.kind !== 'ready') throw new Error(`the SIP server said ${first.kind}`);
    const signalling = await SipServer.connect({ host: HOST, port: first.adminPort, secret: 'word' });
    const media = await MediaServer.connect(signalling.client, eventSocket);
    return new Line(child, signalling, media, await mkdtemp(join(tmpdir(), 'homeline-bench-')));
  }

  async add(calls: number, phones: Phones): Promise<SpeakingPhone[]> {
    const speaking: SpeakingPhone[] = [];
    let left = calls;
    const some = async (): Promise<void> => {
      while (left-- > 0) speaking.push(...(await this.#callWithPatience(phones)));
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, calls) }, some));
    return speaking;
  }

  async close(): Promise<void> {
    const ends = this.#endpoints.map((endpoint) => endpoint.end());
    await Promise.race([Promise.all(ends), new Promise((resolve) => setTimeout(resolve, 10_000))]);
    this.#media.close();
    this.#signalling.close();
    await this.#sip.end();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** A machine that does much else makes drachtio-fsmrf give up a call after four seconds. Rejects when that happens again and again. */
  async #callWithPatience(phones: Phones): Promise<SpeakingPhone[]> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#call(phones);
      } catch (error) {
        if (tries >= TRIES) throw error;
      }
    }
  }

  /** Two legs, bridged and recorded in stereo. */
  async #call(phones: Phones): Promise<SpeakingPhone[]> {
    const legs = [phones.next(), phones.next()];
    const [a, b] = (await Promise.all(legs.map(({ port }) => this.#media.endpointFor(sdp(port))))) as [
      Endpoint,
      Endpoint,
    ];
    this.#endpoints.push(a, b);
    await a.startRecording(join(this.#folder, `${this.#recorded++}.wav`));
    await a.bridge(b);
    return [a, b].map((endpoint, i) => ({ slot: legs[i]!.slot, port: portOf(endpoint.localSdp) }));
  }
}

const portOf = (text: string): number => Number(/^m=audio (\d+) /m.exec(text)?.[1] ?? 0);

const sdp = (port: number): string =>
  [
    ...['v=0', `o=phone 1 1 IN IP4 ${HOST}`, 's=-', `c=IN IP4 ${HOST}`, 't=0 0', `m=audio ${port} RTP/AVP 0 101`],
    ...['a=rtpmap:0 PCMU/8000', 'a=rtpmap:101 telephone-event/8000', 'a=sendrecv', ''],
  ].join('\r\n');

import { coded, linear, voiceFrame } from '#media/embedded/testing/fake-sounds.ts';
import { connectClients, type Clients, type NearEndpoint } from '#media/embedded/testing/real-clients.ts';
import { RtpPhone } from '#media/embedded/testing/rtp-phone.ts';
import { SECRET, type MediaVictim, type SipVictim } from './victims.ts';

/** What became of the sound of calls. */
export interface Heard {
  /** Packets the phones spoke and heard. */
  readonly packets: number;
  /** Frames that somebody said and the other did not hear, between the first and the last that were. */
  readonly missing: number;
  /** Packets that were nothing the other said: after the first that was. */
  readonly foreign: number;
  /** Longest time between two packets, ms. */
  readonly longestGapMs: number;
}

interface Party {
  readonly phone: RtpPhone;
  readonly endpoint: NearEndpoint;
  readonly voice: number;
}

const ROUND = 64;

/** Calls in progress: pairs of phones on bridged endpoints, through both servers, that speak frames of which no two are alike. */
export class Talks {
  readonly #clients: Clients;
  readonly #pairs: (readonly [Party, Party])[] = [];

  private constructor(clients: Clients) {
    this.#clients = clients;
  }

  /** @param pairs how many calls; all of them talk when it resolves */
  static async begin(sip: SipVictim, media: MediaVictim, pairs: number): Promise<Talks> {
    const ports = { admin: sip.controlPort, eventSocket: media.controlPort };
    const talks = new Talks(await connectClients(ports, SECRET));
    for (let n = 0; n < pairs; n++) {
      const [a, b] = [await talks.#party((2 * n) % 16), await talks.#party((2 * n + 1) % 16)];
      await a.endpoint.bridge(b.endpoint);
      talks.#pairs.push([a, b]);
    }
    await talks.speak(50);
    return talks;
  }

  /** Everybody speaks so many frames of 20 ms more. */
  async speak(frames: number): Promise<void> {
    await Promise.all(this.#pairs.flat().map(({ phone }) => phone.speaks(frames)));
  }

  /** What was heard since the last time. */
  heard(): Heard {
    const sum = { packets: 0, missing: 0, foreign: 0, longestGapMs: 0 };
    for (const [a, b] of this.#pairs) {
      for (const [listener, speaker] of [
        [a, b],
        [b, a],
      ] as const) {
        const heard = listener.phone.heard.splice(0);
        sum.packets += heard.length;
        let [before, last] = [-1, NaN];
        for (const { payload, atMs, type } of heard) {
          if (!Number.isNaN(last)) sum.longestGapMs = Math.max(sum.longestGapMs, atMs - last);
          last = atMs;
          const frame = type === 0 ? frameOf(payload, speaker.voice) : -1;
          if (frame < 0) {
            if (before >= 0) sum.foreign += 1;
            continue;
          }
          if (before >= 0) sum.missing += (frame - before - 1 + ROUND) % ROUND;
          before = frame;
        }
      }
    }
    return sum;
  }

  async end(): Promise<void> {
    for (const { endpoint, phone } of this.#pairs.flat()) {
      await endpoint.destroy();
      phone.close();
    }
    this.#clients.close();
  }

  /**
   * A call more, of a phone that does not send from where its description says it is.
   * @param meanwhile done with the port of the media server before the phone says anything
   */
  async addBehindNat(meanwhile: (port: number) => Promise<void>): Promise<void> {
    const a = await this.#party(14, '192.0.2.77', meanwhile);
    const b = await this.#party(15);
    await a.endpoint.bridge(b.endpoint);
    this.#pairs.push([a, b]);
  }

  async #party(voice: number, address = '127.0.0.1', meanwhile?: (port: number) => Promise<void>): Promise<Party> {
    const phone = await RtpPhone.open((n) => voiceFrame(voice, n));
    const remoteSdp = phone.sdp('0 101', 'sendrecv', address);
    const endpoint = await this.#clients.ms.createEndpoint({ remoteSdp });
    endpoint.conn.socket.setNoDelay(true);
    const port = Number(endpoint.local.mediaPort);
    await meanwhile?.(port);
    phone.speakTo(port);
    return { phone, endpoint, voice };
  }
}

/** Which frame of a voice this is; -1 when it is none. Recorded bridges decode and encode again: the same, but for minus zero. */
const frameOf = (payload: Buffer, voice: number): number => {
  const frame = payload[1] ?? ROUND;
  if (frame >= ROUND) return -1;
  const said = voiceFrame(voice, frame);
  return payload.equals(said) || payload.equals(coded(linear(said))) ? frame : -1;
};

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  MediaStreamTrack,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  RtpHeader,
  type RTCRtpTransceiver,
  type RtpPacket,
} from 'werift';
import { FRAME_SAMPLES } from '#media/audio/g711.ts';
import { Opus } from '#media/audio/opus.ts';
import { EVENT_BYTES, eventOfDigit, writeEvent } from '#media/rtp/telephone-event.ts';
import { startSipServer, type SipServer } from '#sip-proxy/embedded/server.ts';
import { MediaServer as Application } from '#media/freeswitch.ts';
import { startMediaServer, type MediaServer } from './server.ts';
import { coded, linear, voiceFrame } from './testing/fake-sounds.ts';
import { connectClients, type Clients, type NearEndpoint } from './testing/real-clients.ts';
import { RtpPhone, type HeardPacket } from './testing/rtp-phone.ts';

/** Calls between a browser, played by werift's own peer connection, and a telephone, over real sockets, with the real clients. */

let media: MediaServer;
let sip: SipServer;
let clients: Clients;
const logged: string[] = [];
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  const host = '127.0.0.1';
  const eventSocket = { host, port: 0, password: 'word' };
  const log = (...line: unknown[]): void => void logged.push(JSON.stringify(line));
  media = await startMediaServer({ sip: { host, port: 0 }, eventSocket, rtp: { host, portMin: 0, portMax: 0 }, log });
  sip = await startSipServer({ sip: { host, port: 0 }, admin: { host, port: 0, secret: 'word' } });
  clients = await connectClients({ admin: sip.adminPort, eventSocket: media.eventSocketPort });
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(async () => {
  clients.close();
  await media.close();
  await sip.close();
});

const codecs = {
  PCMU: { mimeType: 'audio/PCMU', clockRate: 8000, channels: 1, payloadType: 0 },
  opus: { mimeType: 'audio/opus', clockRate: 48_000, channels: 2, payloadType: 111 },
} as const;
const EVENTS = 126;

/** A browser: it speaks numbered frames, presses keys and hears. */
class Browser {
  readonly connection: RTCPeerConnection;
  readonly track = new MediaStreamTrack({ kind: 'audio' });
  readonly heard: RtpPacket[] = [];
  readonly #payloadType: number;
  readonly #unitsAFrame: number;
  readonly transceiver: RTCRtpTransceiver;
  readonly #wants: { matches: (packet: RtpPacket) => boolean; resolve: (packet: RtpPacket) => void }[] = [];
  #sequence = 100;
  #timestamp = 70_000;
  #timer: NodeJS.Timeout | undefined;

  constructor(codec: keyof typeof codecs) {
    const { clockRate, payloadType } = codecs[codec];
    this.#payloadType = payloadType;
    this.#unitsAFrame = clockRate / 50;
    const events = { mimeType: 'audio/telephone-event', clockRate, channels: 1, payloadType: EVENTS };
    this.connection = new RTCPeerConnection({
      codecs: { audio: [new RTCRtpCodecParameters(codecs[codec]), new RTCRtpCodecParameters(events)] },
      iceServers: [],
      iceUseIpv6: false,
      iceInterfaceAddresses: { udp4: '127.0.0.1' },
      iceAdditionalHostAddresses: ['127.0.0.1'],
    });
    this.transceiver = this.connection.addTransceiver(this.track, { direction: 'sendrecv' });
    this.connection.onTrack.subscribe((track) =>
      track.onReceiveRtp.subscribe((packet) => {
        this.heard.push(packet);
        for (const want of this.#wants.splice(0))
          if (want.matches(packet)) want.resolve(packet);
          else this.#wants.push(want);
      }),
    );
    closing.push(() => this.close());
  }

  async offer(): Promise<string> {
    await this.connection.setLocalDescription(await this.connection.createOffer());
    return this.connection.localDescription!.sdp;
  }

  async answered(sdp: string): Promise<void> {
    await this.connection.setRemoteDescription({ type: 'answer', sdp });
  }

  async answer(sdp: string): Promise<string> {
    await this.connection.setRemoteDescription({ type: 'offer', sdp });
    await this.connection.setLocalDescription(await this.connection.createAnswer());
    return this.connection.localDescription!.sdp;
  }

  /** Speaks from now on. */
  speak(frame: (n: number) => Uint8Array): void {
    let n = 0;
    const start = performance.now();
    this.#timer = setInterval(() => {
      for (; performance.now() - start >= 20 * n; n += 1) {
        this.#send(this.#payloadType, frame(n), false);
        this.#timestamp += this.#unitsAFrame;
      }
    }, 5);
  }

  press(digit: string, units: number): void {
    const payload = new Uint8Array(EVENT_BYTES);
    for (let n = 1; n <= 5; n += 1) {
      writeEvent(payload, 0, eventOfDigit(digit)!, n >= 3, 10, units);
      this.#send(EVENTS, payload, n === 1);
    }
  }

  next(matches: (packet: RtpPacket) => boolean): Promise<RtpPacket> {
    return new Promise((resolve) => this.#wants.push({ matches, resolve }));
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.connection.close();
  }

  #send(payloadType: number, payload: Uint8Array, marker: boolean): void {
    const header = new RtpHeader({
      ...{ payloadType, marker, sequenceNumber: this.#sequence & 0xffff, timestamp: this.#timestamp >>> 0 },
      ssrc: this.transceiver.sender.ssrc,
    });
    this.#sequence += 1;
    // not by the track: that sends everything as sound
    const dtls = this.connection.dtlsTransports[0];
    if (dtls?.state === 'connected') void dtls.sendRtp(Buffer.from(payload), header);
  }
}

const says = (voice: number): ((payload: Buffer) => boolean) => {
  const known = new Set(Array.from({ length: 64 }, (_, n) => Buffer.from(voiceFrame(voice, n)).toString('hex')));
  return (payload) => known.has(payload.toString('hex'));
};
const phone = async (frame: (n: number) => Uint8Array): Promise<[RtpPhone, NearEndpoint]> => {
  const one = await RtpPhone.open(frame);
  closing.push(() => one.close());
  const ep: NearEndpoint = await clients.ms.createEndpoint({ remoteSdp: one.sdp() });
  ep.conn.socket.setNoDelay(true);
  closing.push(() => ep.destroy());
  one.speakTo(Number(ep.local.mediaPort));
  return [one, ep];
};
const endpoint = async (options: object = {}): Promise<NearEndpoint> => {
  const ep: NearEndpoint = await clients.ms.createEndpoint(options);
  ep.conn.socket.setNoDelay(true);
  closing.push(() => ep.destroy().catch(() => undefined));
  return ep;
};
const ended = (ep: NearEndpoint): Promise<string> =>
  new Promise((resolve) => ep.on('destroy', ({ reason }: { reason: string }) => resolve(reason)));
/** A browser that calls: the client makes an endpoint first, and tells it then. */
const calling = async (browser: Browser, change: (sdp: string) => string = (sdp) => sdp): Promise<NearEndpoint> => {
  const ep = await endpoint();
  await ep.modify(change(await browser.offer()));
  await browser.answered(ep.local.sdp);
  return ep;
};

describe('a browser that calls, and speaks G.711', () => {
  it('is heard, code for code, and hears; its keys count; strangers do not; anew described it goes on', async () => {
    const browser = new Browser('PCMU');
    const ep = await calling(browser);
    expect(ep.local.sdp).toMatch(/m=audio \d+ UDP\/TLS\/RTP\/SAVPF 0 126\r\n/);
    const [other, otherEp] = await phone((n) => voiceFrame(2, n));
    await ep.bridge(otherEp);
    browser.speak((n) => voiceFrame(1, n));
    await Promise.all([other.next(({ payload }) => says(1)(payload)), browser.next(({ payload }) => says(2)(payload))]);
    const digit = new Promise<{ dtmf: string; duration: string; source: string }>((resolve) => ep.on('dtmf', resolve));
    browser.press('7', 800);
    expect(await digit).toMatchObject({ dtmf: '7', duration: '800', source: 'RTP' });

    const stranger = await RtpPhone.open((n) => voiceFrame(5, n));
    closing.push(() => stranger.close());
    stranger.speakTo(Number(ep.local.mediaPort));
    await stranger.speaks(10);
    expect(other.heard.some(({ payload }) => says(5)(payload))).toBe(false);

    await ep.modify((await browser.offer()).replace('a=sendrecv', 'a=sendonly'));
    expect(ep.local.sdp).toContain('a=recvonly\r\n');
    await ep.execute('sleep', '60');
    const silent = browser.heard.length;
    await ep.execute('sleep', '100');
    expect(browser.heard.length - silent).toBeLessThanOrEqual(1);
    await ep.modify(browser.connection.localDescription!.sdp);
    await browser.next(({ payload }) => says(2)(payload));
    await other.next(({ payload }) => says(1)(payload));
  }, 30_000);
});

describe('a browser that is called', () => {
  it('is offered what it needs where the controller asks for it, and answers', async () => {
    const ep = await endpoint({ headers: { 'X-Media-WebRTC': 'true' } });
    expect(ep.local.sdp).toMatch(/m=audio \d+ UDP\/TLS\/RTP\/SAVPF 0 8 101\r\n/);
    const offered = ep.local.sdp;
    const browser = new Browser('PCMU');
    await ep.modify(await browser.answer(offered));
    const [other, otherEp] = await phone((n) => voiceFrame(4, n));
    await ep.bridge(otherEp);
    browser.speak((n) => voiceFrame(3, n));
    await Promise.all([other.next(({ payload }) => says(3)(payload)), browser.next(({ payload }) => says(4)(payload))]);
  }, 30_000);
});

/** 20 ms of a tone at 8 kHz, and how strong one is in samples, of its own level. */
const tone = (hertz: number, n: number): Int16Array =>
  Int16Array.from({ length: FRAME_SAMPLES }, (_, i) =>
    Math.round(8000 * Math.sin((2 * Math.PI * hertz * (n * FRAME_SAMPLES + i)) / 8000)),
  );
const strength = (samples: Int16Array, hertz: number): number => {
  let [re, im] = [0, 0];
  samples.forEach((sample, i) => {
    re += sample * Math.cos((2 * Math.PI * hertz * i) / 8000);
    im += sample * Math.sin((2 * Math.PI * hertz * i) / 8000);
  });
  return (2 * Math.hypot(re, im)) / samples.length / 8000;
};

describe('a browser that speaks Opus', () => {
  it('is heard by a G.711 phone and hears it; its keys count in its own clock', async () => {
    const opus = new Opus();
    closing.push(() => opus.close());
    const browser = new Browser('opus');
    const ep = await calling(browser);
    expect(ep.local.sdp).toContain('a=rtpmap:111 opus/48000/2\r\n');
    const [other, otherEp] = await phone((n) => coded(tone(700, n)));
    await ep.bridge(otherEp);
    const packet = new Uint8Array(400);
    browser.speak((n) => packet.slice(0, opus.encode(tone(1000, n), packet, 0)));
    const loud = ({ payload }: HeardPacket): boolean => strength(linear(payload), 1000) > 0.7;
    await other.next(loud);
    const samples = new Int16Array(FRAME_SAMPLES);
    await browser.next(({ payload }) => {
      const count = opus.decode(payload, samples);
      return count === FRAME_SAMPLES && strength(samples, 700) > 0.7;
    });
    const [first, second] = browser.heard.slice(-2) as [RtpPacket, RtpPacket];
    expect(second.header.timestamp - first.header.timestamp).toBe(960);
    const digit = new Promise<{ dtmf: string; duration: string }>((resolve) => ep.on('dtmf', resolve));
    browser.press('9', 4800);
    expect(await digit).toMatchObject({ dtmf: '9', duration: '800' });
  }, 30_000);
});

describe('a browser', () => {
  it('that is not who its description says is hung up', async () => {
    const browser = new Browser('PCMU');
    const other = 'AB:'.repeat(31) + 'AB';
    const ep = await endpoint();
    const over = ended(ep);
    await ep.modify((await browser.offer()).replace(/fingerprint:sha-256 \S+/, `fingerprint:sha-256 ${other}`));
    await browser.answered(ep.local.sdp);
    expect(await over).toBe('DESTINATION_OUT_OF_ORDER');
    expect(logged.some((line) => line.includes('another fingerprint'))).toBe(true);
  }, 30_000);

  it('without credentials is refused', async () => {
    const browser = new Browser('PCMU');
    const ep = await endpoint();
    await expect(ep.modify((await browser.offer()).replaceAll(/a=ice-.*\r\n/g, ''))).rejects.toMatchObject({
      status: 488,
    });
  });

  it('is served by the application’s own client; one that is refused leaves nothing', async () => {
    const at = { host: '127.0.0.1', port: media.eventSocketPort, secret: 'word', listenHost: '127.0.0.1' };
    const server = await Application.connect(clients.srf, at);
    closing.push(() => server.close());
    const browser = new Browser('PCMU');
    const offer = await browser.offer();
    const channels = media.metrics().channels;
    await expect(server.endpointFor(offer.replaceAll(/a=ice-.*\r\n/g, ''))).rejects.toMatchObject({ status: 488 });
    await expect.poll(() => media.metrics().channels).toBe(channels);
    const own = await server.endpointFor(offer);
    closing.push(() => own.end());
    await browser.answered(own.localSdp);
    const pressed = new Promise((resolve) => own.onDigit(resolve));
    await expect.poll(() => browser.connection.connectionState).toBe('connected');
    browser.speak((n) => voiceFrame(1, n));
    // what it hears is protected: we have keys
    await browser.next(() => true);
    browser.press('4', 800);
    expect(await pressed).toMatchObject({ digit: '4', source: 'rtp' });
  }, 30_000);

  it('leaves no key in the log', () => {
    expect(logged.filter((line) => /PRIVATE KEY|ice-pwd/.test(line))).toEqual([]);
  });
});

import { loadOpus } from '#media/audio/opus.ts';
import { loadDtls } from '#media/webrtc/dtls-handshake.ts';
import { PREFERRED, type CodecName } from './codecs.ts';
import { Engine } from './engine.ts';
import { InboundEventSocket } from './event-socket/inbound.ts';
import { noLog, type Log } from './log.ts';
import { collectMetrics, type Metrics } from './metrics.ts';
import { openRtpIo, type RtpIoChoice } from './rtp-io/open.ts';
import { RtpPorts } from './rtp-ports.ts';
import { SofiaProfile } from './sofia.ts';

export type MediaServerOptions = {
  readonly sip: { readonly host: string; readonly port: number };
  readonly eventSocket: { readonly host: string; readonly port: number; readonly password: string };
  /** Even ports of the range carry RTP; `portMin` 0 takes any port the system gives. */
  readonly rtp: {
    readonly host: string;
    readonly portMin: number;
    readonly portMax: number;
    /** How sound is read and sent; `auto` unless given. */
    readonly io?: RtpIoChoice;
  };
  /** A party that sends nothing for so long is hung up (MEDIA_TIMEOUT); 0 is never. Default 300. */
  readonly rtpTimeoutSeconds?: number;
  /** Channels beyond this are refused with 503. Default 1000. */
  readonly maxSessions?: number;
  /** Offered, and preferred in what others offer, in this order (FreeSWITCH: `codec-prefs`). Default PCMU, PCMA. */
  readonly codecs?: readonly CodecName[];
  /** Browsers will call: what they need is loaded at the start, and no call has to stand still for it later. */
  readonly browsers?: boolean;
  readonly log?: Log;
};

export type MediaServer = {
  readonly sipPort: number;
  readonly eventSocketPort: number;
  /** Live state, for people. */
  dump(): unknown;
  metrics(): Metrics;
  /** Hangs up every channel, closes every recording and socket. */
  close(): Promise<void>;
};

/**
 * Starts the embedded media server: FreeSWITCH's part for drachtio-fsmrf, in this process.
 * Rejects with the system's error when a port is taken.
 */
export async function startMediaServer(options: MediaServerOptions): Promise<MediaServer> {
  const log = options.log ?? noLog;
  if (options.browsers) {
    loadOpus();
    await loadDtls();
  }
  const engine = new Engine({
    log,
    now: () => performance.now(),
    address: options.sip.host,
    settings: {
      rtpTimeoutSeconds: options.rtpTimeoutSeconds ?? 300,
      maxSessions: options.maxSessions ?? 1000,
      codecs: options.codecs ?? PREFERRED,
      sipAddress: '',
    },
  });
  const io = openRtpIo(options.rtp.io ?? 'auto', options.rtp.host, log);
  engine.tick.before = () => io.poll();
  const sofia = await SofiaProfile.listen(engine, options.sip, {
    ports: new RtpPorts(options.rtp, io),
    host: options.rtp.host,
  }).catch((error: unknown) => {
    io.close();
    throw error;
  });
  engine.settings.sipAddress = `${sofia.address.address}:${sofia.address.port}`;
  let inbound: InboundEventSocket;
  try {
    inbound = await InboundEventSocket.listen(engine, options.eventSocket);
  } catch (error) {
    await sofia.close();
    io.close();
    throw error;
  }
  engine.tick.start();
  log('info', 'media server ready', { sip: engine.settings.sipAddress, eventSocketPort: inbound.port });
  return {
    sipPort: sofia.address.port,
    eventSocketPort: inbound.port,
    dump: () => ({
      sip: sofia.dump(),
      rtpIo: io.name,
      connections: inbound.connections,
      tasks: engine.scheduler.dump(),
      conferences: engine.conferences.all.map((conference) => conference.dump()),
      channels: [...engine.channels.values()].map((channel) => ({
        uuid: channel.uuid,
        state: channel.state,
        doing: channel.apps.names,
        bridgedWith: channel.partner?.uuid,
        recordings: [...channel.recordings.keys()],
        rtpPort: channel.leg.port,
        counts: { ...channel.leg.counts, ...channel.leg.jitter.counts },
      })),
    }),
    metrics: () => collectMetrics(engine),
    close: async () => {
      for (const channel of [...engine.channels.values()]) channel.hangup('NORMAL_CLEARING');
      engine.tick.stop();
      engine.scheduler.close();
      await inbound.close();
      await sofia.close();
      io.close();
      log('info', 'media server closed');
    },
  };
}

import type { App } from './app-stack.ts';
import { apps } from './apps/table.ts';
import { Bridges } from './bridges.ts';
import type { Channel } from './channel.ts';
import type { CodecName } from './codecs.ts';
import { Conferences } from './conference/conferences.ts';
import { Certificates } from '#media/webrtc/certificate.ts';
import { Seldom } from '#sip-stack/seldom.ts';
import { EventBus } from './event-socket/event-bus.ts';
import type { Log } from './log.ts';
import { Scheduler } from './scheduler.ts';
import { Tick } from './tick.ts';

export type EngineSettings = {
  /** A party that sends no RTP for so long is hung up; 0 is never. A channel's `rtp_timeout_sec` wins. */
  readonly rtpTimeoutSeconds: number;
  readonly maxSessions: number;
  /** Offered, and preferred in what is offered, in this order. */
  readonly codecs: readonly CodecName[];
  /** Address and port of the SIP profile, as `sofia status` shows it. */
  sipAddress: string;
};

/** What all channels share. */
export class Engine {
  readonly log: Log;
  readonly now: () => number;
  readonly bus: EventBus;
  readonly tick: Tick;
  readonly scheduler: Scheduler;
  readonly bridges = new Bridges();
  readonly conferences = new Conferences(this);
  readonly channels = new Map<string, Channel>();
  /** Files being recorded by any channel: no two may write one. */
  readonly recordedPaths = new Set<string>();
  readonly apps: ReadonlyMap<string, App> = apps;
  /** What controllers set for all channels (`global_setvar`). */
  readonly globals = new Map<string, string>();
  readonly settings: EngineSettings;
  /** Who we are to browsers. */
  readonly certificates = new Certificates();
  readonly startedMs: number;
  /** When the log last told of somebody at the event socket who does not belong there. */
  readonly strangers: Seldom;
  /** Totals of channels that are gone. */
  readonly past = {
    channels: 0,
    packetsIn: 0,
    packetsOut: 0,
    lost: 0,
    late: 0,
    sendErrors: 0,
    stray: 0,
    recordings: 0,
    failedRecordings: 0,
    keysLeftOut: 0,
    requestsTurnedAway: 0,
  };

  /** `now` in milliseconds, monotonic. */
  constructor(options: { log: Log; now: () => number; address: string; settings: EngineSettings }) {
    this.log = options.log;
    this.now = options.now;
    this.settings = options.settings;
    this.bus = new EventBus(options.address);
    this.tick = new Tick(options.now, options.log);
    this.scheduler = new Scheduler(options.log);
    this.startedMs = options.now();
    this.strangers = new Seldom(options.now);
  }

  add(channel: Channel): void {
    this.channels.set(channel.uuid, channel);
    this.past.channels += 1;
    this.tick.add(channel);
    channel.fire('CHANNEL_CREATE');
  }

  remove(channel: Channel): void {
    if (!this.channels.delete(channel.uuid)) return;
    this.tick.remove(channel);
    this.scheduler.removeGroup(channel.uuid);
    const { counts, jitter } = channel.leg;
    this.past.packetsIn += counts.packetsIn;
    this.past.packetsOut += counts.packetsOut;
    this.past.sendErrors += counts.sendErrors;
    this.past.stray += counts.strayIn;
    this.past.lost += jitter.counts.lost;
    this.past.late += jitter.counts.late;
    this.past.keysLeftOut += channel.keys.leftOut;
  }
}

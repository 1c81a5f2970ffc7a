import type { Engine } from './engine.ts';

export type Metrics = {
  readonly channels: number;
  readonly channelsEver: number;
  readonly bridges: number;
  readonly recordings: number;
  readonly recordingsFailed: number;
  readonly scheduledTasks: number;
  readonly packetsIn: number;
  readonly packetsOut: number;
  /** Packets that never came, by their sequence numbers. */
  readonly packetsLost: number;
  /** Packets that came after their place had been given up. */
  readonly packetsLate: number;
  readonly sendErrors: number;
  /** Packets on our ports that were heard by nobody: no RTP, no agreed payload, or from a stranger. */
  readonly packetsStray: number;
  /** Keys that came faster than anybody presses them. */
  readonly keysLeftOut: number;
  /** SIP requests turned away because too many were kept. */
  readonly requestsTurnedAway: number;
  /** Lateness of the 5 ms tick, milliseconds. */
  readonly tickLateP99Ms: number;
  readonly tickLateMaxMs: number;
};

/** Counts of the channels that live and of those that are gone. */
export function collectMetrics(engine: Engine): Metrics {
  const { past } = engine;
  const sum = {
    in: past.packetsIn,
    out: past.packetsOut,
    lost: past.lost,
    late: past.late,
    errors: past.sendErrors,
    stray: past.stray,
    keys: past.keysLeftOut,
    recordings: 0,
  };
  for (const channel of engine.channels.values()) {
    sum.in += channel.leg.counts.packetsIn;
    sum.out += channel.leg.counts.packetsOut;
    sum.errors += channel.leg.counts.sendErrors;
    sum.lost += channel.leg.jitter.counts.lost;
    sum.late += channel.leg.jitter.counts.late;
    sum.stray += channel.leg.counts.strayIn;
    sum.keys += channel.keys.leftOut;
    sum.recordings += channel.recordings.size;
  }
  const lateness = engine.tick.lateness();
  return {
    channels: engine.channels.size,
    channelsEver: past.channels,
    bridges: engine.bridges.count,
    recordings: sum.recordings,
    recordingsFailed: past.failedRecordings,
    scheduledTasks: engine.scheduler.size,
    packetsIn: sum.in,
    packetsOut: sum.out,
    packetsLost: sum.lost,
    packetsLate: sum.late,
    sendErrors: sum.errors,
    packetsStray: sum.stray,
    keysLeftOut: sum.keys,
    requestsTurnedAway: past.requestsTurnedAway,
    tickLateP99Ms: lateness.p99,
    tickLateMaxMs: lateness.worst,
  };
}

import type { Channel } from '#media/embedded/channel.ts';
import { plainLines } from '#media/embedded/event-socket/event.ts';
import { firstWord, OK, onChannel, usage, type ApiCommand } from './command.ts';

export const uuidExists: ApiCommand = (engine, argument) => (engine.channels.has(argument.trim()) ? 'true' : 'false');

export const uuidGetvar = onChannel('<uuid> <var>', (channel, rest) =>
  rest === '' ? usage('<uuid> <var>') : (channel.variables.get(rest) ?? '_undef_'),
);

export const uuidSetvar = onChannel('<uuid> <var> [value]', (channel, rest) => {
  const [name, value] = firstWord(rest);
  if (name === '') return usage('<uuid> <var> [value]');
  channel.variables.set(name, value);
  return OK;
});

export const uuidSetvarMulti = onChannel('<uuid> <var>=<value>;<var>=<value>...', (channel, rest) => {
  const pairs = rest.split(';').filter((pair) => pair.trim() !== '');
  if (pairs.length === 0) return ''; // FreeSWITCH says nothing here, which the socket shows as `-ERR no reply`
  for (const pair of pairs) {
    const [name = '', ...value] = pair.split('=');
    channel.variables.set(name.trim(), value.join('='));
  }
  return OK;
});

/** All headers of the channel in the plain form, as one would see them in CHANNEL_DATA; `json` too. */
export const uuidDump = onChannel('<uuid> [format]', (channel, rest, engine) => {
  const headers = Object.assign(engine.bus.common('CHANNEL_DATA'), channel.headers('CHANNEL_DATA'));
  return rest.trim() === 'json' ? JSON.stringify(headers) : plainLines(headers);
});

/** Puts the counters of the RTP session into `rtp_audio_*` variables. */
export const uuidSetMediaStats: ApiCommand = (engine, argument) => {
  const uuid = argument.trim();
  if (uuid === '') return usage('<uuid>');
  const channel = engine.channels.get(uuid);
  if (!channel) return `-ERR No such channel ${uuid}!\n`;
  setMediaStats(channel);
  return '+OK:\n';
};

/** Puts the counts of the party's sound into its `rtp_audio_*` variables. */
export const setMediaStats = (channel: Channel): void => {
  for (const [name, value] of Object.entries(mediaStats(channel)))
    channel.variables.set(`rtp_audio_${name}`, String(value));
};

/** Quality from 1 to 4.5 of what came, by the share that is whole (the formula of switch_rtp.c). */
const quality = (received: number, flaws: number): { percentage: number; mos: number } => {
  const whole = received === 0 ? 100 : Math.floor((Math.max(0, received - flaws) / received) * 100);
  return { percentage: whole, mos: 1 + 0.035 * whole + 0.000007 * whole * (whole - 60) * (100 - whole) };
};

const mediaStats = (channel: Channel): Record<string, number | string> => {
  const { counts, jitter } = channel.leg;
  const session = channel.rtcp?.session;
  const range = session?.reception.jitterRange ?? { least: 0, most: 0 };
  const flaws = jitter.counts.lost + jitter.counts.late;
  const { percentage, mos } = quality(counts.audioIn, flaws);
  const lossRate = (100 * jitter.counts.lost) / Math.max(1, counts.audioIn + jitter.counts.lost);
  return {
    in_raw_bytes: counts.bytesIn,
    in_media_bytes: counts.audioIn * 172,
    in_packet_count: counts.packetsIn,
    in_media_packet_count: counts.audioIn,
    in_skip_packet_count: jitter.counts.lost,
    in_jitter_packet_count: jitter.held,
    in_dtmf_packet_count: counts.eventsIn,
    in_cng_packet_count: counts.comfortIn,
    in_flush_packet_count: jitter.counts.late,
    in_largest_jb_size: jitter.target,
    in_jitter_min_variance: range.least.toFixed(2),
    in_jitter_max_variance: range.most.toFixed(2),
    in_jitter_loss_rate: lossRate.toFixed(2),
    in_flaw_total: flaws,
    in_quality_percentage: percentage.toFixed(2),
    in_mos: mos.toFixed(2),
    out_raw_bytes: counts.bytesOut,
    out_media_bytes: counts.audioOut * 172,
    out_packet_count: counts.packetsOut,
    out_media_packet_count: counts.audioOut,
    out_skip_packet_count: 0,
    out_dtmf_packet_count: counts.eventsOut,
    out_cng_packet_count: 0,
    rtcp_packet_count: session?.peerSent?.packets ?? 0,
    rtcp_octet_count: session?.peerSent?.octets ?? 0,
  };
};

import type { Channel } from './channel.ts';
import { CODECS } from './codecs.ts';
import type { Agreed } from './negotiation.ts';

/** What both sides described: the leg follows it, and the variables that controllers read say it. */
export function describeMedia(
  channel: Channel,
  media: { readonly agreed: Agreed; readonly localSdp: string; readonly remoteSdp: string },
): void {
  const { agreement, line } = media.agreed;
  const { variables, leg } = channel;
  const codec = CODECS[agreement.codec ?? agreement.law];
  leg.agree(agreement);
  variables.set('rtp_local_sdp_str', media.localSdp);
  variables.set('switch_r_sdp', media.remoteSdp);
  variables.set('remote_media_ip', line.address);
  variables.set('remote_media_port', String(line.port));
  variables.set('remote_audio_media_flow', line.direction);
  variables.set(
    'audio_media_flow',
    agreement.sends ? (agreement.receives ? 'sendrecv' : 'sendonly') : agreement.receives ? 'recvonly' : 'inactive',
  );
  variables.set('rtp_use_codec_name', codec.name);
  variables.set('rtp_use_codec_rate', String(codec.clockRate));
  variables.set('rtp_use_codec_ptime', '20');
  variables.set('rtp_use_codec_channels', '1');
  variables.set('rtp_use_codec_string', channel.engine.settings.codecs.map((name) => CODECS[name].name).join(','));
  variables.set('rtp_audio_recv_pt', String(agreement.audioType));
  variables.set('rtp_use_pt', String(agreement.audioType));
  variables.set('rtp_use_ssrc', String(leg.ssrc));
  variables.set('rtp_2833_send_payload', agreement.eventType === null ? undefined : String(agreement.eventType));
  variables.set('rtp_2833_recv_payload', agreement.eventType === null ? undefined : String(agreement.eventType));
  variables.set('dtmf_type', agreement.eventType === null ? 'none' : 'rfc2833');
  variables.set('rtp_has_crypto', agreement.security?.suite);
  variables.set('rtp_secure_media_confirmed', agreement.security ? 'true' : undefined);
  variables.set('rtp_secure_media_confirmed_audio', agreement.security ? 'true' : undefined);
  variables.set('read_codec', codec.name);
  variables.set('read_rate', String(codec.rate));
  variables.set('write_codec', codec.name);
  variables.set('write_rate', String(codec.rate));
  if (channel.callState === 'ACTIVE' || channel.callState === 'HELD') {
    const held = !agreement.sends || (!agreement.remote && !agreement.browser);
    if (held !== (channel.callState === 'HELD')) channel.fire(held ? 'CHANNEL_HOLD' : 'CHANNEL_UNHOLD');
    channel.setCallState(held ? 'HELD' : 'ACTIVE');
  }
}

/** Before a peer is known (an offer of ours is out): only our own side. */
export function describeOwnMedia(channel: Channel, host: string): void {
  channel.variables.set('local_media_ip', host);
  channel.variables.set('advertised_media_ip', host);
  channel.variables.set('local_media_port', String(channel.leg.port));
}

import type { Channel } from './channel.ts';

/** On hold a silent party is given ten times as long (seen with FreeSWITCH 1.11). */
const HOLD_FACTOR = 10;

/**
 * Has the party sent nothing for `rtp_timeout_sec` (variable, else the server's setting; 0 is never)?
 * An endpoint that has no peer yet is never ended by it.
 */
export function mediaTimedOut(channel: Channel): boolean {
  const agreement = channel.leg.agreement;
  if (!agreement || !channel.leg.hasPeer) return false;
  const seconds = channel.variables.integer('rtp_timeout_sec') ?? channel.engine.settings.rtpTimeoutSeconds;
  if (seconds <= 0) return false;
  const held = !agreement.sends || (!agreement.remote && !agreement.browser);
  return channel.leg.silentMs >= seconds * 1000 * (held ? HOLD_FACTOR : 1);
}

import type { IncomingCall } from '#sip-proxy/drachtio.ts';
import { Leg, type Side } from '../leg/leg.ts';
import type { Platform } from '../platform.ts';
import { statusWithoutMedia } from './without-media.ts';

/** Answers a call of which nothing is written down. Undefined: there is no media for it, or it was cancelled meanwhile. Rejects when it cannot be answered. */
export async function pickUp(
  call: IncomingCall,
  side: Side,
  { clock, log, media }: Pick<Platform, 'clock' | 'log' | 'media'>,
  refuse: (status: number) => void,
  beside?: string,
): Promise<Leg | undefined> {
  let endpoint;
  try {
    endpoint = await media.endpointFor(call.sdp, beside);
  } catch (error) {
    const status = statusWithoutMedia(error);
    log.warn({ sipCallId: call.callId, err: error, status }, 'no media for a call that came in');
    refuse(status);
    return undefined;
  }
  try {
    return new Leg(side, await call.answer(endpoint.localSdp), endpoint, clock);
  } catch (error) {
    void endpoint.end();
    // The caller cancelled while we were about to answer.
    if (call.signal.aborted) return undefined;
    throw error;
  }
}

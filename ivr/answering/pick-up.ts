import type { Dialog } from '#sip-proxy/dialog.ts';
import type { IncomingCall } from '#sip-proxy/drachtio.ts';
import { Leg, type Side } from '../leg/leg.ts';
import type { Platform } from '../platform.ts';
import { statusWithoutMedia } from './without-media.ts';

/**
 * Answers a call of which nothing is written down. A browser is answered before its endpoint stands: the two shake hands with what is in the answer
 * (RFC 5763 §5). Undefined: there is no media for it, or it was cancelled meanwhile. Rejects when it cannot be answered.
 */
export async function pickUp(
  call: IncomingCall,
  side: Side,
  { clock, log, media }: Pick<Platform, 'clock' | 'log' | 'media'>,
  refuse: (status: number) => void,
  beside?: string,
): Promise<Leg | undefined> {
  let told: (localSdp: string) => void = () => undefined;
  const early = new Promise<string>((resolve) => (told = resolve));
  const endpoint = media.endpointFor(call.sdp, beside, told);
  let localSdp: string;
  try {
    localSdp = await Promise.race([early, endpoint.then((made) => made.localSdp)]);
  } catch (error) {
    const status = statusWithoutMedia(error);
    log.warn({ sipCallId: call.callId, err: error, status }, 'no media for a call that came in');
    refuse(status);
    return undefined;
  }
  let dialog: Dialog;
  try {
    dialog = await call.answer(localSdp);
  } catch (error) {
    void endpoint.then(
      (late) => late.end(),
      () => undefined,
    );
    // The caller cancelled while we were about to answer.
    if (call.signal.aborted) return undefined;
    throw error;
  }
  try {
    return new Leg(side, dialog, await endpoint, clock);
  } catch (error) {
    log.warn({ sipCallId: call.callId, err: error }, 'no media for a call that was answered');
    // Q.850 41, temporary failure: nobody is left on a silent line.
    void dialog.end(41);
    return undefined;
  }
}

import { setMaxListeners } from 'node:events';
import type { Endpoint } from '#media/endpoint.ts';
import type { Dialog } from '#sip-proxy/dialog.ts';
import type { Clock } from '../clock.ts';
import { Digits } from './digits.ts';

export type Side = 'inside' | 'outside';

/** Why a leg ended: its phone hung up, the media server ended it, the SIP server did, or we. */
export interface LegEnding {
  readonly by: 'phone' | 'media-server' | 'sip-server' | 'us';
  readonly cause: string | undefined;
  readonly q850: number | undefined;
}

/** Thrown by every verb of a leg that has ended, and caught in one place. */
export class LegEnded extends Error {
  override readonly name = 'LegEnded';
  readonly side: Side;
  readonly ending: LegEnding;

  constructor(side: Side, ending: LegEnding) {
    super(`the ${side} leg ended: ${ending.by}`);
    this.side = side;
    this.ending = ending;
  }
}

/** One party's connection: its dialog with the SIP server and its endpoint on the media server, which live and end together. */
export class Leg {
  readonly side: Side;
  readonly dialog: Dialog;
  readonly endpoint: Endpoint;
  readonly digits: Digits;
  readonly #ended = new AbortController();

  constructor(side: Side, dialog: Dialog, endpoint: Endpoint, clock: Clock) {
    this.side = side;
    this.dialog = dialog;
    this.endpoint = endpoint;
    this.digits = new Digits(clock);
    setMaxListeners(0, this.#ended.signal);

    endpoint.onDigit(({ digit, heldMs }) => this.digits.press(digit, 'media', heldMs));
    dialog.onInfo((contentType, body) => {
      const digit = digitOfInfo(contentType, body);
      if (digit) this.digits.press(digit, 'info');
    });
    dialog.onOffer((sdp) => (sdp === '' ? Promise.resolve(endpoint.localSdp) : endpoint.connectTo(sdp)));
    dialog.onEnded(({ reason, q850, by }) =>
      this.#end({ by: by === 'peer' ? 'phone' : 'sip-server', cause: reason, q850 }),
    );
    const mediaGone = () => this.#end({ by: 'media-server', cause: String(endpoint.gone.reason), q850: undefined });
    if (endpoint.gone.aborted) mediaGone();
    else endpoint.gone.addEventListener('abort', mediaGone, { once: true });
  }

  /** Aborted with a {@link LegEnded} as its reason. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  get ending(): LegEnding | undefined {
    return this.ended.aborted ? (this.ended.reason as LegEnded).ending : undefined;
  }

  /** Hangs up; resolves when both sides of the leg are gone. Nothing happens to a leg that has ended. */
  async end(q850 = 16, cause = 'done'): Promise<void> {
    this.#end({ by: 'us', cause, q850 });
    await Promise.allSettled([this.dialog.end(q850), this.endpoint.end()]);
  }

  #end(ending: LegEnding): void {
    if (this.ended.aborted) return;
    this.#ended.abort(new LegEnded(this.side, ending));
    if (ending.by !== 'us') void Promise.allSettled([this.dialog.end(ending.q850 ?? 16), this.endpoint.end()]);
  }
}

/** The digit of a SIP INFO body: `application/dtmf-relay` ("Signal=5") or `application/dtmf` ("5"). */
export function digitOfInfo(contentType: string, body: string): string | undefined {
  if (/^application\/dtmf-relay/i.test(contentType)) return /^\s*Signal\s*=\s*([0-9*#A-D])\s*$/im.exec(body)?.[1];
  if (/^application\/dtmf\b/i.test(contentType)) return /^\s*([0-9*#A-D])\s*$/.exec(body)?.[1];
  return undefined;
}

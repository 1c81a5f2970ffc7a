import { callableNumber } from '#accounts/numbers/callable-number.ts';
import type { IncomingCall } from '#sip-proxy/drachtio.ts';
import type { Trunk } from '#sip-proxy/trunks/trunk.ts';

type Arriving = Pick<IncomingCall, 'source' | 'requestUri' | 'header'>;

/** Whether a call is for this number (E.164), however a person in North America dials it. */
export function isFor({ requestUri }: Pick<Arriving, 'requestUri'>, number: string): boolean {
  const user = /^sips?:([^@;]+)@/i.exec(requestUri)?.[1];
  return user?.replace(/^(?:\+?1)?(?=[2-9]\d{9}$)/, '+1') === number;
}

/** Whether a call comes from one of our carriers, who has let it in already. */
export const isFromCarrier = ({ source }: Pick<Arriving, 'source'>, trunks: readonly Trunk[]): boolean =>
  trunks.some(({ host, port }) => host === source.address && port === source.port);

/**
 * Where a call comes from, E.164: what the carrier vouches for (RFC 3325 §9.1), else what the caller says (RFC 3261 §20.20).
 * Undefined: withheld, or no number. It may be forged either way: a passcode guards what matters.
 */
export function callingNumberOf(call: Arriving): string | undefined {
  const named = call.header('P-Asserted-Identity') ?? call.header('From') ?? '';
  const number = /(?:sips?|tel):(\+?\d{7,15})(?=[@;>]|$)/i.exec(named)?.[1];
  if (number === undefined) return undefined;
  const callable = callableNumber(number);
  return callable.kind === 'number' ? callable.number : undefined;
}

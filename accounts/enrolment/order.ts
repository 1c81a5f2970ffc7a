import { createHash } from 'node:crypto';
import type { HolderActor } from '#db/enrolments.ts';
import type { Language } from '#db/people.ts';
import { callableNumber, type NumberRefusal } from '../numbers/callable-number.ts';
import type { PasscodeProof } from '../passcode/proof.ts';
import { reachOf, type Reach, type ReachRefusal } from '../profile/reach.ts';

/** Who allows a second open account for a number: whoever said the passcode of one that is open, or an agent who verified the caller. */
export type Sharing =
  { readonly kind: 'passcode'; readonly accountId: string; readonly proof: PasscodeProof } | { readonly kind: 'agent' };

export interface EnrolmentOrder {
  /** Idempotency key: the same order again gives the account that is there. */
  readonly key: string;
  readonly by: HolderActor;
  /** State and facility as they were chosen (guide row 37). Without: on the phone line alone, to be chosen on the web. */
  readonly facility?: { readonly state: string; readonly id: string } | undefined;
  /** As it was written: the first authorised number (row 39). Any country: calls go there; texts go to `reach.mobile`. */
  readonly number: string;
  readonly language: Language;
  readonly reach: Reach;
  readonly sharing?: Sharing;
}

export type OrderRefusal = NumberRefusal | ReachRefusal | 'key-missing' | 'agent-unnamed' | 'facility-missing';

/** An order that says all it must: numbers are E.164. */
export interface SoundOrder extends Pick<EnrolmentOrder, 'key' | 'by' | 'facility' | 'language' | 'sharing'> {
  readonly number: string;
  readonly notices: Reach['notices'];
  readonly mobile: string | null;
  readonly email: string | null;
  /** The same for the same content, hex. */
  readonly hash: string;
}

/** The first thing that is wrong with an order, or what is done. */
export function orderOf(
  order: EnrolmentOrder,
):
  { readonly kind: 'order'; readonly order: SoundOrder } | { readonly kind: 'refused'; readonly reason: OrderRefusal } {
  const refused = (reason: OrderRefusal) => ({ kind: 'refused', reason }) as const;
  const { key, by, facility, language, sharing } = order;
  if (key === '') return refused('key-missing');
  if (by.kind === 'agent' && by.id === '') return refused('agent-unnamed');
  if (!facility && by.kind !== 'phone-line') return refused('facility-missing');
  const number = callableNumber(order.number);
  if (number.kind === 'refused') return number;
  const reach = reachOf(order.reach);
  if (reach.kind === 'refused') return reach;
  const { notices, mobile, email } = reach.reach;
  const content = [by.kind, by.id, facility?.state, facility?.id, number.number, language, notices, mobile, email];
  const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  const sound = { key, by, language, notices, mobile, email, hash, number: number.number };
  return { kind: 'order', order: { ...sound, ...(facility && { facility }), ...(sharing && { sharing }) } };
}

import type { EndedBy } from '#db/calls.ts';
import type { PromptKey } from '#flows/prompt.ts';

interface Ending {
  readonly meaning: string;
  /**
   * An outside leg was placed: it counts against the velocity limits and shows among the attempts (guide row 24). Endings that
   * can strike at any step say false; there the times of the CDR tell.
   */
  readonly attempt: boolean;
  /** The outside phone was answered, by whomever or whatever. */
  readonly answered: boolean;
  /** Who ended it, unless the call knows better. `outside` is the called party and the network that leads there. */
  readonly endedBy: EndedBy;
  /** ITU-T Q.850 cause, unless the network gave its own. */
  readonly q850: number;
  /** What the caller is told if still there; null when the caller is gone, or cannot be told. */
  readonly announcement: PromptKey | null;
}

/** How far the call had come, as `Ending` counts it. */
const inside = { attempt: false, answered: false };
const tried = { attempt: true, answered: false };
const answered = { attempt: true, answered: true };

const ending = <A extends PromptKey | null>(
  meaning: string,
  step: Pick<Ending, 'attempt' | 'answered'>,
  endedBy: EndedBy,
  q850: number,
  announcement: A,
): Ending & { readonly announcement: A } => ({ meaning, ...step, endedBy, q850, announcement });

/** Turned away before any outside leg; `policy` is what keeps it out of the attempts that the database counts. */
const turnedAway = <A extends PromptKey>(meaning: string, announcement: A, q850 = 21) =>
  ending(meaning, inside, 'policy', q850, announcement);

/** A refusal, a block, a hang-up and a machine all sound like a phone that nobody picked up: a decline is never told. */
const notAnswered = 'outcome.no-answer';
const sorry = 'outcome.unavailable';

/** The vocabulary of endings: the one word a CDR has for how a call went. */
export const dispositions = {
  // The talk.
  talked: ending('accepted, and ended by one of the two hanging up', answered, 'outside', 16, 'outcome.ended'),
  'limit-reached': ending('accepted, and ended at the duration limit', answered, 'limit', 16, 'talk.limit'),
  'far-end-lost': ending('accepted, then one side could not be reached', answered, 'outside', 27, 'talk.lost'),

  // The offer: somebody or something answered the outside phone.
  refused: ending('the called party pressed the key that refuses', answered, 'outside', 21, notAnswered),
  blocked: ending('the called party pressed the key that blocks', answered, 'outside', 21, notAnswered),
  'no-key': ending('no key was pressed: silence, voicemail, a machine', answered, 'system', 19, notAnswered),
  'hung-up-in-offer': ending('the called party hung up before accepting', answered, 'outside', 16, notAnswered),
  'caller-left-offer': ending('the caller hung up before acceptance', answered, 'inside', 16, null),

  // The outside leg was never answered.
  'caller-cancelled': ending('the caller hung up while it rang', tried, 'inside', 16, null),
  busy: ending('the called phone was busy', tried, 'outside', 17, 'outcome.busy'),
  'no-answer': ending('nobody picked up', tried, 'outside', 19, notAnswered),
  rejected: ending('the phone or its network declined the call', tried, 'outside', 21, notAnswered),
  'not-in-service': ending('the network knows no such number', tried, 'outside', 1, 'outcome.not-in-service'),
  redirected: ending('the network sent the call elsewhere, which policy forbids', tried, 'outside', 23, sorry),
  incompatible: ending('the outside leg shares no codec with this system', tried, 'outside', 88, sorry),
  unavailable: ending('no trunk could carry the call', tried, 'outside', 38, sorry),

  // Inside, before any outside leg.
  'caller-hung-up': ending('the caller hung up before a number was called', inside, 'inside', 16, null),
  'no-codec': ending('the inside phone shares no codec with this system', inside, 'system', 88, null),
  'pin-failed': turnedAway('no PIN was recognised', 'pin.goodbye'),
  'pin-locked': turnedAway('too many wrong PINs came from this phone', 'pin.locked'),
  'person-busy': turnedAway('this person already has a call in progress', 'person.busy', 17),
  'no-number': turnedAway('no number was dialled', 'number.silence', 28),

  // Refused by policy: `ivr/policy/refusals.ts` says which reason gives which.
  'privileged-number': turnedAway('the number is privileged, never called here', 'refusal.privileged-number'),
  'person-inactive': turnedAway('the person may not call', 'refusal.person-inactive'),
  'station-inactive': turnedAway('the station is out of service', 'refusal.station-inactive'),
  'facility-inactive': turnedAway('the facility is out of service', 'refusal.facility-inactive'),
  'invalid-number': turnedAway('what was dialled is no telephone number', 'refusal.invalid-number', 28),
  'denied-number': turnedAway('the number is of a class never called', 'refusal.denied-number'),
  'policy-unavailable': turnedAway('the policy could not be looked up', 'refusal.unavailable', 41),
  'already-blocked': turnedAway('the number is blocked for this facility or for all', 'refusal.blocked'),
  'account-closed': turnedAway('the account of the number was closed (guide row 22)', 'refusal.account-closed'),
  'outside-hours': turnedAway('outside the calling hours of the facility', 'refusal.outside-hours'),
  'too-many-attempts': turnedAway('a velocity limit was reached', 'refusal.too-many-attempts'),

  // The system itself, at any step.
  restart: ending('the process that ran the call died; closed at the next start', inside, 'system', 41, null),
  shutdown: ending('the system was stopped while the call ran', inside, 'system', 41, 'service.stops'),
  'media-lost': ending('the media server was lost', inside, 'system', 41, null),
  'recording-failed': ending('the call could not be recorded, so it could not go on', inside, 'system', 41, sorry),
  fault: ending('an error of this system', inside, 'system', 41, sorry),
} as const;

export type Disposition = keyof typeof dispositions;
/** Every announcement with which a caller can be left; `null` for none. */
export type Announcement = (typeof dispositions)[Disposition]['announcement'];

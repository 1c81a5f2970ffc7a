import type { Language } from '../language.ts';
import type { Voice } from '../line.ts';
import type { AmountLimits } from '../menu/amount.ts';
import type { Brand, Month } from '../menu/card.ts';
import type { SecretDigits } from '../menu/secret-digits.ts';
import type { CalendarDay } from '../spoken/value.ts';

/*
 * What stands behind the 866 line. The flow knows no database, gateway or telephone; whoever runs it gives it these. What may be
 * expected is a value; a fault is thrown, and is caught in one place outside the flow.
 */

/** An account, as the line handles it; what the id looks like is nobody's business here. */
export interface Account {
  readonly id: string;
}

export interface Deposit {
  readonly date: CalendarDay;
  readonly cents: number;
}

export interface Overview {
  readonly balanceCents: number;
  /** The newest first. */
  readonly deposits: readonly Deposit[];
}

export interface Accounts {
  /** The one open account that has the calling number among its authorised numbers (guide row 39); undefined for none or several. */
  ofCaller(): Promise<Account | undefined>;
  /** By a phone number or an account number, as it was typed. */
  find(typed: string): Promise<Account | undefined>;
  /** Reads the digits before it returns, and keeps none. The third wrong one locks the account's passcode, and tells its holder. */
  checkPasscode(account: Account, passcode: SecretDigits): Promise<'right' | 'wrong' | 'locked'>;
  overview(account: Account): Promise<Overview>;
}

export interface SavedCard {
  readonly brand: Brand;
  readonly lastFour: string;
  /** What was added with it last; undefined: nothing yet. */
  readonly lastCents: number | undefined;
}

/** The card of a charge. The digits are the flow's: it wipes them when the charge has settled, or its caller is gone. */
export type CardGiven =
  | { readonly kind: 'saved'; readonly cvv: SecretDigits }
  | {
      readonly kind: 'new';
      readonly number: SecretDigits;
      readonly cvv: SecretDigits;
      readonly expiry: Month;
      readonly postalCode: string;
    };

/** Why a card was declined, as far as it changes what the caller is told. */
export type DeclineReason =
  'declined' | 'insufficient-funds' | 'expired' | 'wrong-details' | 'not-accepted' | 'try-later';

export type Charged =
  | { readonly kind: 'captured'; readonly reference: string; readonly balanceCents: number }
  | { readonly kind: 'declined'; readonly reason: DeclineReason }
  /** Not known yet: nothing is charged again; a receipt comes if it was. */
  | { readonly kind: 'pending' };

export interface Payments {
  /** $2.00 to $100.00 (guide row 31). */
  readonly limits: AmountLimits;
  readonly thisMonth: Month;
  savedCard(account: Account): Promise<SavedCard | undefined>;
  /** Goes on when the caller hangs up: charged once or not at all; a charge is told by its receipt. Asked only after a confirmation. */
  charge(account: Account, cents: number, card: CardGiven): Promise<Charged>;
  /** The caller has heard what became of the last charge. One that was not made and not heard of is told by a message when the call is over. */
  heard(): void;
}

export interface Facility {
  readonly id: string;
  readonly name: string;
}

/** One facility's calls, or all. */
export type Scope = Facility | 'all';

export interface Blocks {
  /** Facilities that called this number in the last 90 days, the latest first. */
  callers(number: string): Promise<readonly Facility[]>;
  /** On disk when it returns. */
  place(number: string, scope: Scope): Promise<void>;
  of(number: string): Promise<readonly Scope[]>;
  /** Only with account and passcode (guide rows 17, 18); 'agent-only': this block is one that an agent must lift. */
  lift(number: string, scope: Scope, account: Account): Promise<'lifted' | 'agent-only'>;
}

/** The facilities that families are offered. */
export interface Directory {
  /** States that have any, as USPS abbreviates them. */
  states(): Promise<readonly string[]>;
  /** All those of a state, by name. */
  ofState(state: string): Promise<readonly Facility[]>;
  /** By the number that is printed in the list of facilities. */
  numbered(typed: string): Promise<Facility | undefined>;
}

/** The terms in force; what they say is in the wording, by their version. */
export interface Terms {
  readonly version: string;
  readonly from: CalendarDay;
}

export interface AccountWanted {
  readonly facility: Facility;
  readonly language: Language;
  /** Read before `open` returns, and not kept. */
  readonly passcode: SecretDigits;
  /** The version that was told and accepted. */
  readonly terms: Terms;
}

export type Opened =
  | {
      readonly kind: 'opened';
      readonly account: Account;
      /** Ten digits. */
      readonly number: string;
      /** No facility may call the number, say because of an account that was closed. */
      readonly blockedEverywhere: boolean;
    }
  /** Meanwhile somebody opened one with this number. */
  | { readonly kind: 'taken' }
  /** Only an agent can say why. */
  | { readonly kind: 'refused' };

/** Opening an account with the calling number. Whoever hangs up leaves a whole account or none. */
export interface Openings {
  /** 'taken': the number is an open account's. 'agent-only': it is withheld or foreign. */
  standing(): Promise<'free' | 'taken' | 'agent-only'>;
  terms(): Promise<Terms | undefined>;
  /** Whether a passcode of four digits is one that others try first. */
  tooEasy(passcode: SecretDigits): boolean;
  /** Goes on when the caller hangs up. Asked only after the terms were accepted. */
  open(wanted: AccountWanted): Promise<Opened>;
}

/** AutoPay and TextPay (guide rows 41-47). */
export type Funding =
  { readonly kind: 'off' } | { readonly kind: 'autopay' | 'textpay' | 'both'; readonly cents: number };

export interface FundingPlans {
  of(account: Account): Promise<Funding>;
  turnOff(account: Account): Promise<void>;
}

export interface TimeOfDay {
  readonly hour: number;
  readonly minute: number;
}

export type Opening =
  | { readonly kind: 'open' }
  /** Pacific time; undefined when nobody is there on such a day. */
  | {
      readonly kind: 'closed';
      readonly holiday: boolean;
      readonly hours: { readonly opens: TimeOfDay; readonly closes: TimeOfDay } | undefined;
    };

export type CallBackNumber =
  | { readonly kind: 'number'; readonly number: string }
  /** `foreign`: nobody is called back there; `waits`: a call to it is promised already. */
  | { readonly kind: 'refused'; readonly why: 'not-callable' | 'foreign' | 'waits' };

/** A place among those who wait. Who hangs up has left it, unless they are to be called back. */
export interface Place {
  /** 1: next. Whole minutes; undefined when nobody can say. Undefined: waits no more, an agent is coming. */
  standing(): Promise<{ readonly position: number; readonly minutes: number | undefined } | undefined>;
  /** Music, until the talk with an agent is over or 1 is pressed, or for so many seconds; and as long as an agent is being rung. */
  hold(seconds: number): Promise<'talked' | 'waiting' | 'call-back'>;
  /** Others are given the agents while they say where to be called back. 'coming': one is given to them already. */
  stepAside(): Promise<'aside' | 'coming'>;
  /** Their turn may come again. */
  stepBack(): Promise<void>;
  /** Whether they can be called back on a number, as it came or was typed; E.164 then. */
  checkNumber(text: string): Promise<CallBackNumber>;
  /** The place is kept for a call to this number, at this hour or in the morning. */
  callBack(number: string): Promise<'today' | 'morning' | 'not-kept'>;
  leave(): Promise<void>;
}

export interface Agents {
  /** Whether somebody is there now, holidays reckoned with (guide row 25). */
  opening(): Promise<Opening>;
  /** The last place of the queue; 'nobody': nobody at work speaks the language; 'full': so many wait already that there is none. */
  queue(language: Language): Promise<Place | 'nobody' | 'full'>;
}

/**
 * A voice message, when no agent can be had: one in a call. Whoever hangs up once it is begun, and has spoken, leaves what they said last; so
 * does whoever's call is cut off.
 */
export interface Messages {
  /** From now on what is recorded is one. How long it may be, and the days that it is kept. */
  begin(language: Language): Promise<{ readonly mostSeconds: number; readonly keepDays: number }>;
  /** Whether somebody speaks in it, and for long enough to be a message. */
  isSpoken(voice: Voice): Promise<boolean>;
  /** Whether an agent can call a number, as it came or was typed; E.164 then. */
  checkNumber(text: string): Promise<CallBackNumber>;
  /** On disk, and written down, when it returns. Without a number nobody knows where they can be reached. */
  keep(voice: Voice, number: string | undefined): Promise<void>;
  /** Nothing of it is kept. */
  drop(): Promise<void>;
}

export interface Ports {
  readonly today: CalendarDay;
  /** Where the call comes from, E.164; undefined: withheld. */
  readonly callingNumber: string | undefined;
  readonly accounts: Accounts;
  readonly payments: Payments;
  readonly blocks: Blocks;
  readonly facilities: Directory;
  readonly openings: Openings;
  readonly funding: FundingPlans;
  readonly agents: Agents;
  readonly messages: Messages;
}

import type { IdentityDeps } from '#accounts/identity/ports.ts';
import type { Database } from '#db/connect.ts';
import { keepLimitOf, limitHeaders, type Limit } from '../identity/limits.ts';
import { refuse } from './refusals.ts';

/** How often one caller may ask a kind of thing: a family that is signed in, else a network. */
export type FamilyLimit =
  'look' | 'change' | 'pay' | 'say-passcode' | 'file' | 'prove-number' | 'send-picture' | 'own-data';

const limits: Readonly<Record<FamilyLimit, Limit>> = {
  look: { act: 'look', most: 1_200, minutes: 10 },
  change: { act: 'change', most: 120, minutes: 10 },
  'prove-number': { act: 'prove-number', most: 40, minutes: 60 },
  // A file takes as long as fifty looks.
  file: { act: 'file', most: 60, minutes: 60 },
  // Everything that there is of somebody.
  'own-data': { act: 'own-data', most: 12, minutes: 60 },
  pay: { act: 'pay', most: 30, minutes: 60 },
  // Beside the lock of the passcode itself: of many accounts, each a guess.
  'say-passcode': { act: 'say-passcode', most: 15, minutes: 60 },
  // Each is decoded and encoded anew.
  'send-picture': { act: 'send-picture', most: 60, minutes: 60 },
};

interface Window {
  readonly closesAt: Date;
  counted: number;
}

/** Callers whose looking is counted at a time; beyond that the oldest windows go. */
const MOST_CALLERS = 20_000;

/**
 * Counts who asks how often. What changes something is counted by the database for all processes together; looking, which a page does ten times as
 * often and which costs a query or two, by each process for itself.
 */
export class FamilyLimits {
  readonly #windows = new Map<string, Window>();

  /** Returns the headers that say what is left (draft-ietf-httpapi-ratelimit-headers-10); throws 429 with them when nothing is. */
  async keep(db: Database, deps: IdentityDeps, kind: FamilyLimit, who: string): Promise<Record<string, string>> {
    const limit = limits[kind];
    if (kind !== 'look') return keepLimitOf(db, deps, limit, who, refuse);
    const at = deps.now();
    const { counted, closesAt } = this.#count(who, at, limit.minutes * 60_000);
    const headers = limitHeaders(limit, counted, closesAt, at);
    if (counted <= limit.most) return headers;
    throw refuse('too-many-requests', { until: closesAt, now: at }).with(headers);
  }

  #count(who: string, at: Date, windowMs: number): Window {
    const open = this.#windows.get(who);
    if (open && open.closesAt > at) {
      open.counted++;
      return open;
    }
    // Set anew it is the youngest: a Map keeps the order in which its keys came.
    this.#windows.delete(who);
    const fresh = { closesAt: new Date(at.getTime() + windowMs), counted: 1 };
    this.#windows.set(who, fresh);
    const [oldest] = this.#windows.keys();
    if (this.#windows.size > MOST_CALLERS && oldest !== undefined) this.#windows.delete(oldest);
    return fresh;
  }
}

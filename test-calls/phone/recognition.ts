import { toLinear } from './mu-law.ts';
import { bestLag, likeness } from './correlation.ts';
import { ANCHOR, type Reference } from './reference.ts';

/** How alike what was heard must be.
 *  - `exact`: byte for byte.
 *  - `encoder`: each sample within two steps: another G.711 encoder, or A-law on the way.
 *  - `torn`: as `encoder`, but what comes after a frame may lie a frame later or earlier than what came before it. In a talk FreeSWITCH puts
 *    silence where a frame comes late (docs/differences.md).
 *  - `mixed`: the same wave at another volume, resampled, or with something else over it. */
export type Likeness = 'exact' | 'encoder' | 'torn' | 'mixed';

export interface Place {
  /** Where the reference's sample 0 lies in what was heard; may be negative. */
  readonly offset: number;
  /** Audible samples of the reference that were heard, in blocks of 10 ms. */
  readonly matched: number;
  /** Audible samples there are. */
  readonly audible: number;
  readonly likeness: Likeness;
}

/** A block of the reference that must be the same as what was heard. */
const BLOCK = 80;
/** Less than this much in agreement (100 ms) is chance. */
const LEAST = 800;
/** Places looked at for one anchor: a steady tone fits in thousands. */
const TRIES = 2000;
/** Steps of mu-law between two encoders, one A-law passage included. */
const STEPS = 3;
const LIKE = 0.7;
/** A frame of FreeSWITCH's in a talk. Samples. */
const FRAME = 160;
/** How many frames of a torn sound one part may lie before or behind where the rest of it does. */
const TORN = 3;

/** Each mu-law byte's place among all 256 by loudness with sign; +0 and -0 are the same place. */
const rank = new Uint8Array(256);
[...rank.keys()].sort((a, b) => toLinear[a]! - toLinear[b]!).forEach((byte, place) => (rank[byte] = place));
rank[0x7f] = rank[0xff]!;

type Same = (heard: Uint8Array, at: number, wanted: Uint8Array, from: number, count: number) => boolean;

const exactly: Same = (heard, at, wanted, from, count) => {
  for (let i = 0; i < count; i++) if (heard[at + i] !== wanted[from + i]) return false;
  return true;
};

const nearly: Same = (heard, at, wanted, from, count) => {
  let off = 0;
  for (let i = 0; i < count; i++)
    if (Math.abs(rank[heard[at + i]!]! - rank[wanted[from + i]!]!) > STEPS && ++off > count / 20) return false;
  return true;
};

const alike: Same = (heard, at, wanted, from, count) => likeness(heard, at, wanted, from, count) >= LIKE;

/**
 * Finds a sound in what was heard, from sample `from` on: the first place where all of it lies, else the place with the most of
 * it (cut off by a key, or with a packet lost), else undefined.
 * A second of sound in a minute of hearing takes well under a millisecond when exact, a few when not.
 */
export function find(heard: Uint8Array, wanted: Reference, from: number, how: Likeness): Place | undefined {
  const exact = search(heard, wanted, from, 'exact', exactly, byBytes);
  if (how === 'exact' || (exact && exact.matched === exact.audible)) return exact;
  const near = best(exact, search(heard, wanted, from, how === 'torn' ? how : 'encoder', nearly, bySteps));
  if (how !== 'mixed' || (near && near.matched === near.audible)) return near;
  const lag = bestLag(heard, wanted, from);
  return lag === undefined ? near : best(near, place(heard, wanted, lag, 'mixed', alike));
}

const best = (one: Place | undefined, other: Place | undefined): Place | undefined =>
  !one || (other && other.matched > one.matched) ? other : one;

type Next = (heard: Buffer, wanted: Reference, anchor: number, from: number) => number;

const byBytes: Next = (heard, wanted, anchor, from) =>
  heard.indexOf(wanted.samples.subarray(anchor, anchor + ANCHOR), from);

const bySteps: Next = (heard, wanted, anchor, from) => {
  const last = heard.length - ANCHOR;
  for (let at = from; at <= last; at++) if (closely(heard, at, wanted.samples, anchor)) return at;
  return -1;
};

/** `nearly` for the loud samples of an anchor, leaving at the first that differs. */
function closely(heard: Uint8Array, at: number, wanted: Uint8Array, anchor: number): boolean {
  for (let i = 0; i < ANCHOR; i++)
    if (Math.abs(rank[heard[at + i]!]! - rank[wanted[anchor + i]!]!) > STEPS) return false;
  return true;
}

/** Where the anchor that begins at sample `anchor` of the reference is next heard from `from` on; -1 when it is not. */
export function nextAnchor(heard: Uint8Array, wanted: Reference, anchor: number, from: number, how: Likeness): number {
  const bytes = Buffer.from(heard.buffer, heard.byteOffset, heard.length);
  return (how === 'exact' ? byBytes : bySteps)(bytes, wanted, anchor, Math.max(0, from));
}

function search(
  heard: Uint8Array,
  wanted: Reference,
  from: number,
  how: Likeness,
  same: Same,
  next: Next,
): Place | undefined {
  const bytes = Buffer.from(heard.buffer, heard.byteOffset, heard.length);
  const tried = new Set<number>();
  let found: Place | undefined;
  for (const [nth, anchor] of wanted.anchors.entries()) {
    let at = next(bytes, wanted, anchor, from);
    for (let tries = 0; at >= 0 && tries < TRIES; tries++, at = next(bytes, wanted, anchor, at + 1)) {
      const offset = at - anchor;
      if (tried.has(offset) || offset + wanted.start < from - ANCHOR * 2) continue;
      tried.add(offset);
      const here = place(heard, wanted, offset, how, same);
      if (!here) continue;
      // Every place with all of it holds the first anchor, so the first such place is the first there is.
      if (nth === 0 && here.matched === here.audible) return here;
      found = best(found, here);
    }
  }
  return found;
}

/** How much of the reference lies at `offset`: exactly when all of it does, else as alike as `how` asks. */
export function placeAt(heard: Uint8Array, wanted: Reference, offset: number, how: Likeness): Place | undefined {
  const exact = place(heard, wanted, offset, 'exact', exactly);
  if (how === 'exact' || (exact && exact.matched === exact.audible)) return exact;
  return place(heard, wanted, offset, how, how === 'mixed' ? alike : nearly);
}

/** Counts the audible blocks of the reference that are heard when it lies at `offset`, or near it when it may be torn. */
function place(heard: Uint8Array, wanted: Reference, offset: number, how: Likeness, same: Same): Place | undefined {
  let [matched, audible, away] = [0, 0, 0];
  const lies = (from: number, count: number, frames: number): boolean => {
    const there = offset + from + frames * FRAME;
    return there >= 0 && there + count <= heard.length && same(heard, there, wanted.samples, from, count);
  };
  for (let at = wanted.start; at < wanted.end; at += BLOCK) {
    const count = Math.min(BLOCK, wanted.end - at);
    if (isSilent(wanted.samples, at, count)) continue;
    audible += count;
    const found = (how === 'torn' ? nearest(away) : [0]).find((frames) => lies(at, count, frames));
    if (found === undefined) continue;
    matched += count;
    away = found;
  }
  return matched >= Math.min(LEAST, audible) ? { offset, matched, audible, likeness: how } : undefined;
}

/** All places within reach, those that are nearest to one first. Frames. */
const nearest = (away: number): number[] =>
  Array.from({ length: 2 * TORN + 1 }, (_, nth) => nth - TORN).sort((a, b) => Math.abs(a - away) - Math.abs(b - away));

function isSilent(samples: Uint8Array, from: number, count: number): boolean {
  for (let i = 0; i < count; i++) if (Math.abs(toLinear[samples[from + i]!]!) >= 64) return false;
  return true;
}

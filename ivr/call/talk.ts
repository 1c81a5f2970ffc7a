import type { Clock } from '../clock.ts';
import { endpointCutOff, MediaServerUnavailable } from '#media/endpoint.ts';
import { bytesWritten } from '#media/recordings/file.ts';
import type { Leg, LegEnding } from '../leg/leg.ts';

export interface TalkTerms {
  /** Seconds from the bridge to the end. */
  readonly limitSeconds: number;
  /** Seconds before the end at which both are warned. */
  readonly warningSeconds: number;
  /** Sound files, in the language of each side. */
  readonly warning: Record<'inside' | 'outside', string>;
  readonly goodbye: Record<'inside' | 'outside', string>;
  /** Where the stereo recording goes: left the inside, right the outside. Undefined: this call is not recorded. */
  readonly recordingPath: string | undefined;
  readonly onRecording: () => void;
  readonly onBridged: () => void;
  readonly probeSeconds: number;
  /** Aborted when the talk may not go on; both legs then stay on the line, for a last word. */
  readonly stopping: AbortSignal;
}

export interface Talked {
  readonly end: TalkEnd;
  /** Resolves once the recording's file is whole. */
  readonly recorded: Promise<void>;
}

export type TalkEnd = 'inside' | 'outside' | 'limit' | 'lost' | 'media-lost' | 'shutdown' | 'recording-failed';

/** Seconds that a goodbye may take before the media server hangs up all the same. */
const goodbyeSeconds = 15;

/**
 * Bridges two legs until one ends. The warning, the goodbye and the end are arranged with the media server before the bridge
 * stands: they come even if this process has died.
 */
export async function talk(inside: Leg, outside: Leg, terms: TalkTerms, clock: Clock): Promise<Talked> {
  const { limitSeconds, warningSeconds, warning, goodbye } = terms;
  const legs = [inside, outside];
  for (const leg of legs)
    await leg.endpoint.arrange([
      ...(warningSeconds < limitSeconds
        ? [{ afterSeconds: limitSeconds - warningSeconds, command: leg.endpoint.overlay(warning[leg.side]) }]
        : []),
      { afterSeconds: limitSeconds, command: leg.endpoint.farewell(goodbye[leg.side]) },
      { afterSeconds: limitSeconds + goodbyeSeconds, command: leg.endpoint.hangUp() },
    ]);
  let recorded = Promise.resolve();
  if (terms.recordingPath !== undefined) {
    try {
      recorded = (await inside.endpoint.startRecording(terms.recordingPath)).complete;
    } catch (error) {
      if (!(error instanceof MediaServerUnavailable)) throw error;
      return { end: 'recording-failed', recorded };
    }
    terms.onRecording();
  }
  await inside.endpoint.bridge(outside.endpoint);
  terms.onBridged();
  const begun = clock.elapsed();

  const over = new AbortController();
  const lost = new Set<Leg>();
  for (const leg of legs) void watch(leg, terms.probeSeconds, clock, over.signal, () => lost.add(leg));
  // What is not recorded does not go on: a full disk ends the talk, with words for both.
  const unrecorded =
    terms.recordingPath === undefined
      ? never
      : Promise.race([stoppedEarly(recorded, legs, clock), standsStill(terms.recordingPath, clock, over.signal)]);
  const first = await Promise.race([...legs.map(firstEnd), unrecorded, told(terms.stopping)]);
  over.abort(talkIsOver);
  if (first === 'recording-failed' || first === 'shutdown') {
    await inside.endpoint.unbridge().catch(() => undefined);
    return { end: first, recorded };
  }

  const end = (): TalkEnd => {
    if (lost.size > 0 || first.ending.cause === 'MEDIA_TIMEOUT') return 'lost';
    if (first.ending.by === 'us') return 'shutdown';
    if (first.ending.cause === endpointCutOff) return 'media-lost';
    const seconds = (clock.elapsed() - begun) / 1000;
    // The media server counts whole seconds, so its limit may come up to a second early.
    if (seconds >= limitSeconds || (first.ending.by === 'media-server' && seconds >= limitSeconds - 1.5))
      return 'limit';
    return first.ending.by === 'phone' ? first.side : 'lost';
  };
  return { end: end(), recorded };
}

const never = new Promise<never>(() => undefined);

const told = (stopping: AbortSignal): Promise<'shutdown'> =>
  new Promise((resolve) => {
    const stop = () => resolve('shutdown');
    if (stopping.aborted) stop();
    else stopping.addEventListener('abort', stop, { once: true });
  });

/** A recording that stops while both are still there; it also stops just before its leg does. */
async function stoppedEarly(recorded: Promise<void>, legs: readonly Leg[], clock: Clock): Promise<'recording-failed'> {
  await recorded;
  await clock.wait(1_000);
  return legs.some(({ ended }) => ended.aborted) ? never : 'recording-failed';
}

/** How often a recording is looked at, and how many looks in a row find it no longer. FreeSWITCH writes every two seconds. */
const growthSeconds = 4;
const looksInVain = 2;

/**
 * A recording whose file no longer grows: FreeSWITCH goes on with a full disk, writes an error to its log every two seconds, and tells nobody.
 * Silence is written too, so a file that stands still is never a quiet call.
 */
async function standsStill(path: string, clock: Clock, signal: AbortSignal): Promise<'recording-failed'> {
  let before = -1;
  for (let vain = 0; vain < looksInVain;) {
    try {
      await clock.wait(growthSeconds * 1_000, signal);
    } catch {
      return never;
    }
    const bytes = await bytesWritten(path);
    vain = bytes > before ? 0 : vain + 1;
    before = bytes;
  }
  return 'recording-failed';
}

const firstEnd = (leg: Leg): Promise<{ side: 'inside' | 'outside'; ending: LegEnding }> =>
  new Promise((resolve) => {
    const end = () =>
      resolve({ side: leg.side, ending: leg.ending ?? { by: 'us', cause: undefined, q850: undefined } });
    if (leg.ended.aborted) end();
    else leg.ended.addEventListener('abort', end, { once: true });
  });

const talkIsOver = 'the talk is over';

/**
 * Ends a leg whose far end is dead: it sent no sound since the last probe and does not answer OPTIONS. Silence alone never
 * ends a call (relay services, a phone on hold, one-way sound); neither does a phone that only lacks OPTIONS.
 */
async function watch(
  leg: Leg,
  probeSeconds: number,
  clock: Clock,
  signal: AbortSignal,
  lost: () => void,
): Promise<void> {
  let heard = -1;
  try {
    for (;;) {
      await clock.wait(probeSeconds * 1000, AbortSignal.any([signal, leg.ended]));
      const packets = await leg.endpoint.packetsReceived();
      const silent = packets === heard;
      heard = packets;
      if (!silent) continue;
      const status = await leg.dialog.request('OPTIONS');
      if (status !== 408 && status !== 481) continue;
      if (signal.aborted) return;
      lost();
      return await leg.end(102, 'far end lost');
    }
  } catch {
    // The leg ended, or the talk did: nothing is left to watch.
  }
}

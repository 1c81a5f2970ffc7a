import type { IncomingCall } from '../phone/incoming-call.ts';
import type { Spoken } from '../phone/mouth.ts';
import { toLinear } from '../phone/mu-law.ts';
import type { OutgoingCall } from '../phone/outgoing-call.ts';
import { readRecording } from '../recording.ts';
import type { Person, Crowd } from './crowd.ts';
import { hear, pressAndHear } from './crowd.ts';
import type { Fidelity } from './fidelity.ts';
import { follow, noise } from './fidelity.ts';

export interface Side {
  readonly stream: Uint8Array<ArrayBuffer>;
  readonly call: IncomingCall | OutgoingCall;
  readonly spoken: Promise<Spoken>;
}

export interface Talk {
  readonly inside: Side;
  readonly outside: Side;
}

/** How the two of one call hear and are recorded; `skewMs`: how much later the right channel lies than the left. */
export interface Checked {
  readonly heard: readonly Heard[];
  readonly recorded: readonly Fidelity[];
  readonly skewMs: number;
  readonly notRecorded: string | undefined;
}

export interface Heard {
  readonly fidelity: Fidelity;
  readonly spoken: Spoken;
  /** Mouth to ear, ms, once a second. */
  readonly delaysMs: readonly number[];
  /** Samples at the end of what was spoken that were not heard. */
  readonly tail: number;
}

/** Sets a call up, and lets both speak their streams from the key that accepts it. Resolves when they are bridged. */
export async function talk(crowd: Crowd, person: Person, index: number, seconds: number): Promise<Talk> {
  const streams = [noise(seconds * 8000, 2 * index), noise(seconds * 8000, 2 * index + 1)] as const;
  const home = crowd.atHome(person, async (call) => {
    call.ring();
    await call.answer();
    await hear(call, crowd.sounds.menu, 'the menu');
    await pressAndHear(call, '1', crowd.sounds.accepted, 'the thanks');
    return call;
  });
  home.catch(() => undefined);
  const caller = await crowd.callHome(person);
  const answerer = await crowd.unlessSentAway(home, caller);
  const speak = (call: IncomingCall | OutgoingCall, stream: Uint8Array<ArrayBuffer>): Side => ({
    ...{ call, stream },
    spoken: call.speak(stream),
  });
  const both = { inside: speak(caller, streams[0]), outside: speak(answerer, streams[1]) };
  await crowd.stage.bridged(caller);
  return both;
}

/** Ends a call half a second after both have said everything, so that the last of it is heard. */
export async function end(crowd: Crowd, { inside, outside }: Talk): Promise<void> {
  await Promise.all([inside.spoken, outside.spoken]);
  await crowd.stage.pause(500);
  await outside.call.hangup();
  await inside.call.ended;
}

export async function check(crowd: Crowd, { inside, outside }: Talk): Promise<Checked> {
  const heard = [await heardBy(inside, outside), await heardBy(outside, inside)];
  const callId = await crowd.stage.idOf(inside.call as OutgoingCall);
  const { recording } = await crowd.stage.settled(callId);
  const path = recording?.stored?.location ?? recording?.spoolPath ?? '';
  const wav = await readRecording(path).catch((error: unknown) => String(error));
  if (typeof wav === 'string') return { heard, recorded: [], skewMs: NaN, notRecorded: wav };
  const [left, right] = [inside, outside].map(({ stream }, channel) =>
    follow(wav.channels[channel] ?? new Int16Array(0), linear(stream)),
  ) as [Fidelity, Fidelity];
  // When the sample was spoken that lies at the recording's beginning, by each channel.
  const origin = ({ fromMs }: Spoken, { first, firstAt }: Fidelity): number => fromMs + (first - firstAt) / 8;
  const skewMs = origin(await inside.spoken, left) - origin(await outside.spoken, right);
  return { heard, recorded: [left, right], skewMs, notRecorded: undefined };
}

async function heardBy(listener: Side, speaker: Side): Promise<Heard> {
  const { track } = listener.call.ear;
  const spoken = await speaker.spoken;
  const fidelity = follow(linear(track.samples.slice()), linear(speaker.stream), track.sampleAt(spoken.fromMs));
  const delaysMs: number[] = [];
  for (let at = fidelity.firstAt + 8000; at < fidelity.lastAt; at += 8000) {
    const arrivedMs = track.arrivalOf(at);
    const sentMs = spoken.fromMs + (at - fidelity.firstAt + fidelity.first) / 8;
    if (arrivedMs !== undefined) delaysMs.push(arrivedMs - sentMs);
  }
  return { fidelity, spoken, delaysMs, tail: speaker.stream.length - fidelity.last };
}

const linear = (codes: Uint8Array): Int16Array => Int16Array.from(codes, (code) => toLinear[code]!);

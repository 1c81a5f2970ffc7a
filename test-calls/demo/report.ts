import type { CallReport } from '#db/calls.ts';
import { goertzel } from '../phone/sound.ts';
import { readRecording } from '../recording.ts';
import type { Stage } from '../stage.ts';
import type { Played, Scenario } from './scenarios.ts';

export interface ToldRecording {
  readonly path: string;
  readonly seconds: number;
  readonly channels: number;
  readonly sha256: string;
  readonly stored: string;
  /** Each voice is on its own channel and not on the other. */
  readonly insideOnLeft: boolean;
  readonly outsideOnRight: boolean;
  readonly warningHeard?: boolean;
}

/** One scenario as it went: what the report says of it. */
export interface Told {
  readonly scenario: string;
  readonly title: string;
  readonly callId: string;
  readonly disposition: string;
  readonly endedBy: string;
  readonly cause: { readonly sip: number | undefined; readonly q850: number | undefined };
  readonly keys: readonly { readonly leg: string; readonly key: string }[];
  readonly prompts: readonly {
    readonly leg: string;
    readonly key: string;
    readonly language: string;
    readonly version: string;
    readonly heard: string;
  }[];
  readonly states: Readonly<Record<string, string>>;
  readonly recording: ToldRecording | undefined;
  readonly answerToVoiceMs: number | undefined;
  readonly keyToReactionMs: number | undefined;
  /** What was not as it should be. */
  readonly faults: readonly string[];
}

/** Waits until the call is closed and its recording stored, and says how it went. */
export async function tell(stage: Stage, scenario: Scenario, { inside, outside }: Played): Promise<Told> {
  const callId = await stage.idOf(inside);
  await stage.journals.until(callId, 'closed');
  const report = await stage.settled(callId);
  const { call, events } = report;
  const recording = await recordingOf(report);
  const faults = [
    ...(call.disposition === scenario.disposition
      ? []
      : [`disposition ${call.disposition ?? 'none'} instead of ${scenario.disposition}`]),
    ...(call.acceptedAt && !recording ? ['accepted, but there is no recording'] : []),
    ...(recording && !(recording.insideOnLeft && recording.outsideOnRight)
      ? ['a voice is not on its own channel']
      : []),
    ...stage.surprises().map((surprise) => `a phone did not expect: ${surprise}`),
  ];
  const each = (kind: string) => events.filter((event) => event.kind === kind);
  return {
    scenario: scenario.name,
    title: scenario.title,
    callId,
    disposition: call.disposition ?? 'open',
    endedBy: call.endedBy ?? '',
    cause: { sip: call.sipStatus, q850: call.q850 },
    keys: events.flatMap(({ kind, data }) =>
      kind === 'key' || kind === 'entry'
        ? [{ leg: String(data['leg']), key: String(data['key'] ?? data['digits']) }]
        : [],
    ),
    prompts: each('heard').flatMap(({ data }) =>
      (data['prompts'] as { key: string; language: string; version: string; heard: string }[]).map((prompt) => ({
        leg: String(data['leg']),
        ...prompt,
      })),
    ),
    states: Object.fromEntries(Object.entries(call.states).map(([state, at]) => [state, at.toISOString()])),
    recording,
    answerToVoiceMs: rounded(outside?.answerToVoiceMs),
    keyToReactionMs: rounded(outside?.keyToReactionMs),
    faults,
  };
}

const rounded = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : Math.round(ms * 10) / 10;

async function recordingOf({ recording }: CallReport): Promise<ToldRecording | undefined> {
  if (!recording?.finished || !recording.stored) return undefined;
  const wav = await readRecording(recording.stored.location);
  const [left = new Int16Array(), right = new Int16Array()] = wav.channels;
  // In the middle of the talk, where both speak.
  const middle = (samples: Int16Array) => samples.subarray(samples.length / 3, (samples.length * 2) / 3);
  const alone = (samples: Int16Array, own: number, other: number) =>
    goertzel(middle(samples), own) > -20 && goertzel(middle(samples), other) < -50;
  return {
    path: recording.stored.location,
    seconds: recording.finished.seconds,
    channels: wav.channels.length,
    sha256: recording.finished.sha256,
    stored: recording.stored.storage,
    insideOnLeft: alone(left, 700, 1100),
    outsideOnRight: alone(right, 1100, 700),
  };
}

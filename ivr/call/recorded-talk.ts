import type { Facility } from '#db/facilities.ts';
import type { Language } from '#flows/language.ts';
import type { PromptKey } from '#flows/prompt.ts';
import { compose, prompt } from '#flows/prompt.ts';
import type { PromptStore } from '#media/prompts/prompt-store.ts';
import { isClosed } from '#media/recordings/closed.ts';
import { sealRecording } from '#media/recordings/seal.ts';
import type { Leg, Side } from '../leg/leg.ts';
import { within } from '../clock.ts';
import { secondsOpen } from '../policy/calling-hours.ts';
import type { Conclusion } from './conclusion.ts';
import { conclusion } from './conclusion.ts';
import type { HomeCallParts } from './home-call.ts';
import { lastWords } from './last-words.ts';
import type { TalkEnd } from './talk.ts';
import { talk } from './talk.ts';

/** A talk may outlast neither its limit nor the calling hours; who accepts as they close still gets a goodbye. */
const talkSeconds = ({ callingHours, timeZone, talkLimitSeconds }: Facility, at: Date): number =>
  Math.max(10, secondsOpen(callingHours, timeZone, at, talkLimitSeconds));

const soundOf = async (store: PromptStore, language: Language, key: PromptKey): Promise<string> => {
  const [piece] = compose(language, prompt(key)).pieces;
  if (piece?.kind !== 'spoken') throw new TypeError(`${key} is not spoken in one go`);
  return (await store.audioFor(language, piece.utterance)).path;
};

export interface RecordedTalk extends Conclusion {
  /** Resolves once the recording lies there whole, hashed and written down, or cannot; never rejects. */
  readonly sealed: Promise<void>;
}

/** How long a recording may take to be whole once its call has ended. */
const completeSeconds = 10;
/** How long the media server may take to close the file after that, and how often it is looked at, in milliseconds. */
const closeMs = 1_500;
const lookMs = 100;

/** The talk of a call home, its recording finished behind it. */
export async function recordedTalk(
  { platform, record, leg, facility, stopping }: HomeCallParts,
  outside: Leg,
  languages: Record<Side, Language>,
  recordingPath: string,
): Promise<RecordedTalk> {
  const { clock, terms } = platform;
  const files = async (key: PromptKey): Promise<Record<Side, string>> => ({
    inside: await soundOf(platform.prompts, languages.inside, key),
    outside: await soundOf(platform.prompts, languages.outside, key),
  });
  const [warning, goodbye] = await Promise.all([
    files(terms.warningSeconds === 60 ? 'talk.warning' : 'talk.warning-soon'),
    files('talk.limit'),
  ]);
  const { end, recorded } = await talk(
    leg,
    outside,
    {
      limitSeconds: talkSeconds(facility, clock.now()),
      warningSeconds: terms.warningSeconds,
      probeSeconds: terms.probeSeconds,
      warning,
      goodbye,
      stopping,
      recordingPath,
      onBridged: () => record.write('bridged'),
      onRecording: () => {
        record.write('recording', { path: recordingPath });
        void record.note({ kind: 'recordingBegan', id: record.callId, at: clock.now() });
      },
    },
    clock,
  );
  // The goodbye of a platform that stops is part of the call, and of its recording.
  if (end === 'shutdown' && stopping.aborted) {
    const both = [leg, outside].map((one) => ({ leg: one, language: languages[one.side] }));
    await lastWords(both, { platform, record });
  }
  await leg.endpoint.stopRecording(recordingPath);
  const seal = async () => {
    if (!(await within(clock, completeSeconds * 1000, recorded))) throw new Error('the media server still writes it');
    // A connection that broke says nothing of the file: FreeSWITCH closes it a moment later.
    for (let waited = 0; waited < closeMs && !(await isClosed(recordingPath)); waited += lookMs)
      await clock.wait(lookMs);
    const sealed = await sealRecording(recordingPath);
    record.write('recorded', { ...sealed });
    await record.note({ kind: 'recorded', id: record.callId, file: { ...sealed, at: clock.now() } });
  };
  const sealed = seal().catch((error: unknown) => {
    // The sweeper finds the open recording and finishes it.
    platform.log.error({ call: record.callId, err: error }, 'the recording could not be finished');
  });
  return { ...concludedBy(end), sealed };
}

function concludedBy(end: TalkEnd): Conclusion {
  switch (end) {
    case 'inside':
      return conclusion('talked', { endedBy: 'inside' });
    case 'outside':
      return conclusion('talked', { endedBy: 'outside' });
    case 'limit':
      return conclusion('limit-reached');
    case 'lost':
      return conclusion('far-end-lost');
    case 'media-lost':
    case 'shutdown':
    case 'recording-failed':
      return conclusion(end);
  }
}

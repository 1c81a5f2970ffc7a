import type { KeyInCall } from '#accounts/blocks.ts';
import { blockByKey } from '#accounts/blocks.ts';
import type { CallEnding, CallEvent, Leg, OpenCall } from '#db/calls.ts';
import { appendEvents, closeCall, openCall, saveLeg, setNumber } from '#db/calls.ts';
import type { Database } from '#db/connect.ts';
import { saveSpokenName } from '#db/people.ts';
import type { RecordingFile } from '#db/recordings.ts';
import { finishRecording, intendRecording, startedRecording } from '#db/recordings.ts';

/** The ones that nobody asks anything of: whether they are written now or in an hour changes nothing of the call. */
interface Notes {
  readonly opened: OpenCall;
  readonly journal: { readonly events: readonly CallEvent[] };
  readonly number: { readonly callId: string; readonly number: string; readonly at: Date };
  readonly leg: Leg;
  readonly spokenName: { readonly personId: string; readonly name: Parameters<typeof saveSpokenName>[2] };
  readonly recordingIntended: Parameters<typeof intendRecording>[1];
  readonly recordingBegan: { readonly id: string; readonly at: Date };
  readonly recorded: { readonly id: string; readonly file: RecordingFile & { readonly at: Date } };
  readonly blocked: KeyInCall & { readonly at: Date };
  readonly closed: { readonly callId: string; readonly ending: CallEnding };
}

/** What is written down about a call, as data, so that it can wait on disk for the database. Each may be written twice. */
export type CallNote = { readonly [K in keyof Notes]: { readonly kind: K } & Notes[K] }[keyof Notes];

const writers: { readonly [K in keyof Notes]: (db: Database, note: Notes[K]) => Promise<unknown> } = {
  opened: openCall,
  journal: (db, { events }) => appendEvents(db, events),
  number: (db, { callId, number, at }) => setNumber(db, callId, number, at),
  leg: saveLeg,
  spokenName: (db, { personId, name }) => saveSpokenName(db, personId, name),
  recordingIntended: intendRecording,
  recordingBegan: (db, { id, at }) => startedRecording(db, id, at),
  recorded: (db, { id, file }) => finishRecording(db, id, file),
  blocked: blockByKey,
  closed: (db, { callId, ending }) => closeCall(db, callId, ending),
};

/** Writes a note to the database. Throws DatabaseUnavailable, or what a rule of the database refuses it with. */
export async function writeNote(db: Database, { kind, ...note }: CallNote): Promise<void> {
  await writers[kind](db, note as never);
}

/** A note as a line of text and back; times stay times. */
export const noteText = (note: CallNote): string =>
  JSON.stringify(note, function (this: Record<string, unknown>, key, value: unknown) {
    const kept = this[key];
    return kept instanceof Date ? { $time: kept.toISOString() } : value;
  });

/** Undefined when it is no note of ours. */
export function readNote(text: string): CallNote | undefined {
  try {
    const note = JSON.parse(text, (_, value: unknown) => {
      const time = (value as { $time?: unknown } | null)?.$time;
      return typeof time === 'string' ? new Date(time) : value;
    }) as { readonly kind?: unknown } | null;
    return typeof note?.kind === 'string' && Object.hasOwn(writers, note.kind) ? (note as CallNote) : undefined;
  } catch {
    return undefined;
  }
}

import { Readable } from 'node:stream';
import { z } from 'zod';
import type { Database } from '#db/connect.ts';
import { isPrivileged } from '#db/privileged.ts';
import type { Recording } from '#db/recordings.ts';
import { read } from '../../problem.ts';
import type { Staff, StaffHouse, StaffRoute } from '../route.ts';
import { recording, reportOf, shownRecording } from './calls.ts';
import { Listenings } from './listenings.ts';
import { rangeOf } from './range.ts';
import { refuse } from './refusals.ts';
import * as resources from './resources.ts';
import { SoundAway, type Sound } from './sounds.ts';

const peaksQuery = z.strictObject({ parts: z.coerce.number().int().min(1).max(4_000).default(800) });
const peak = z.tuple([z.int().min(-100).max(100), z.int().min(-100).max(100)]);
const peaks = z
  .strictObject({
    seconds: z.number(),
    parts: z
      .array(z.array(peak))
      .describe(
        'Equal parts of the whole: of each channel the lowest and the highest sample, in hundredths of the loudest',
      ),
  })
  .meta({ id: 'StaffPeaks' });

const listenings = new Listenings();

/** Recordings: what is known of one, its outline, and its sound. Of privileged numbers nobody hears any. */
export const recordingRoutes: readonly StaffRoute[] = [
  {
    method: 'GET',
    path: '/v1/staff/calls/:id/recording',
    summary: 'What is known of the recording of a call',
    door: 'staff',
    act: 'recording.read',
    params: resources.callPath,
    answers: { 200: recording },
    problems: [404],
    async run(db, _house, { params, staff }) {
      const { made, privileged } = await recordingOfCall(db, params, staff);
      return { status: 200, body: shownRecording(made, privileged) };
    },
  },
  {
    method: 'GET',
    path: '/v1/staff/calls/:id/recording/peaks',
    summary: 'The outline of a recording, to be drawn',
    door: 'staff',
    act: 'recording.listen',
    params: resources.callPath,
    query: peaksQuery,
    answers: { 200: peaks },
    problems: [404, 409],
    async run(db, house, { params, query, staff }) {
      const { parts } = read('query', peaksQuery, query);
      const { made, sound } = await soundOfCall(db, house, params, staff);
      const outline = await reached(() => sound.peaks(parts));
      return { status: 200, body: { seconds: made.finished?.seconds ?? 0, parts: outline } };
    },
  },
  {
    method: 'GET',
    path: '/v1/staff/calls/:id/recording/audio',
    summary: 'The sound itself, WAV, whole or a range of it; each listening is written down',
    door: 'staff',
    act: 'recording.listen',
    params: resources.callPath,
    media: 'audio/wav',
    answers: { 200: z.string(), 206: z.string() },
    problems: [404, 409, 416],
    async run(db, house, { params, headers, staff, audit, gone }) {
      const { made, sound, sha256 } = await soundOfCall(db, house, params, staff);
      const etag = `"${sha256}"`;
      const range = rangeOf(headers, sound.bytes, etag);
      if (range === 'unsatisfiable')
        throw refuse('range-unsatisfiable', undefined, { 'content-range': `bytes */${sound.bytes}` });
      const { from, until } = range === 'whole' ? { from: 0, until: sound.bytes } : range;
      await listenings.note(staff.sessionId, made.id, house.now().getTime(), () =>
        audit(db, { resource: { kind: 'recording', id: made.id }, after: { callId: made.callId } }),
      );
      const told = {
        'content-type': 'audio/wav',
        'content-length': String(until - from),
        'accept-ranges': 'bytes',
        etag,
        ...(range !== 'whole' && { 'content-range': `bytes ${from}-${until - 1}/${sound.bytes}` }),
      };
      const body = await reached(() => begun(sound.read({ from, until }, gone)));
      return { status: range === 'whole' ? 200 : 206, headers: told, body };
    },
  },
];

async function recordingOfCall(db: Database, params: unknown, staff: Staff) {
  const { call, recording: made } = await reportOf(db, params, staff);
  if (!made) throw refuse('recording-unknown');
  return { made, privileged: call.number !== undefined && (await isPrivileged(db, call.number)) };
}

/** What may be listened to. */
async function soundOfCall(
  db: Database,
  { sounds }: StaffHouse,
  params: unknown,
  staff: Staff,
): Promise<{ readonly made: Recording; readonly sound: Sound; readonly sha256: string }> {
  const { made, privileged } = await recordingOfCall(db, params, staff);
  if (privileged) throw refuse('privileged');
  if (!made.finished) throw refuse('recording-not-ready', [made.state]);
  if (!sounds) throw refuse('not-served-here');
  return { made, sound: sounds.of(made), sha256: made.finished.sha256 };
}

async function reached<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof SoundAway ? refuse('recording-away', undefined, { 'retry-after': '60' }) : error;
  }
}

/** The stream, once its first piece has come: what cannot be had at all is a problem, not a connection that breaks. */
async function begun(pieces: AsyncIterable<Uint8Array>): Promise<Readable> {
  const iterator = pieces[Symbol.asyncIterator]();
  const first = await iterator.next();
  const all = async function* () {
    try {
      for (let piece = first; !piece.done; piece = await iterator.next()) yield piece.value;
    } finally {
      await iterator.return?.();
    }
  };
  return Readable.from(all(), { objectMode: false });
}

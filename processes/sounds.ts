import { createReadStream } from 'node:fs';
import { SoundAway, type Sounds } from '#api/staff/views/sounds.ts';
import type { Recording } from '#db/recordings.ts';
import { keyOf } from '#jobs/store-recording.ts';
import { peaksOf } from '#media/recordings/peaks.ts';
import type { Part, Storage } from '#media/recordings/storage.ts';
import { NoWav } from '#media/recordings/wav.ts';

type Read = (part: Part, signal?: AbortSignal) => AsyncIterable<Uint8Array>;

/** The sound of recordings: in storage once they are stored there, until then in the spool, where this process reaches it. */
export function soundsOf(storage: Storage): Sounds {
  return {
    of(recording) {
      const read = away(readerOf(recording, storage));
      const bytes = recording.finished?.bytes ?? 0;
      return {
        bytes,
        read,
        async peaks(parts) {
          try {
            return await peaksOf({ bytes, read }, parts);
          } catch (error) {
            if (error instanceof NoWav) return [];
            throw error;
          }
        },
      };
    },
  };
}

function readerOf(recording: Recording, storage: Storage): Read {
  const { stored, spoolPath } = recording;
  if (!stored)
    return ({ from, until }, signal) =>
      createReadStream(spoolPath, { start: from, end: until - 1, ...(signal && { signal }) });
  const key = keyOf(recording);
  // Stored before the settings changed: what lies under this key now is not known to be it.
  if (stored.location !== storage.locationOf(key))
    return () => {
      throw new SoundAway('The recording lies in another storage than the one that is set.');
    };
  return (part, signal) => storage.read(key, part, signal);
}

/** Whatever goes wrong with a file or a bucket: it cannot be had now. */
const away = (read: Read): Read =>
  async function* (part, signal) {
    try {
      yield* read(part, signal);
    } catch (error) {
      throw error instanceof SoundAway ? error : new SoundAway('The recording cannot be read.', { cause: error });
    }
  };

import { bodyOf, type Body } from '../ask/client.ts';
import { useAnswer } from '../ask/use-answer.ts';
import { shownSeconds } from '../format/time.ts';
import { useMay } from '../session/session.tsx';
import { useWords } from '../wording/words.tsx';
import type { Wording } from '../wording/wording.ts';
import { Player } from './player.tsx';
import { peaksOf } from './peaks.ts';

type Recording = NonNullable<Body<'/v1/staff/calls/{id}'>['recording']>;
/** How many parts are drawn at most. */
const PARTS = 800;

interface RecordingOfCallProps {
  /** Of the call. */
  readonly id: string;
  readonly recording: Recording | undefined;
}

/** The recording of a call, heard by who may listen to it. */
export function RecordingOfCall({ id, recording }: RecordingOfCallProps) {
  const { words } = useWords();
  const may = useMay();
  const not = whyNot(words.recording, recording, may('recording.listen'));
  return (
    <section class="card">
      <h2>{words.recording.title}</h2>
      {recording?.seconds !== undefined && not !== undefined && <p>{shownSeconds(recording.seconds)}</p>}
      {not !== undefined && <p class="empty">{not}</p>}
      {recording && not === undefined && <Heard id={id} recording={recording} />}
    </section>
  );
}

function Heard({ id, recording }: { readonly id: string; readonly recording: Recording }) {
  const { words } = useWords();
  const { value, failure } = useAnswer(`peaks ${id}`, async (client, signal) => {
    const params = { path: { id }, query: { parts: PARTS } };
    return peaksOf((await bodyOf(client.GET('/v1/staff/calls/{id}/recording/peaks', { params, signal }))).parts);
  });
  return (
    <>
      <Player
        url={`/v1/staff/calls/${encodeURIComponent(id)}/recording/audio`}
        seconds={recording.seconds ?? 0}
        channels={recording.channels}
        peaks={value}
      />
      {failure && <p class="hint">{words.recording.noWave}</p>}
    </>
  );
}

/** Why it cannot be heard; undefined: it can. */
function whyNot(words: Wording['recording'], recording: Recording | undefined, listens: boolean): string | undefined {
  if (!recording || recording.state === 'absent') return words.none;
  if (recording.privileged) return words.privileged;
  if (recording.sha256 === undefined) return words.notYet;
  return listens ? undefined : words.forbidden;
}

import { useState } from 'preact/hooks';
import { bodyOf, type Body } from '../ask/client.ts';
import { useAnswer } from '../ask/use-answer.ts';
import { isStory, secondsIn, toldOf, type CallEvent } from '../calls/journal.ts';
import { shownSeconds } from '../format/time.ts';
import { Facts } from '../parts/facts.tsx';
import { Heading } from '../parts/heading.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { NumberLink, Outcome, When } from '../parts/shown.tsx';
import { RecordingOfCall } from '../recording/recording-of-call.tsx';
import { Link } from '../routing/router.tsx';
import { useMay } from '../session/session.tsx';
import { useWords, wordFor } from '../wording/words.tsx';
import { lengthOf } from './number.tsx';

type Report = Body<'/v1/staff/calls/{id}'>;

/** One call: how it went, step by step, and what was recorded. */
export function CallPage({ id }: { readonly id: string }) {
  const { words } = useWords();
  const may = useMay();
  const answer = useAnswer(id, (client, signal) =>
    bodyOf(client.GET('/v1/staff/calls/{id}', { params: { path: { id } }, signal })),
  );
  return (
    <>
      <Heading title={words.call.title} />
      <Loaded answer={answer}>
        {(report) => (
          <>
            <Summary report={report} />
            {may('recording.read') && <RecordingOfCall id={id} recording={report.recording} />}
            <Journal events={report.journal} />
          </>
        )}
      </Loaded>
    </>
  );
}

function Summary({ report }: { readonly report: Report }) {
  const { words } = useWords();
  const { states, personId, personName } = report;
  return (
    <section class="card">
      <h2>{words.call.summary}</h2>
      <Facts
        facts={[
          [words.common.at, states.offHook && <When at={states.offHook} zone={report.timeZone} />],
          [words.common.outcome, <Outcome disposition={report.disposition} />],
          [words.common.number, <NumberLink number={report.number} />],
          [words.common.facility, report.facilityName],
          [
            words.common.person,
            personId && <Link to={{ page: 'calls', filter: { personId } }}>{personName ?? personId}</Link>,
          ],
          [words.call.station, report.stationId],
          [words.call.language, report.language && words.common.languages[report.language]],
          [words.call.acceptedKey, report.acceptedKey],
          [words.call.endedBy, report.endedBy && wordFor(words.call.endedByWho, report.endedBy)],
          [words.common.length, lengthOf(report.seconds, '')],
        ]}
      />
    </section>
  );
}

function Journal({ events }: { readonly events: readonly CallEvent[] }) {
  const { words, times } = useWords();
  const [all, setAll] = useState(false);
  const shown = all ? events : events.filter(isStory);
  return (
    <section>
      <h2>{words.call.journal}</h2>
      <label class="check">
        <input type="checkbox" checked={all} onChange={() => setAll(!all)} />
        {words.journal.all}
      </label>
      <ol class="timeline">
        {shown.map((event) => (
          <li key={event.seq} class={event.kind}>
            <time dateTime={event.at} title={times.at(event.at)}>
              {times.clock(event.at)}
            </time>
            <span class="in">+{shownSeconds(secondsIn(events, event))}</span>
            <p>{toldOf(words, event)}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}

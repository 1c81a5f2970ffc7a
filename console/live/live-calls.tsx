import { secondsBetween, shownSeconds } from '../format/time.ts';
import { Table } from '../parts/list.tsx';
import { Badge, NumberLink } from '../parts/shown.tsx';
import { Link } from '../routing/router.tsx';
import { useMay } from '../session/session.tsx';
import { useWords } from '../wording/words.tsx';
import type { Live } from './use-desk.tsx';
import { useNow } from './use-now.ts';

/** The calls in progress, those that began last first. */
export function LiveCalls({ live: { calls, total } }: { readonly live: Live }) {
  const { words } = useWords();
  const may = useMay();
  const now = useNow();
  return (
    <section>
      <h2>
        {words.live.calls} <span class="count">{total}</span>
      </h2>
      {calls.length === 0 ? (
        <p class="empty">{words.live.noCalls}</p>
      ) : (
        <Table
          label={words.live.calls}
          rows={calls}
          keyOf={({ id }) => id}
          columns={[
            { head: words.common.status, cell: ({ state }) => <Badge kind={state}>{words.live.states[state]}</Badge> },
            { head: words.common.facility, cell: ({ facilityName }) => facilityName },
            { head: words.common.person, cell: ({ personName }) => personName ?? words.common.none },
            {
              head: words.common.number,
              cell: ({ number }) => (number === undefined ? words.common.none : <NumberLink number={number} />),
            },
            {
              head: words.live.since,
              right: true,
              cell: ({ id, since }) => {
                const length = shownSeconds(secondsBetween(since, now));
                return may('call.read') ? <Link to={{ page: 'call', id }}>{length}</Link> : length;
              },
            },
          ]}
        />
      )}
      {calls.length < total && <p class="hint">{words.live.newest(calls.length)}</p>}
    </section>
  );
}

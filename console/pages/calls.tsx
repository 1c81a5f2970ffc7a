import { bodyOf, type Body } from '../ask/client.ts';
import { usePages } from '../ask/use-pages.ts';
import { queryOf } from '../calls/filter.ts';
import { NarrowCalls } from '../calls/narrow.tsx';
import { Heading } from '../parts/heading.tsx';
import { LongTable } from '../parts/list.tsx';
import { NumberLink, Outcome, When } from '../parts/shown.tsx';
import type { CallFilter } from '../routing/page.ts';
import { Link } from '../routing/router.tsx';
import { useWords } from '../wording/words.tsx';
import type { Wording } from '../wording/wording.ts';
import { lengthOf } from './number.tsx';

type Row = Body<'/v1/staff/calls'>['calls'][number];

/** Calls and attempts, the newest first, narrowed down by what stands in the address. */
export function CallsPage({ filter }: { readonly filter: CallFilter }) {
  const { words } = useWords();
  const pages = usePages<Row>(JSON.stringify(filter), async (client, cursor, signal) => {
    const query = { ...queryOf(filter), ...(cursor !== undefined && { cursor }) };
    const { calls, next } = await bodyOf(client.GET('/v1/staff/calls', { params: { query }, signal }));
    return { rows: calls, next };
  });
  return (
    <>
      <Heading title={words.calls.title}>{nameOf(pages.rows, filter, words.calls)}</Heading>
      <NarrowCalls filter={filter} />
      <LongTable
        label={words.calls.title}
        pages={pages}
        none={words.calls.none}
        keyOf={({ id }) => id}
        columns={[
          {
            head: words.common.at,
            cell: ({ id, at, timeZone }) => (
              <Link to={{ page: 'call', id }}>
                <When at={at} zone={timeZone} />
              </Link>
            ),
          },
          { head: words.common.facility, cell: ({ facilityName }) => facilityName },
          {
            head: words.common.person,
            cell: ({ personId, personName }) =>
              personId === undefined ? (
                words.common.none
              ) : (
                <Link to={{ page: 'calls', filter: { personId } }}>{personName ?? personId}</Link>
              ),
          },
          { head: words.common.number, cell: ({ number }) => <NumberLink number={number} /> },
          { head: words.common.outcome, cell: ({ disposition }) => <Outcome disposition={disposition} /> },
          { head: words.common.length, right: true, cell: ({ seconds }) => lengthOf(seconds, words.common.none) },
        ]}
      />
    </>
  );
}

/** Whose calls they are, when they are somebody's. */
const nameOf = (rows: readonly Row[], { personId }: CallFilter, words: Wording['calls']): string =>
  personId === undefined ? words.title : words.of(rows[0]?.personName ?? personId);

import { secondsBetween, shownSeconds } from '../format/time.ts';
import { Table } from '../parts/list.tsx';
import { NumberLink } from '../parts/shown.tsx';
import { Link } from '../routing/router.tsx';
import { useWords } from '../wording/words.tsx';
import type { Desk } from './use-desk.tsx';
import { useNow } from './use-now.ts';

/** Who waits for an agent, the first to be served first. */
export function WaitingLine({ waiting }: Pick<Desk, 'waiting'>) {
  const { words } = useWords();
  const now = useNow();
  return (
    <section class="card">
      <h2>{words.desk.waiting}</h2>
      {waiting.length === 0 ? (
        <p class="empty">{words.desk.nobodyWaits}</p>
      ) : (
        <Table
          label={words.desk.waiting}
          rows={waiting}
          keyOf={({ entryId }) => entryId}
          columns={[
            {
              head: words.common.number,
              cell: ({ number, way }) => (
                <>
                  <NumberLink number={number} />
                  {way === 'call-back' && <small>{words.desk.callBack}</small>}
                </>
              ),
            },
            {
              head: words.common.account,
              cell: ({ accountId, accountNumber }) =>
                accountId === undefined ? (
                  words.common.none
                ) : (
                  <Link to={{ page: 'account', id: accountId }}>{accountNumber ?? accountId}</Link>
                ),
            },
            { head: words.desk.language, cell: ({ language }) => words.common.languages[language] },
            { head: words.desk.waitsFor, right: true, cell: ({ since }) => shownSeconds(secondsBetween(since, now)) },
          ]}
        />
      )}
    </section>
  );
}

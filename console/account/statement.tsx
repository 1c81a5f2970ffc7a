import { bodyOf, type Body } from '../ask/client.ts';
import { usePages } from '../ask/use-pages.ts';
import { LongTable } from '../parts/list.tsx';
import { Money, When } from '../parts/shown.tsx';
import { TakeStatement } from './take-statement.tsx';
import { useWords, wordFor } from '../wording/words.tsx';

type Line = Body<'/v1/staff/accounts/{id}/statement'>['lines'][number];

/** What came in and went out, and what was there then. */
export function Statement({ id, number }: { readonly id: string; readonly number: string | undefined }) {
  const { words } = useWords();
  const pages = usePages<Line>(id, async (client, cursor, signal) => {
    const params = { path: { id }, query: cursor === undefined ? {} : { cursor } };
    const { lines, next } = await bodyOf(client.GET('/v1/staff/accounts/{id}/statement', { params, signal }));
    return { rows: lines, next };
  });
  return (
    <section>
      <h2>{words.account.statement}</h2>
      {number !== undefined && <TakeStatement id={id} number={number} />}
      <LongTable
        label={words.account.statement}
        pages={pages}
        none={words.account.noLines}
        keyOf={({ reference, kind }) => `${reference} ${kind}`}
        columns={[
          { head: words.common.at, cell: ({ at }) => <When at={at} /> },
          { head: words.account.kind, cell: ({ kind }) => wordFor(words.account.kinds, kind) },
          { head: words.account.reference, cell: ({ reference }) => <code>{reference}</code> },
          { head: words.common.amount, right: true, cell: ({ cents }) => <Money cents={cents} /> },
          { head: words.common.balance, right: true, cell: ({ balanceCents }) => <Money cents={balanceCents} /> },
        ]}
      />
    </section>
  );
}

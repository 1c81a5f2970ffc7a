import { useState } from 'preact/hooks';
import { bodyOf, type Body } from '../ask/client.ts';
import { usePages } from '../ask/use-pages.ts';
import { actsFor } from '../cheques/acts.ts';
import { HandleCheque } from '../cheques/handle-cheque.tsx';
import { PrintCheques } from '../cheques/print-cheques.tsx';
import { Heading } from '../parts/heading.tsx';
import { LongTable, type Column } from '../parts/list.tsx';
import { OneOf } from '../parts/one-of.tsx';
import { AccountLink, Badge, Due, Money, When } from '../parts/shown.tsx';
import { useMay } from '../session/session.tsx';
import { useWords } from '../wording/words.tsx';

export type Cheque = Body<'/v1/staff/cheques'>['cheques'][number];
const states = ['queued', 'needs-address', 'printing', 'mailed', 'in-question', 'stale', 'stopped'] as const;

/** Refund cheques by their state, the oldest first. */
export function ChequesPage() {
  const { words } = useWords();
  const [state, setState] = useState<(typeof states)[number]>('queued');
  const may = useMay();
  const [handling, setHandling] = useState<Cheque>();
  const pages = usePages<Cheque>(state, async (client, cursor, signal) => {
    const query = { state, ...(cursor !== undefined && { cursor }) };
    const { cheques, next } = await bodyOf(client.GET('/v1/staff/cheques', { params: { query }, signal }));
    return { rows: cheques, next };
  });
  const handle: Column<Cheque> = {
    head: words.cheques.actsHead,
    right: true,
    cell: (cheque) =>
      actsFor(cheque).length > 0 && (
        <button type="button" onClick={() => setHandling(cheque)}>
          {words.cheques.handle} …
        </button>
      ),
  };
  const printable = pages.rows.filter(({ inQuestion }) => !inQuestion).length;
  return (
    <>
      <Heading
        title={words.cheques.title}
        acts={
          state === 'queued' &&
          printable > 0 &&
          may('cheque.handle') && <PrintCheques many={printable} onDone={pages.reload} />
        }
      />
      <OneOf
        label={words.common.status}
        choices={states}
        chosen={state}
        wordOf={(one) => words.cheques.states[one]}
        onChoose={setState}
      />
      <LongTable
        label={words.cheques.title}
        pages={pages}
        none={words.cheques.none}
        keyOf={({ id }) => id}
        columns={[
          { head: words.common.at, cell: ({ madeAt }) => <When at={madeAt} /> },
          {
            head: words.cheques.payee,
            cell: ({ to }) =>
              to ? (
                <>
                  {to.payee}
                  <small>
                    {[...to.address.lines, `${to.address.city}, ${to.address.state} ${to.address.postalCode}`].join(
                      ', ',
                    )}
                  </small>
                </>
              ) : (
                words.common.none
              ),
          },
          {
            head: words.common.account,
            cell: ({ accountId, accountNumber }) =>
              accountId === undefined || accountNumber === undefined ? (
                words.common.none
              ) : (
                <AccountLink id={accountId} number={accountNumber} />
              ),
          },
          {
            head: words.common.status,
            cell: ({ state, inQuestion, number }) => (
              <>
                <Badge kind={state}>{words.cheques.states[state]}</Badge>
                {number !== undefined && <small>{words.cheques.numbered(number)}</small>}
                {inQuestion && <small>{words.cheques.inQuestion}</small>}
              </>
            ),
          },
          { head: words.refunds.due, cell: ({ due }) => <Due {...due} /> },
          { head: words.common.amount, right: true, cell: ({ cents }) => <Money cents={cents} /> },
          ...(may('cheque.handle') ? [handle] : []),
        ]}
      />
      {handling && (
        <HandleCheque
          cheque={handling}
          onClose={() => setHandling(undefined)}
          onDone={() => {
            setHandling(undefined);
            pages.reload();
          }}
        />
      )}
    </>
  );
}

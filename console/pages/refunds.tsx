import { useState } from 'preact/hooks';
import { bodyOf, type Body } from '../ask/client.ts';
import { usePages } from '../ask/use-pages.ts';
import { Heading } from '../parts/heading.tsx';
import { LongTable, type Column } from '../parts/list.tsx';
import { OneOf } from '../parts/one-of.tsx';
import { AccountLink, Badge, Due, Money, When } from '../parts/shown.tsx';
import { DecideRefund } from '../refunds/decide-refund.tsx';
import { useMay } from '../session/session.tsx';
import { useWords, wordFor } from '../wording/words.tsx';

export type Refund = Body<'/v1/staff/refunds'>['refunds'][number];
const states = ['in-question', 'due', 'asking', 'declined', 'refunded', 'charged-back'] as const;

/** Refunds to cards by their state; those in question are decided here. */
export function RefundsPage() {
  const { words } = useWords();
  const may = useMay();
  const [state, setState] = useState<Refund['state']>('in-question');
  const [deciding, setDeciding] = useState<Refund>();
  const pages = usePages<Refund>(state, async (client, cursor, signal) => {
    const query = { state, ...(cursor !== undefined && { cursor }) };
    const { refunds, next } = await bodyOf(client.GET('/v1/staff/refunds', { params: { query }, signal }));
    return { rows: refunds, next };
  });
  const decide: Column<Refund> = {
    head: words.refunds.decide,
    right: true,
    cell: (refund) =>
      refund.state === 'in-question' && (
        <button type="button" onClick={() => setDeciding(refund)}>
          {words.refunds.decide} …
        </button>
      ),
  };
  return (
    <>
      <Heading title={words.refunds.title} />
      <OneOf
        label={words.common.status}
        choices={states}
        chosen={state}
        wordOf={(one) => words.refunds.states[one]}
        onChoose={setState}
      />
      <LongTable
        label={words.refunds.title}
        pages={pages}
        none={words.refunds.none}
        keyOf={({ id }) => id}
        columns={[
          { head: words.common.at, cell: ({ madeAt }) => <When at={madeAt} /> },
          {
            head: words.common.account,
            cell: ({ accountId, accountNumber }) => <AccountLink id={accountId} number={accountNumber} />,
          },
          {
            head: words.refunds.card,
            cell: ({ card: { brand, lastFour } }) => words.account.card(wordFor(words.account.brands, brand), lastFour),
          },
          {
            head: words.common.status,
            cell: ({ state, declineReason, decided }) => (
              <>
                <Badge kind={state}>{words.refunds.states[state]}</Badge>
                {declineReason !== undefined && <small>{wordFor(words.refunds.declines, declineReason)}</small>}
                {decided && <small>{decided.reason}</small>}
              </>
            ),
          },
          { head: words.refunds.due, cell: ({ due }) => <Due {...due} /> },
          { head: words.common.amount, right: true, cell: ({ cents }) => <Money cents={cents} /> },
          ...(state === 'in-question' && may('refund.decide') ? [decide] : []),
        ]}
      />
      {deciding && (
        <DecideRefund
          refund={deciding}
          onClose={() => setDeciding(undefined)}
          onDone={() => {
            setDeciding(undefined);
            pages.reload();
          }}
        />
      )}
    </>
  );
}

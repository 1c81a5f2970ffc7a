import { useState } from 'preact/hooks';
import { bodyOf, type Body } from '../ask/client.ts';
import { useAnswer, type Answer } from '../ask/use-answer.ts';
import { PlaceBlock } from '../blocks/place-block.tsx';
import { BlocksInForce, EarlierBlocks } from '../blocks/blocks.tsx';
import { shownNumber } from '../format/number.ts';
import { shownSeconds } from '../format/time.ts';
import { BLOCK_ID } from '../keys/use-keys.ts';
import { Heading } from '../parts/heading.tsx';
import { Table } from '../parts/list.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Badge, Money, Outcome, When } from '../parts/shown.tsx';
import { Link } from '../routing/router.tsx';
import { useMay } from '../session/session.tsx';
import { useWords, wordFor } from '../wording/words.tsx';

export type NumberPageBody = Body<'/v1/staff/numbers/{number}'>;

/** A number: what is blocked and was, who called, whose it is. */
export function NumberPage({ number }: { readonly number: string }) {
  const { words } = useWords();
  const may = useMay();
  const [placing, setPlacing] = useState(false);
  const answer = useAnswer(number, (client, signal) =>
    bodyOf(client.GET('/v1/staff/numbers/{number}', { params: { path: { number } }, signal })),
  );
  const shown = shownNumber(number);
  const acts = may('block.place') && answer.value && (
    <button type="button" id={BLOCK_ID} class="danger" onClick={() => setPlacing(true)}>
      {words.number.block} …
    </button>
  );
  return (
    <>
      <Heading title={shown} acts={acts}>
        <span class="number">{shown}</span>
      </Heading>
      <Loaded answer={answer}>{(page) => <Known page={page} answer={answer} />}</Loaded>
      {placing && (
        <PlaceBlock
          number={number}
          onClose={() => setPlacing(false)}
          onDone={() => {
            setPlacing(false);
            answer.reload();
          }}
        />
      )}
    </>
  );
}

function Known({ page, answer }: { readonly page: NumberPageBody; readonly answer: Answer<NumberPageBody> }) {
  const { words } = useWords();
  return (
    <>
      {page.privileged && (
        <p class="notice bad" role="note">
          {words.number.privileged}
        </p>
      )}
      <div class="two">
        <BlocksInForce page={page} onChanged={() => answer.reload()} />
        <Accounts accounts={page.accounts} />
      </div>
      <Attempts page={page} />
      <EarlierBlocks history={page.history} />
    </>
  );
}

function Accounts({ accounts }: Pick<NumberPageBody, 'accounts'>) {
  const { words } = useWords();
  return (
    <section class="card">
      <h2>{words.number.accounts}</h2>
      {accounts.length === 0 && <p class="empty">{words.number.noAccounts}</p>}
      <ul class="rows">
        {accounts.map(({ id, number, holder, status, balanceCents }) => (
          <li key={id}>
            <span>
              <Link to={{ page: 'account', id }}>{holder ?? number}</Link>
              <small>{number}</small>
            </span>
            <Badge kind={status}>{wordFor(words.account.statuses, status)}</Badge>
            <Money cents={balanceCents} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Attempts({ page: { number, attempts } }: { readonly page: NumberPageBody }) {
  const { words } = useWords();
  const may = useMay();
  return (
    <section>
      <h2>{words.number.attempts}</h2>
      {attempts.length === 0 ? (
        <p class="empty">{words.number.noAttempts}</p>
      ) : (
        <Table
          label={words.number.attempts}
          rows={attempts}
          keyOf={({ callId }) => callId}
          columns={[
            {
              head: words.common.at,
              cell: ({ callId, at }) => (
                <Link to={{ page: 'call', id: callId }}>
                  <When at={at} />
                </Link>
              ),
            },
            { head: words.common.facility, cell: ({ facilityName }) => facilityName },
            { head: words.common.person, cell: ({ personName }) => personName ?? words.common.none },
            { head: words.common.outcome, cell: ({ disposition }) => <Outcome disposition={disposition} /> },
            { head: words.common.length, right: true, cell: ({ seconds }) => lengthOf(seconds, words.common.none) },
          ]}
        />
      )}
      {attempts.length > 0 && may('call.read') && (
        <p>
          <Link to={{ page: 'calls', filter: { number } }}>{words.number.allAttempts}</Link>
        </p>
      )}
    </section>
  );
}

/** A call that nobody talked in has no length. */
export const lengthOf = (seconds: number | undefined, none: string): string =>
  seconds === undefined || seconds <= 0 ? none : shownSeconds(seconds);

import { useWords, wordFor } from '../wording/words.tsx';
import { Link } from '../routing/router.tsx';
import { shownMoney } from '../format/money.ts';
import { shownNumber } from '../format/number.ts';
import { useMay } from '../session/session.tsx';
import { groupOf } from '../figures/group.ts';

/** A moment in the reader's zone; where the facility's clocks show another, theirs as well. */
export function When({ at, zone }: { readonly at: string; readonly zone?: string | undefined }) {
  const { times, words } = useWords();
  const there = times.there(at, zone);
  return (
    <time dateTime={at}>
      {times.at(at)}
      {there !== undefined && <small> {words.common.there(there)}</small>}
    </time>
  );
}

export function Money({ cents }: { readonly cents: number }) {
  const { language } = useWords();
  return <span class={cents < 0 ? 'money out' : 'money'}>{shownMoney(cents, language)}</span>;
}

export function NumberLink({ number }: { readonly number: string | undefined }) {
  const { words } = useWords();
  const may = useMay();
  if (number !== undefined && !may('number.read')) return <span class="number">{shownNumber(number)}</span>;
  if (number === undefined) return <span class="muted">{words.common.unknownNumber}</span>;
  return (
    <Link to={{ page: 'number', number }} class="number">
      {shownNumber(number)}
    </Link>
  );
}

/** An account by its number, as on letters. */
export const AccountLink = ({ id, number }: { readonly id: string; readonly number: string }) => (
  <Link to={{ page: 'account', id }} class="number">
    {number}
  </Link>
);

/** ISO days between which something is due. */
export function Due({ from, until }: { readonly from: string; readonly until: string }) {
  const { words, times } = useWords();
  return <span class="number">{words.refunds.until(times.shortDay(from), times.shortDay(until))}</span>;
}

/** How a call ended: a word, and a colour for its kind. */
export function Outcome({ disposition }: { readonly disposition: string | undefined | null }) {
  const { words } = useWords();
  if (disposition === undefined || disposition === null) return <Badge kind="live">{words.calls.inProgress}</Badge>;
  return <Badge kind={groupOf(disposition)}>{wordFor(words.dispositions, disposition)}</Badge>;
}

export function Badge({ kind, children }: { readonly kind: string; readonly children: string }) {
  return <span class={`badge ${kind}`}>{children}</span>;
}

import { shownMoney } from '../format/money.ts';
import type { MyDesk } from '../live/use-desk.tsx';
import { useWords } from '../wording/words.tsx';

type Payment = NonNullable<NonNullable<MyDesk['call']>['payment']>;

/** How the card payment of this talk ended. */
export function LastPayment({ payment: { outcome, cents } }: { readonly payment: Payment }) {
  const { words, language } = useWords();
  return (
    <p role="status">
      {words.phone.payments[outcome]}
      {cents !== undefined && <strong> {shownMoney(cents, language)}</strong>}
    </p>
  );
}

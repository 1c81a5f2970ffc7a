import { useState } from 'preact/hooks';
import { AttendedPayment } from '../account/attended-payment.tsx';
import { Statement } from '../account/statement.tsx';
import { bodyOf, type Body } from '../ask/client.ts';
import { useAnswer } from '../ask/use-answer.ts';
import { Facts } from '../parts/facts.tsx';
import { Heading } from '../parts/heading.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Badge, Money, NumberLink, When } from '../parts/shown.tsx';
import { useMay } from '../session/session.tsx';
import { useWords, wordFor } from '../wording/words.tsx';
import type { Wording } from '../wording/wording.ts';
import { shownMoney } from '../format/money.ts';
import type { Language } from '../format/language.ts';

export type Account = Body<'/v1/staff/accounts/{id}'>;

/** An account: whose, how much, which numbers; a payment on the line; what came in and went out. */
export function AccountPage({ id }: { readonly id: string }) {
  const { words } = useWords();
  const may = useMay();
  const [paying, setPaying] = useState(false);
  const answer = useAnswer(id, (client, signal) =>
    bodyOf(client.GET('/v1/staff/accounts/{id}', { params: { path: { id } }, signal })),
  );
  const { value } = answer;
  return (
    <>
      <Heading
        title={words.account.title(value?.number ?? '')}
        acts={
          value &&
          value.status === 'open' &&
          may('deposit.take') && (
            <button type="button" class="primary" onClick={() => setPaying(true)}>
              {words.payment.title} …
            </button>
          )
        }
      />
      <Loaded answer={answer}>{(account) => <Known account={account} />}</Loaded>
      {may('statement.read') && <Statement id={id} number={value?.number} />}
      {paying && value && <AttendedPayment id={id} onClose={() => setPaying(false)} />}
    </>
  );
}

function Known({ account }: { readonly account: Account }) {
  const { words, language } = useWords();
  const { numbers, cards } = account;
  return (
    <div class="two">
      <section class="card">
        <h2>{words.common.details}</h2>
        <Facts
          facts={[
            [words.account.holder, account.holder],
            [
              words.common.status,
              <Badge kind={account.status}>{wordFor(words.account.statuses, account.status)}</Badge>,
            ],
            [words.common.balance, <Money cents={account.balanceCents} />],
            [words.account.available, <Money cents={account.availableCents} />],
            [words.account.opened, <When at={account.openedAt} />],
            [words.common.facility, account.facilityName],
            [words.account.autopay, autopaySaid(account, words, language)],
            [
              words.account.closing,
              account.closing && (
                <>
                  <When at={account.closing.at} /> · <Money cents={account.closing.balanceCents} />
                </>
              ),
            ],
          ]}
        />
      </section>
      <section class="card">
        <h2>{words.account.numbers}</h2>
        {numbers.length === 0 && <p class="empty">{words.account.noNumbers}</p>}
        <ul class="rows">
          {numbers.map(({ number }) => (
            <li key={number}>
              <NumberLink number={number} />
            </li>
          ))}
        </ul>
        <h3>{words.account.cards}</h3>
        {cards.length === 0 && <p class="empty">{words.account.noCards}</p>}
        <ul class="rows">
          {cards.map(({ brand, last4, expires }) => (
            <li key={`${brand} ${last4}`}>
              {words.account.card(wordFor(words.account.brands, brand), last4)}{' '}
              <small>{words.account.expires(expires)}</small>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

/** What happens by itself when the balance is low. */
function autopaySaid({ autopay }: Account, { account: words }: Wording, language: Language): string {
  if (!autopay) return words.autopayOff;
  const said = words.autopaySet(
    words.modes[autopay.mode],
    shownMoney(autopay.amountCents, language),
    shownMoney(autopay.thresholdCents, language),
  );
  return autopay.suspendedAt === undefined ? said : `${said} ${words.autopaySuspended}`;
}

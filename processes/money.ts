import type { CardGateway } from '#accounts/cards/gateway.ts';
import type { DepositDeps } from '#accounts/deposits/deposit-by-card.ts';
import type { TellDeps } from '#accounts/enrolment/news.ts';
import { holderWords } from '#accounts/enrolment/notice-words.ts';
import { cardOnFile } from '#accounts/funding/card-on-file.ts';
import { depositWith } from '#accounts/funding/deposit.ts';
import { fundingWords } from '#accounts/funding/notice-words.ts';
import type { FundingDeps } from '#accounts/funding/ports.ts';
import { notifyWith } from '#accounts/notices/notice.ts';
import { contactOf } from '#accounts/profile/contact.ts';
import { payeeOf } from '#accounts/profile/payee.ts';
import type { RailDeps } from '#accounts/rails/ports.ts';
import { cardReceipts } from '#accounts/receipts/card-receipts.ts';
import { receiptWords } from '#accounts/receipts/notice-words.ts';
import { paymentReceipts } from '#accounts/receipts/payment-receipts.ts';
import type { ReceiptDeps } from '#accounts/receipts/receipt.ts';
import { refundWords } from '#accounts/refunds/notice-words.ts';
import type { RefundDeps } from '#accounts/refunds/ports.ts';
import type { Database } from '#db/connect.ts';

/** What the rules of money need in a process: the gateway, and notices that are written down to be sent. */
export function moneyOf(
  db: Database,
  gateway: CardGateway,
  now: () => Date = () => new Date(),
): {
  readonly deposits: DepositDeps;
  readonly rails: RailDeps;
  readonly receipts: ReceiptDeps;
  readonly funding: FundingDeps;
  readonly refunds: RefundDeps;
  readonly holders: TellDeps;
} {
  const receipts = { contactOf, notify: notifyWith(receiptWords, now) };
  const deposits = { db, gateway, now, onSettled: cardReceipts(receipts) };
  return {
    deposits,
    receipts,
    rails: { now, onNews: paymentReceipts(receipts, now) },
    funding: { now, deposit: depositWith(deposits), cardOf: cardOnFile, notify: notifyWith(fundingWords, now) },
    refunds: {
      now,
      gateway,
      contactOf,
      payeeOf,
      notify: notifyWith(refundWords, now),
    },
    holders: { now, notify: notifyWith(holderWords, now) },
  };
}

import type { CardGateway } from '#accounts/cards/gateway.ts';
import type { DepositDeps } from '#accounts/deposits/deposit-by-card.ts';
import { cardOnFile } from '#accounts/funding/card-on-file.ts';
import { depositWith } from '#accounts/funding/deposit.ts';
import { fundingWords } from '#accounts/funding/notice-words.ts';
import type { FundingDeps } from '#accounts/funding/ports.ts';
import { only, type Contact } from '#accounts/notices/contact.ts';
import { notifyWith } from '#accounts/notices/notice.ts';
import { cardReceipts } from '#accounts/receipts/card-receipts.ts';
import { receiptWords } from '#accounts/receipts/notice-words.ts';
import { refundWords } from '#accounts/refunds/notice-words.ts';
import type { RefundDeps } from '#accounts/refunds/ports.ts';
import type { Database } from '#db/connect.ts';
import { latestPlan } from '#db/funding.ts';

/** What the rules of money need in a process: the gateway, and notices that are written down to be sent. */
export function moneyOf(
  db: Database,
  gateway: CardGateway,
): { readonly deposits: DepositDeps; readonly funding: FundingDeps; readonly refunds: RefundDeps } {
  const now = () => new Date();
  const receipts = { contactOf: contactByPlan, notify: notifyWith(receiptWords, now) };
  const deposits = { db, gateway, now, onSettled: cardReceipts(receipts) };
  return {
    deposits,
    funding: { now, deposit: depositWith(deposits), cardOf: cardOnFile, notify: notifyWith(fundingWords, now) },
    refunds: {
      now,
      gateway,
      // Until an account has a profile: what the holder gave for AutoPay and TextPay, and no address for a cheque.
      contactOf: contactByPlan,
      payeeOf: async () => undefined,
      notify: notifyWith(refundWords, now),
    },
  };
}

/** By the channels they chose there; somebody who wants texts has the e-mail address to fall back on. */
async function contactByPlan(db: Database, accountId: string): Promise<Contact | undefined> {
  const plan = await latestPlan(db, accountId);
  if (!plan) return undefined;
  const { language, mobile, email, notices } = plan;
  const texts = notices === 'text' || notices === 'both';
  const mails = notices === 'e-mail' || notices === 'both';
  return {
    language,
    ...only({ mobile: texts ? mobile : undefined, email: mails ? email : undefined }),
    ...(texts && email !== undefined && { spareEmail: email }),
  };
}

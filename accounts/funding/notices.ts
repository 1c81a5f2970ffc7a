import type { Database } from '#db/connect.ts';
import { countText, type FundingMode, type FundingPlan, type FundingTerms } from '#db/funding.ts';
import { only, withinMonth } from '../notices/contact.ts';
import type { FundingDeps } from './ports.ts';

/** What is told. Cents; the wording and the language are the notices' own. */
export type FundingNews =
  | { readonly kind: 'joined' | 'changed'; readonly mode: FundingMode; readonly amountCents: number }
  | { readonly kind: 'left'; readonly mode: FundingMode }
  | {
      readonly kind: 'autopay-paid' | 'textpay-paid';
      readonly cents: number;
      readonly reference: string;
      readonly balanceCents: number;
      readonly cardLastFour: string;
    }
  /** `suspended`: AutoPay charges nothing until the holder changes the plan. */
  | { readonly kind: 'autopay-declined'; readonly cents: number; readonly reason: string; readonly suspended: boolean }
  | { readonly kind: 'textpay-declined'; readonly cents: number; readonly reason: string }
  | {
      readonly kind: 'textpay-asked';
      readonly cents: number;
      readonly balanceCents: number;
      readonly expiresAt: Date;
    }
  /** By e-mail only: this month's texts are used up. */
  | { readonly kind: 'balance-low'; readonly balanceCents: number }
  /** Answers to a text. */
  | { readonly kind: 'textpay-paying'; readonly cents: number }
  | {
      readonly kind:
        | 'nothing-to-pay'
        | 'question-expired'
        | 'already-paid'
        | 'card-missing'
        | 'not-understood'
        | 'help'
        | 'texts-stopped';
    };

export interface FundingNotice {
  /** Once for each key. */
  readonly key: string;
  readonly accountId?: string;
  /** The last four of the account's number: one mobile may serve several accounts. */
  readonly accountEnding?: string;
  readonly language: 'en' | 'es';
  readonly to: { readonly mobile?: string; readonly email?: string };
  readonly news: FundingNews;
}

type Notify = Pick<FundingDeps, 'notify'>;
type Addressee = Pick<FundingPlan, 'accountId'> & Pick<FundingTerms, 'mobile' | 'email' | 'notices' | 'language'>;

export const endingOf = (accountId: string): string => accountId.slice(-4);

async function send(
  trx: Database,
  { notify }: Notify,
  plan: Addressee,
  to: { mobile?: string | undefined; email?: string | undefined },
  notice: { key: string; news: FundingNews },
): Promise<void> {
  const { accountId, language } = plan;
  if (to.mobile === undefined && to.email === undefined) return;
  await notify(trx, { ...notice, accountId, accountEnding: endingOf(accountId), language, to: only(to) });
}

const wants = ({ notices, mobile, email }: Addressee) => ({
  mobile: notices === 'text' || notices === 'both' ? mobile : undefined,
  email: notices === 'e-mail' || notices === 'both' ? email : undefined,
});

/** Confirms what the holder has just done: no text of the month's five. A plan with TextPay is confirmed by text as well (row 47). */
export async function confirm(
  trx: Database,
  deps: Notify,
  plan: Addressee & { readonly mode: FundingMode },
  notice: { readonly key: string; readonly news: FundingNews },
): Promise<void> {
  const { mobile, email } = wants(plan);
  await send(trx, deps, plan, { mobile: plan.mode === 'autopay' ? mobile : plan.mobile, email }, notice);
}

/** Tells what AutoPay did, by text as long as the month has texts left, else by e-mail if there is an address. */
export async function tell(
  trx: Database,
  deps: Notify,
  plan: Addressee,
  notice: { readonly key: string; readonly news: FundingNews },
  at: Date,
): Promise<void> {
  await send(trx, deps, plan, await withinMonth(trx, { ...wants(plan), spareEmail: plan.email }, at), notice);
}

/** Asks by text alone. False: the month's texts are used up, nothing was asked. */
export async function askByText(
  trx: Database,
  deps: Notify,
  plan: Addressee & { readonly mobile: string },
  notice: { readonly key: string; readonly news: FundingNews },
  at: Date,
): Promise<boolean> {
  if (!(await countText(trx, plan.mobile, at))) return false;
  await send(trx, deps, plan, { mobile: plan.mobile, email: undefined }, notice);
  return true;
}

/** By e-mail alone, if there is an address. */
export async function mail(
  trx: Database,
  deps: Notify,
  plan: Addressee,
  notice: { readonly key: string; readonly news: FundingNews },
): Promise<void> {
  await send(trx, deps, plan, { mobile: undefined, email: plan.email }, notice);
}

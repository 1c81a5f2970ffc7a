import type { FundingMode, FundingTerms } from '#db/funding.ts';
import { AUTO_PAY, within, type AmountRefusal } from '../money.ts';
import { isEmail } from '../profile/email.ts';
import { usMobile, type MobileRefusal } from './mobile.ts';

/** The balance at which AutoPay and TextPay act: "baje a $5.00" (guide rows 42, 46). The database's own default for a plan, in cents. */
export const THRESHOLD_CENTS = 500;

/** What a holder asks for; `mobile` and `email` as they wrote them. */
export interface FundingChoice {
  readonly mode: FundingMode;
  /** Whole dollars, $5 to $100, in cents. The fee is $0.00. */
  readonly amountCents: number;
  readonly mobile?: string | undefined;
  readonly email?: string | undefined;
  readonly notices: 'text' | 'e-mail' | 'both';
  readonly language: 'en' | 'es';
  readonly agreementVersion: string;
}

export type TermsRefusal =
  AmountRefusal | MobileRefusal | 'mobile-needed' | 'email-needed' | 'invalid-email' | 'agreement-not-accepted';

/** The first thing that is wrong with a choice, or the terms as they are kept. */
export function termsOf(
  choice: FundingChoice,
  at: Date,
):
  | { readonly kind: 'terms'; readonly terms: FundingTerms }
  | { readonly kind: 'refused'; readonly reason: TermsRefusal } {
  const refused = (reason: TermsRefusal) => ({ kind: 'refused', reason }) as const;
  const { mode, notices, language } = choice;
  const amount = within(AUTO_PAY, choice.amountCents);
  if (amount.kind === 'refused') return amount;
  const texts = mode !== 'autopay' || notices !== 'e-mail';
  const written = choice.mobile?.trim() ?? '';
  if (texts && written === '') return refused('mobile-needed');
  const mobile = written === '' ? undefined : usMobile(written);
  if (mobile?.kind === 'refused') return mobile;
  const email = choice.email?.trim() ?? '';
  if (notices !== 'text' && email === '') return refused('email-needed');
  if (email !== '' && !isEmail(email)) return refused('invalid-email');
  if (choice.agreementVersion === '') return refused('agreement-not-accepted');
  return {
    kind: 'terms',
    terms: {
      mode,
      amountCents: amount.cents,
      mobile: mobile?.number,
      email: email === '' ? undefined : email,
      notices,
      language,
      agreement: { version: choice.agreementVersion, at },
    },
  };
}

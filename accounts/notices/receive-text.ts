import type { Database } from '#db/connect.ts';
import { plansOfMobile } from '#db/funding.ts';
import { hasArrived, keepInbound } from '#db/inbound-texts.ts';
import { addOptOut, liftOptOut } from '#db/text-opt-outs.ts';
import type { FundingDeps } from '../funding/ports.ts';
import { answerText } from '../funding/text-pay.ts';
import { notifyWith, type Notice } from './notice.ts';
import { optOutWords, type OptOutNews } from './opt-out-words.ts';
import { readWords, type Asked } from './words.ts';

/** A text as the carrier hands it over. */
export interface ArrivedText {
  /** The carrier's id of the message. */
  readonly id: string;
  readonly from: string;
  readonly body: string;
}

export type Received = Asked['kind'] | 'arrived-before' | 'foreign';

const US_NUMBER = /^\+1[2-9]\d{2}[2-9]\d{6}$/;

/**
 * Does what a text asks, opt-outs first, and answers it with one text. A text that is delivered again does nothing; one that died half
 * done is done to its end. Only what it asked is kept, not its words. Throws DatabaseUnavailable; may be tried again.
 */
export async function receiveText(db: Database, deps: FundingDeps, text: ArrivedText): Promise<Received> {
  const { id, from } = text;
  if (!US_NUMBER.test(from)) return 'foreign';
  if (await hasArrived(db, id)) return 'arrived-before';
  const asked = readWords(text.body);
  const at = deps.now();
  const { kind } = asked;
  if (kind === 'stop' || kind === 'start') await changeOptOut(db, text, { ...asked, kind }, at);
  if (kind !== 'start') await answerText(db, deps, { id, from, kind, at });
  await keepInbound(db, { id, mobile: from, kind, at });
  return kind;
}

async function changeOptOut(
  db: Database,
  { id, from }: ArrivedText,
  { kind, language = 'en' }: Asked & { readonly kind: 'stop' | 'start' },
  at: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const plans = await plansOfMobile(trx, from);
    const changed = kind === 'stop' ? await addOptOut(trx, from, at) : await liftOptOut(trx, from);
    // Whoever takes part in TextPay or AutoPay is told by them, under the same key.
    if (!changed || (kind === 'stop' && plans.length > 0)) return;
    const notice: Notice<OptOutNews> = {
      key: `text:${id}`,
      language: plans[0]?.language ?? language,
      to: { mobile: from },
      news: { kind: kind === 'stop' ? 'texts-stopped' : 'texts-started' },
    };
    await notifyWith(optOutWords, () => at)(trx, notice);
  });
}

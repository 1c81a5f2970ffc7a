import type { Wording } from '../notices/notice.ts';
import type { FundingNews } from './notices.ts';
import { fundingText } from './wording.ts';

/** AutoPay and TextPay as the notices room sends them. */
export const fundingWords: Wording<FundingNews> = (notice) => {
  const text = fundingText(notice);
  const subject = notice.language === 'en' ? 'Homeline: AutoPay & TextPay' : 'Homeline: AutoPay y TextPay';
  return {
    text,
    mail: { subject, body: `${text}\n` },
    ...(notice.news.kind === 'texts-stopped' && { despiteOptOut: true }),
  };
};

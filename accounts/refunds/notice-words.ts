import type { Wording } from '../notices/notice.ts';
import type { RefundNews } from './notices.ts';
import { refundText } from './wording.ts';

/** Closing and refunds as the notices room sends them. */
export const refundWords: Wording<RefundNews> = ({ news, language, accountEnding = '' }) => {
  const text = refundText({ news, language, accountEnding });
  const subject = language === 'en' ? 'Homeline: your account' : 'Homeline: su cuenta';
  return { text, mail: { subject, body: `${text}\n` } };
};

import type { Wording } from '../notices/notice.ts';
import type { ReceiptNews } from './receipt.ts';
import { receiptMail, receiptText } from './wording.ts';

/** Receipts as the notices room sends them. */
export const receiptWords: Wording<ReceiptNews> = ({ news, language, accountEnding = '' }) => ({
  text: receiptText(news, language, accountEnding),
  mail: receiptMail(news, language, accountEnding),
});

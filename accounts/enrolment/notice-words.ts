import type { Wording } from '../notices/notice.ts';
import type { HolderNews } from './news.ts';
import { holderText } from './wording.ts';

/** Accounts, numbers and passcodes as the notices room sends them. */
export const holderWords: Wording<HolderNews> = (notice) => {
  const text = holderText(notice);
  const subject = notice.language === 'en' ? 'Homeline: your account' : 'Homeline: su cuenta';
  return { text, mail: { subject, body: `${text}\n` } };
};

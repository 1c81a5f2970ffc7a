import type { Wording } from '../notices/notice.ts';
import { phone } from '../statements/formats.ts';

/** What the desk tells somebody by text. */
export interface DeskNews {
  readonly kind: 'not-reached';
  /** The 866 line, E.164. */
  readonly line: string;
}

const texts = {
  en: (line: string) =>
    `Homeline: you asked us to call you back. We tried and did not reach you. Please call us again at ${phone(line)}.`,
  es: (line: string) =>
    `Homeline: usted pidió que le llamáramos. Lo intentamos y no le encontramos. Llámenos otra vez al ${phone(line)}.`,
};

/** The desk's news as the notices room sends it. */
export const deskWords: Wording<DeskNews> = ({ news, language }) => ({ text: texts[language](news.line) });

export type Language = 'en' | 'es';

/** A piece of speech that a voice artist records, or a synthesiser makes, in one go. One id stands for one text in each language. */
export interface Utterance {
  /** Such as `offer.notice` or `offer.from.1`. */
  readonly id: string;
  readonly text: string;
}

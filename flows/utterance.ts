/** A piece of speech that a voice artist records, or a synthesiser makes, in one go. */
export interface Utterance {
  readonly id: string;
  readonly text: string;
}

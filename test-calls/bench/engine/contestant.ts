import type { Phones, SpeakingPhone } from './phones.ts';

/** Who carries calls between the phones of the bench. */
export interface Contestant {
  readonly name: string;
  /** The process that is measured. */
  readonly pid: number;
  /** Sets up so many calls more; resolves with where their phones speak to. Rejects when one cannot be. */
  add(calls: number, phones: Phones): Promise<SpeakingPhone[]>;
  /** What the server itself counts; memory that is not needed is let go first, where that can be asked for. */
  state(collect?: boolean): Promise<Readonly<Record<string, number>> | undefined>;
  /** It is measured from now on, or was until now. */
  measured?(when: 'from now' | 'until now'): Promise<void>;
  end(): Promise<void>;
}

import type { Language } from './language.ts';
import type { SecretDigits } from './menu/secret-digits.ts';
import type { Key, Prompt } from './prompt.ts';

/** What a question got: a key that it listened for, or nothing in time. */
export type Answer = { readonly kind: 'key'; readonly key: Key } | { readonly kind: 'silence' };

export interface Question {
  readonly say: readonly Prompt[];
  /** Only these keys count, at any moment of the question; every other key is ignored. */
  readonly keys: readonly string[];
  /** Keys pressed before the question do not count: nobody agrees to what they have not begun to hear. */
  readonly fresh?: boolean;
  /** Keys that count only if they went down after the question began, not if they are but let go in it. All, when it is fresh. */
  readonly anew?: readonly string[];
  /** Seconds to wait after the last prompt ended; 0 ends the question with its prompts. */
  readonly waitSeconds: number;
}

export interface DigitsWanted {
  readonly say: readonly Prompt[];
  readonly max: number;
  /** Ends the entry and is not part of it. */
  readonly terminator: '#';
  /** Seconds to the first digit, after the prompt ended. */
  readonly waitSeconds: number;
  /** Seconds between digits. */
  readonly betweenSeconds: number;
  /** Known to be complete before `max` or the terminator. */
  readonly complete?: (digits: string) => boolean;
  /**
   * Never written anywhere: neither digits nor their number. A function tells it of what was typed: who types a PIN where a number is asked
   * must not find it in a journal.
   */
  readonly secret: boolean | ((typed: string) => boolean);
}

/** Digits that must not be seen. They go one by one into a buffer that its owner wipes; no text is made of them. */
export interface SecretWanted {
  readonly say: readonly Prompt[];
  readonly into: SecretDigits;
  /** Known to be complete before `#`. */
  readonly complete: (typed: SecretDigits) => boolean;
  /** A `#` alone is an answer, not silence. */
  readonly orPound?: boolean;
  /** Seconds to the first digit, after the prompt ended. */
  readonly waitSeconds: number;
  /** Seconds between digits. */
  readonly betweenSeconds: number;
}

export interface VoiceWanted {
  readonly say: readonly Prompt[];
  readonly maxSeconds: number;
  readonly minSeconds: number;
  /** Silence that ends it; three seconds unless told. */
  readonly silenceSeconds?: number;
}

/** What is told to somebody who waits. */
export interface Meanwhile {
  readonly say: readonly Prompt[];
  /** Seconds of silence before it is told, each time. */
  readonly everySeconds: number;
}

/** A voice that was recorded; `path` is where the sound file lies. */
export interface Voice {
  readonly path: string;
  readonly seconds: number;
}

/**
 * One leg's ear and mouth, as a flow sees it. Every verb throws when the leg has ended, and one place outside the flows
 * catches that.
 */
export interface Line {
  language: Language;
  /** Tells everything to its end, whatever is pressed. */
  say(...prompts: Prompt[]): Promise<void>;
  /** Tells, and listens for keys while it tells; a key that counts cuts the prompt. */
  ask(question: Question): Promise<Answer>;
  /** Collects digits; the first one cuts the prompt. An empty text is silence. */
  gather(wanted: DigitsWanted): Promise<string>;
  /**
   * Collects secret digits; the first key cuts the prompt. A `*` begins anew, or ends it when nothing was typed (`star`), as a `#` does
   * where it is an answer (`pound`); the record has neither the digits nor how many there were.
   */
  collect(wanted: SecretWanted): Promise<'entered' | 'silence' | 'star' | 'pound'>;
  /** Waits until this has settled, whatever became of it; what is being told then is told to its end. */
  waitFor(done: Promise<unknown>, meanwhile: Meanwhile): Promise<void>;
  /** Records a voice after a tone, until `#`, silence or the limit; undefined when it was too short. */
  recordVoice(wanted: VoiceWanted): Promise<Voice | undefined>;
}

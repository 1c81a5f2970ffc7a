import { setMaxListeners } from 'node:events';
import { rm } from 'node:fs/promises';
import type { Language } from '#flows/language.ts';
import type { Answer, DigitsWanted, Line, Meanwhile, Question, SecretWanted, Voice, VoiceWanted } from '#flows/line.ts';
import type { Key, Prompt } from '#flows/prompt.ts';
import { compose } from '#flows/prompt.ts';
import { isValue } from '#flows/spoken/speak.ts';
import type { PromptStore } from '#media/prompts/prompt-store.ts';
import type { Sequences, SoundPiece } from '#media/prompts/sequence.ts';
import { breathSeconds, recordedVoice } from '#media/prompts/sequence.ts';
import type { CallRecord } from '../cdr/call-record.ts';
import type { Clock } from '../clock.ts';
import { unlessAborted } from '../unless-aborted.ts';
import type { Leg } from './leg.ts';

export interface LineParts {
  readonly leg: Leg;
  readonly prompts: PromptStore;
  readonly sequences: Sequences;
  readonly record: Pick<CallRecord, 'callId' | 'write'>;
  readonly clock: Clock;
  readonly language: Language;
  /** Where voices are recorded; each file gets a name of its own. */
  readonly voiceFolder: string;
  /** Recorded voices that it tells are told once, whoever recorded them: nothing of them is kept where prompts are. */
  readonly passingVoices?: boolean;
  /** Also ends every verb, with its reason thrown. */
  readonly signal?: AbortSignal;
}

/** A prompt on its way to an ear: which files it needs, and what to note about it. */
interface Told {
  readonly sound: readonly SoundPiece[];
  readonly note: Readonly<Record<string, string>>;
  readonly seconds: number;
  /** It names a value that is spoken in pieces, or has a voice of this call. */
  readonly passing: boolean;
}

/** The {@link Line} of a flow, spoken on a real leg. */
export class SpokenLine implements Line {
  language: Language;
  /** When the last key that counted was pressed. */
  answeredAt: Date | undefined;
  readonly #leg: Leg;
  readonly #parts: LineParts;
  readonly #signal: AbortSignal;
  /** Files of voices that were recorded on this line. */
  readonly #voices = new Set<string>();

  constructor(parts: LineParts) {
    this.language = parts.language;
    this.#leg = parts.leg;
    this.#parts = parts;
    this.#signal = parts.signal ? AbortSignal.any([parts.leg.ended, parts.signal]) : parts.leg.ended;
    setMaxListeners(0, this.#signal);
  }

  async say(...prompts: Prompt[]): Promise<void> {
    await this.#tell(prompts, undefined);
  }

  /** The sound of prompts that the media server plays when it comes to them. None of them names a value that is spoken in pieces. */
  async soundOf(...prompts: Prompt[]): Promise<string> {
    const told = await Promise.all(prompts.map((prompt) => this.#prepare(prompt)));
    return this.#parts.sequences.fileOf(told.map(({ sound }) => sound));
  }

  async ask({ say, keys, waitSeconds, fresh = false, anew = fresh ? keys : [] }: Question): Promise<Answer> {
    if (fresh) this.#leg.digits.forget();
    const listening = new AbortController();
    const pressed = this.#keyOf(keys, anew, listening.signal);
    try {
      const early = await this.#tell(say, pressed);
      const key = early ?? (await this.#within(waitSeconds, pressed));
      if (key === undefined) return { kind: 'silence' };
      this.answeredAt = this.#parts.clock.now();
      this.#note('key', { key });
      return { kind: 'key', key: key as Key };
    } finally {
      listening.abort(stopListening);
    }
  }

  async gather(wanted: DigitsWanted): Promise<string> {
    const listening = new AbortController();
    const signal = AbortSignal.any([this.#signal, listening.signal]);
    const first = this.#quietly(this.#leg.digits.next(forever, signal));
    try {
      let digit = (await this.#tell(wanted.say, first)) ?? (await this.#within(wanted.waitSeconds, first));
      let entered = '';
      while (digit !== undefined && digit !== wanted.terminator) {
        entered += digit;
        if (entered.length >= wanted.max || wanted.complete?.(entered)) {
          // People press it as they were told, though nobody waits for it.
          this.#leg.digits.leaveOut(wanted.terminator, wanted.betweenSeconds * 1000);
          break;
        }
        digit = await this.#leg.digits.next(wanted.betweenSeconds * 1000, this.#signal);
      }
      const secret = typeof wanted.secret === 'function' ? wanted.secret(entered) : wanted.secret;
      this.#note('entry', { digits: secret ? '(secret)' : entered });
      return entered;
    } finally {
      listening.abort(stopListening);
    }
  }

  async collect({ say, into, complete, orPound = false, waitSeconds, betweenSeconds }: SecretWanted) {
    const listening = new AbortController();
    const first = this.#quietly(this.#leg.digits.next(forever, AbortSignal.any([this.#signal, listening.signal])));
    try {
      let digit = (await this.#tell(say, first)) ?? (await this.#within(waitSeconds, first));
      if (digit === '*') return 'star';
      if (digit === '#' && orPound) return 'pound';
      while (digit !== undefined && digit !== '#') {
        if (digit === '*') into.wipe();
        else into.press(digit);
        if (into.full || complete(into)) {
          this.#leg.digits.leaveOut('#', betweenSeconds * 1000);
          break;
        }
        digit = await this.#leg.digits.next(betweenSeconds * 1000, this.#signal);
      }
      return into.length === 0 ? 'silence' : 'entered';
    } finally {
      listening.abort(stopListening);
      this.#note('entry', { digits: '(secret)' });
    }
  }

  async waitFor(done: Promise<unknown>, { say, everySeconds }: Meanwhile): Promise<void> {
    const settled = this.#alive(Promise.allSettled([done]).then(() => 'settled'));
    void this.#quietly(settled);
    while ((await this.#within(everySeconds, settled)) === undefined) await this.#tell(say, undefined);
  }

  async recordVoice({ say, minSeconds, maxSeconds, silenceSeconds }: VoiceWanted): Promise<Voice | undefined> {
    await this.#tell(say, undefined);
    const path = `${this.#parts.voiceFolder}/${this.#parts.record.callId}-${this.#parts.clock.now().getTime()}.wav`;
    this.#voices.add(path);
    const seconds = await this.#alive(this.#leg.endpoint.recordVoice(path, maxSeconds, this.#signal, silenceSeconds));
    this.#leg.digits.forget();
    this.#note('voice', { seconds });
    return seconds < minSeconds ? undefined : { path, seconds };
  }

  /** Files of the voices that were recorded on this line, or begun to be, in order. */
  get voices(): readonly string[] {
    return [...this.#voices];
  }

  /** Removes the voices that were recorded on this line, but the one that is kept. Never rejects. */
  async discardVoices(kept: string | undefined): Promise<void> {
    const unwanted = [...this.#voices].filter((path) => path !== kept);
    await Promise.allSettled(unwanted.map((path) => rm(path, { force: true })));
  }

  /** Plays; a digit from `cut` ends it at once and is returned. */
  async #tell(prompts: readonly Prompt[], cut: Promise<string | undefined> | undefined): Promise<string | undefined> {
    this.#signal.throwIfAborted();
    const told = await Promise.all(prompts.map((prompt) => this.#prepare(prompt)));
    const { path, discard } = await this.#fileOf(told);
    if (this.#signal.aborted) await discard();
    this.#signal.throwIfAborted();
    const playback = this.#leg.endpoint.play(path);
    this.#note('saying', { prompts: told.map(({ note }) => note) });
    const begun = this.#parts.clock.elapsed();
    let whole = false;
    const stop = () => playback.stop();
    this.#signal.addEventListener('abort', stop, { once: true });
    try {
      const ended = playback.ended.then((how) => {
        whole = how === 'played';
        return undefined;
      });
      const digit = await this.#alive(cut ? Promise.race([ended, cut]) : ended);
      if (digit === undefined) return undefined;
      playback.stop();
      await this.#alive(ended);
      return digit;
    } finally {
      this.#signal.removeEventListener('abort', stop);
      void discard();
      this.#noteHeard(told, whole ? Infinity : (this.#parts.clock.elapsed() - begun) / 1000);
    }
  }

  /** What names a value (a balance, a reference, a card's last four), or has a voice just recorded, is told once; its file is then gone. */
  async #fileOf(told: readonly Told[]): Promise<{ path: string; discard: () => Promise<void> }> {
    const sounds = told.map(({ sound }) => sound);
    if (told.some(({ passing }) => passing)) return this.#parts.sequences.passing(sounds);
    return { path: await this.#parts.sequences.fileOf(sounds), discard: () => Promise.resolve() };
  }

  async #prepare(prompt: Prompt): Promise<Told> {
    const language = prompt.language ?? this.language;
    const { text, pieces } = compose(language, prompt);
    const audio = await Promise.all(
      pieces.map(async (piece) => {
        if (piece.kind === 'pause') return { path: undefined, version: undefined, seconds: piece.ms / 1000 };
        if (piece.kind === 'recorded') return recordedVoice(piece.path);
        return this.#parts.prompts.audioFor(language, piece.utterance);
      }),
    );
    const versions = audio.flatMap(({ version }) => version ?? []);
    return {
      sound: audio.map(({ path, seconds }) => path ?? { silentMs: seconds * 1000 }),
      note: { key: prompt.key, language, version: versions.join('+'), text },
      seconds: audio.reduce((sum, { seconds }) => sum + seconds, 0),
      passing: pieces.some(
        (piece) =>
          (piece.kind === 'spoken' && isValue(piece.utterance)) ||
          (piece.kind === 'recorded' && (this.#parts.passingVoices === true || this.#voices.has(piece.path))),
      ),
    };
  }

  #noteHeard(told: readonly Told[], heardSeconds: number): void {
    let ends = 0;
    const heard = told.map(({ note, seconds }) => {
      const begins = ends;
      ends = begins + seconds;
      const share = heardSeconds >= ends ? 'whole' : heardSeconds > begins ? 'part' : 'nothing';
      ends += breathSeconds;
      return { key: note.key, language: note.language, version: note.version, heard: share };
    });
    this.#note('heard', { prompts: heard });
  }

  /** The first digit among these keys, and those `anew` only if they went down after this; others are noted and ignored. */
  #keyOf(keys: readonly string[], anew: readonly string[], listening: AbortSignal): Promise<string | undefined> {
    const signal = AbortSignal.any([this.#signal, listening]);
    const begunMs = this.#parts.clock.elapsed();
    const read = async () => {
      for (;;) {
        const digit = await this.#leg.digits.next(forever, signal);
        const held = digit !== undefined && anew.includes(digit) && this.#leg.digits.downMs < begunMs;
        if (digit !== undefined && keys.includes(digit) && !held) return digit;
        // Inside, it may be a PIN that is typed before it is asked for.
        if (digit !== undefined) this.#note('ignored-key', { key: this.#leg.side === 'inside' ? '(secret)' : digit });
      }
    };
    return this.#quietly(read());
  }

  /** A digit that is taken within this time; with 0, one that came together with the end of the prompts. */
  async #within(seconds: number, digit: Promise<string | undefined>): Promise<string | undefined> {
    const enough = new AbortController();
    const signal = AbortSignal.any([this.#signal, enough.signal]);
    try {
      return await Promise.race([
        digit,
        this.#quietly(this.#parts.clock.wait(seconds * 1000, signal).then(() => undefined)),
      ]);
    } finally {
      enough.abort(stopListening);
      this.#signal.throwIfAborted();
    }
  }

  /** A reader that is told to stop, or whose leg ends, is no fault of its own: the verb that waits for it throws. */
  #quietly<T>(promise: Promise<T>): Promise<T> {
    promise.catch(() => undefined);
    return promise;
  }

  /** The endpoint may notice its end before the leg does; the leg's own words count. */
  #alive<T>(asked: Promise<T>): Promise<T> {
    return unlessAborted(asked, this.#signal);
  }

  #note(kind: string, data: Record<string, unknown>): void {
    this.#parts.record.write(kind, { leg: this.#leg.side, ...data });
  }
}

const forever = 2 ** 31 - 1;
const stopListening = 'listened long enough';

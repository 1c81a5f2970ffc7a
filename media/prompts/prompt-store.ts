import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { hashOf, PromptCache, type CachedSound } from './prompt-cache.ts';
import { UnreadableSound } from './sound.ts';
import { spokenText } from './spoken-text.ts';
import { StudioProcess, type Synthesiser } from './synthesiser.ts';
import { telephoneSoundVersion } from './telephone-sound.ts';
import type { Language, Utterance } from './utterance.ts';

export type { Synthesiser } from './synthesiser.ts';
export type { Language, Utterance } from './utterance.ts';

export interface PromptAudio {
  /** Absolute; 8 kHz mono 16-bit PCM WAV. */
  readonly path: string;
  /** First 12 hex digits of the SHA-256 of the file. */
  readonly version: string;
  readonly seconds: number;
  readonly source: 'artist' | 'synthesised';
}

/** There is no sound for an utterance, and none could be made. */
export class PromptUnavailable extends Error {
  override readonly name = 'PromptUnavailable';
  readonly id: string;
  readonly language: Language;
  readonly reason: string;

  constructor(language: Language, id: string, reason: string, cause?: unknown) {
    super(`the prompt ${id} cannot be said in ${language}: ${reason}`, { cause });
    this.id = id;
    this.language = language;
    this.reason = reason;
  }
}

export interface PromptLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface PromptStoreOptions {
  readonly cacheFolder: string;
  /** Where a voice artist's recordings lie, as `<language>/<id>.wav`. Each replaces one synthesised prompt, from its next use on. */
  readonly artistFolder?: string;
  readonly synthesiser?: Synthesiser;
  /** The longest one prompt may take to be made; 30,000 unless told. */
  readonly timeoutMs?: number;
  readonly log?: PromptLog;
}

/** An artist's file as it lies there now; another size or time of change is another recording. */
interface Recording {
  readonly path: string;
  readonly state: string;
}

/** Prompts become files here: a voice artist's recording where there is one, else synthesised when first needed. */
export class PromptStore {
  readonly #cache: PromptCache;
  readonly #artistFolder: string | undefined;
  readonly #synthesiser: Synthesiser;
  readonly #timeoutMs: number;
  readonly #log: PromptLog | undefined;
  /** What was asked for before, by what it is made from; the same question meanwhile waits for the same answer. */
  readonly #known = new Map<string, Promise<CachedSound>>();
  readonly #unreadable = new Set<string>();

  constructor(options: PromptStoreOptions) {
    this.#cache = new PromptCache(options.cacheFolder);
    this.#artistFolder = options.artistFolder === undefined ? undefined : resolve(options.artistFolder);
    this.#synthesiser = options.synthesiser ?? new StudioProcess();
    this.#timeoutMs = options.timeoutMs ?? 30_000;
    this.#log = options.log;
  }

  /** Rejects with {@link PromptUnavailable}. */
  async audioFor(language: Language, { id, text }: Utterance): Promise<PromptAudio> {
    // an id becomes a file's name, which the media server takes within a command
    if (!/^[a-z0-9](?:[a-z0-9-]|\.(?!\.))*$/i.test(id)) throw new PromptUnavailable(language, id, 'not a file name');
    try {
      const recorded = await this.#recorded(language, id);
      if (recorded) return { ...recorded, source: 'artist' };
      return { ...(await this.#synthesised(language, id, text)), source: 'synthesised' };
    } catch (fault) {
      throw new PromptUnavailable(language, id, fault instanceof Error ? fault.message : String(fault), fault);
    }
  }

  /**
   * Makes all that is missing, before the first call needs it. `onProgress` hears how many are done.
   * Tries every one, then rejects with an AggregateError of {@link PromptUnavailable}.
   */
  async prepare(
    language: Language,
    utterances: Iterable<Utterance>,
    onProgress?: (done: number, total: number) => void,
  ): Promise<void> {
    const all = [...utterances];
    const faults: unknown[] = [];
    for (const [n, utterance] of all.entries()) {
      await this.audioFor(language, utterance).catch((fault: unknown) => faults.push(fault));
      onProgress?.(n + 1, all.length);
    }
    if (faults.length > 0)
      throw new AggregateError(faults, `${faults.length} of ${all.length} prompts cannot be said in ${language}`);
  }

  /** The artist's recording, made fit for the telephone; undefined when there is none that can be read. */
  async #recorded(language: Language, id: string): Promise<CachedSound | undefined> {
    const recording = await this.#recordingOf(language, id);
    if (!recording || this.#unreadable.has(recording.state)) return undefined;
    try {
      return await this.#once(recording.state, async () => {
        const file = await readFile(recording.path);
        const key = hashOf('artist', String(telephoneSoundVersion), file).slice(0, 16);
        return this.#cached(language, id, key, (signal) => this.#synthesiser.convert(file, signal));
      });
    } catch (fault) {
      if (fault instanceof UnreadableSound) this.#unreadable.add(recording.state);
      this.#log?.warn(
        { path: recording.path, reason: String(fault) },
        'A recording cannot be used; the synthesiser speaks',
      );
      return undefined;
    }
  }

  async #recordingOf(language: Language, id: string): Promise<Recording | undefined> {
    if (this.#artistFolder === undefined) return undefined;
    const path = join(this.#artistFolder, language, `${id}.wav`);
    const file = await stat(path).catch(() => undefined);
    return file && { path, state: `${path} ${file.size} ${file.mtimeMs}` };
  }

  async #synthesised(language: Language, id: string, text: string): Promise<CachedSound> {
    const spoken = spokenText(language, text);
    if (spoken === '') throw new Error('it has no words');
    const key = hashOf(this.#synthesiser.identity(language), spoken).slice(0, 16);
    return this.#once(`${language} ${id} ${key}`, () =>
      this.#cached(language, id, key, (signal) => this.#synthesiser.speak(language, spoken, signal)),
    );
  }

  /** Remembers a sound as long as its file lies there; a failure is forgotten, so that the next call tries again. */
  async #once(what: string, make: () => Promise<CachedSound>): Promise<CachedSound> {
    const known = this.#known.get(what);
    if (known) {
      const sound = await known;
      if (
        await stat(sound.path).then(
          (file) => file.isFile(),
          () => false,
        )
      )
        return sound;
      if (this.#known.get(what) === known) this.#known.delete(what);
      return this.#once(what, make);
    }
    const making = make();
    this.#known.set(what, making);
    making.catch(() => this.#known.delete(what));
    return making;
  }

  async #cached(
    language: Language,
    id: string,
    key: string,
    make: (signal: AbortSignal) => Promise<Uint8Array>,
  ): Promise<CachedSound> {
    const found = await this.#cache.find(language, id, key);
    if (found) return found;
    const file = await this.#inTime(make);
    await this.#cache.keep(language, id, key, file);
    // eSpeak NG never says a text twice to the bit: of two processes' files all take the first by name from now on
    const kept = await this.#cache.find(language, id, key);
    if (!kept) throw new Error('the file vanished as it was written');
    this.#log?.info({ language, id, version: kept.version, seconds: kept.seconds }, 'Prompt made');
    return kept;
  }

  /** A synthesiser that does not even heed its signal costs no more than the time allowed. */
  async #inTime(make: (signal: AbortSignal) => Promise<Uint8Array>): Promise<Uint8Array> {
    const late = new AbortController();
    const reason = new Error(`not ready within ${this.#timeoutMs} ms`);
    const timer = setTimeout(() => late.abort(reason), this.#timeoutMs);
    try {
      return await Promise.race([
        make(late.signal),
        new Promise<never>((_, reject) => late.signal.addEventListener('abort', () => reject(reason))),
      ]);
    } finally {
      clearTimeout(timer);
    }
  }
}

import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { UnreadableSound } from './sound.ts';
import type { StudioAnswer, StudioJob } from './studio.ts';
import { telephoneSoundVersion } from './telephone-sound.ts';
import type { Language } from './utterance.ts';
import { voices, type Voice } from './voice.ts';

/** Makes telephone sound (8 kHz mono 16-bit WAV, levelled and trimmed). Every verb rejects when its signal aborts. */
export interface Synthesiser {
  /** Everything but the text that decides how a language sounds: engine, version, voice, pace. Part of the cache's key. */
  identity(language: Language): string;
  speak(language: Language, text: string, signal: AbortSignal): Promise<Uint8Array>;
  /** A recording in any PCM WAV format. Rejects with {@link UnreadableSound} when it is none. */
  convert(recording: Uint8Array, signal: AbortSignal): Promise<Uint8Array>;
}

const installed = createRequire(import.meta.url);

/** Speaks in a process of its own, which starts with the first job, does one job at a time, and ends after half a minute idle. */
export class StudioProcess implements Synthesiser {
  readonly #idleMs: number;
  #child: ChildProcess | undefined;
  #lastJob: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: { readonly idleMs?: number } = {}) {
    this.#idleMs = options.idleMs ?? 30_000;
  }

  identity(language: Language): string {
    const voice = voiceOf(language);
    return [voice.engine, versionOf(voice.engine), voice.voice, voice.stretch, telephoneSoundVersion].join(' ');
  }

  async speak(language: Language, text: string, signal: AbortSignal): Promise<Uint8Array> {
    return this.#afterOthers({ kind: 'speak', voice: voiceOf(language), text }, signal);
  }

  async convert(recording: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    return this.#afterOthers({ kind: 'convert', recording }, signal);
  }

  /** Ends the process. The next job starts another. */
  close(): void {
    clearTimeout(this.#idle);
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  #afterOthers(job: StudioJob, signal: AbortSignal): Promise<Uint8Array> {
    this.#waiting++;
    clearTimeout(this.#idle);
    const done = this.#lastJob.then(() => this.#do(job, signal));
    this.#lastJob = done.then(
      () => this.#finished(),
      () => this.#finished(),
    );
    return done;
  }

  #finished(): void {
    if (--this.#waiting === 0) this.#idle = setTimeout(() => this.close(), this.#idleMs).unref();
  }

  async #do(job: StudioJob, signal: AbortSignal): Promise<Uint8Array> {
    signal.throwIfAborted();
    const child = (this.#child ??= this.#start());
    const answered = new AbortController();
    refer(child, true);
    try {
      const answer = await new Promise<StudioAnswer>((resolve, reject) => {
        const told = (said: StudioAnswer) => resolve(said);
        const ended = (code: number | null, by: string | null) =>
          reject(new Error(`the voice ended with ${code ?? by}`));
        const stop = () => {
          this.close(); // a voice that hangs listens to nothing else
          reject(signal.reason);
        };
        child.once('message', told).once('exit', ended).once('error', reject);
        signal.addEventListener('abort', stop, { signal: answered.signal });
        answered.signal.addEventListener('abort', () => {
          child.off('message', told).off('exit', ended).off('error', reject);
        });
        child.send(job);
      });
      if (answer.kind === 'made') return answer.file;
      throw answer.kind === 'unreadable' ? new UnreadableSound(answer.reason) : new Error(answer.reason);
    } finally {
      answered.abort();
      refer(child, false);
    }
  }

  #start(): ChildProcess {
    const child = fork(fileURLToPath(new URL('./studio.ts', import.meta.url)), [], {
      execArgv: typescript(),
      env: { PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'] }, // the voice needs none of our secrets
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.on('error', () => undefined); // a kill that comes too late is no fault
    child.once('exit', () => {
      if (this.#child === child) this.#child = undefined;
    });
    return child;
  }
}

/** Only a process at work keeps ours from ending. */
function refer(child: ChildProcess, working: boolean): void {
  const how = working ? 'ref' : 'unref';
  child[how]();
  child.channel?.[how]();
}

/** Node 22.18 and later run TypeScript by themselves (`process.features.typescript`); earlier ones through tsx. */
function typescript(): string[] {
  const native = (process.features as { typescript?: unknown }).typescript;
  return native ? [] : ['--import', pathToFileURL(installed.resolve('tsx')).href];
}

function voiceOf(language: Language): Voice {
  const found = voices[language].find(({ engine }) => versionOf(engine) !== undefined);
  if (!found)
    throw new Error(`no voice for ${language} is installed: ${voices[language].map((v) => v.engine).join(', ')}`);
  return found;
}

const versions = new Map<string, string | undefined>();

function versionOf(engine: string): string | undefined {
  if (!versions.has(engine)) versions.set(engine, lookUpVersion(engine));
  return versions.get(engine);
}

function lookUpVersion(engine: string): string | undefined {
  try {
    const manifest = JSON.parse(readFileSync(installed.resolve(`${engine}/package.json`), 'utf8')) as {
      version: string;
    };
    return manifest.version;
  } catch {
    return undefined; // not installed
  }
}

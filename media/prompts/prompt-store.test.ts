import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  PromptStore,
  PromptUnavailable,
  type Language,
  type PromptStoreOptions,
  type Synthesiser,
} from './prompt-store.ts';
import { readSound, writeSound } from './sound.ts';

/** Says a text as a tone whose length tells the text's; keeps a tally of what it was asked. */
class ToneSynthesiser implements Synthesiser {
  readonly asked: string[] = [];
  /** Stands before each answer. */
  gate: () => Promise<void> = async () => undefined;
  voice = 'tone 1';

  identity(language: Language): string {
    return `${this.voice} ${language}`;
  }

  async speak(language: Language, text: string): Promise<Uint8Array> {
    this.asked.push(`${language}: ${text}`);
    await this.gate();
    return tone(text.length);
  }

  async convert(recording: Uint8Array): Promise<Uint8Array> {
    this.asked.push(`convert ${recording.length}`);
    return writeSound({ rate: 8000, samples: readSound(recording).samples });
  }
}

const tone = (length: number): Buffer =>
  writeSound({ rate: 8000, samples: Float32Array.from({ length: length * 800 }, (_, n) => 0.1 * Math.sin(n)) });
const fault = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => undefined,
    (reason: unknown) => reason,
  );
const hello = { id: 'offer.hello', text: 'Hello, you.' };

describe('the prompt store', () => {
  let folder: string;
  let synthesiser: ToneSynthesiser;
  const warnings: object[] = [];
  const log = { info: () => undefined, warn: (fields: object) => void warnings.push(fields) };
  const store = (more: Partial<PromptStoreOptions> = {}) =>
    new PromptStore({
      cacheFolder: join(folder, 'cache'),
      artistFolder: join(folder, 'artist'),
      synthesiser,
      log,
      ...more,
    });
  const record = async (name: string, file: Uint8Array): Promise<string> => {
    const path = join(folder, 'artist', name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, file);
    return path;
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'homeline-prompts-'));
    synthesiser = new ToneSynthesiser();
    warnings.length = 0;
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('makes a prompt once and names it after its content', async () => {
    const first = await store().audioFor('en', hello);
    const file = await readFile(first.path);
    expect(first).toEqual({
      path: first.path,
      version: createHash('sha256').update(file).digest('hex').slice(0, 12),
      seconds: 1.1,
      source: 'synthesised',
    });
    expect(first.path).toMatch(/^\/[\w./+@-]+\/cache\/en\/offer\.hello\.[0-9a-f]{16}\.[0-9a-f]{12}\.wav$/);
    expect(await store().audioFor('en', hello)).toEqual(first);
    expect(synthesiser.asked).toEqual(['en: Hello, you.']);
  });

  it('makes it anew for another text, language or voice, and keeps the old file', async () => {
    await store().audioFor('en', hello);
    await store().audioFor('en', { ...hello, text: 'Hello, all of you.' });
    await store().audioFor('es', hello);
    synthesiser.voice = 'tone 2';
    await store().audioFor('en', hello);
    expect(synthesiser.asked).toHaveLength(4);
    expect(await readdir(join(folder, 'cache', 'en'))).toHaveLength(3);
  });

  it('asks for one prompt once, however many calls wait for it', async () => {
    const one = store();
    const [a, b, c] = await Promise.all([1, 2, 3].map(() => one.audioFor('en', hello)));
    expect(a).toEqual(b);
    expect(b).toEqual(c);
    expect(synthesiser.asked).toHaveLength(1);
  });

  it('shares one folder between two stores that make the same prompt at the same time', async () => {
    let bothAsked = () => {};
    const both = new Promise<void>((resolve) => (bothAsked = resolve));
    synthesiser.gate = () => both;
    const asking = [store().audioFor('en', hello), store().audioFor('en', hello)];
    while (synthesiser.asked.length < 2) await new Promise(setImmediate);
    bothAsked();
    const [a, b] = await Promise.all(asking);
    expect(a).toEqual(b);
    expect(await readdir(join(folder, 'cache', 'en'))).toEqual([basename(a!.path)]);
  });

  it.each([
    ['cut short', (path: string) => truncate(path, 100)],
    ['emptied', (path: string) => truncate(path, 0)],
    [
      'altered by one bit',
      async (path: string) => {
        const file = await readFile(path);
        file[5000]! ^= 1;
        await writeFile(path, file);
      },
    ],
  ])('remakes a file that was %s', async (_what, damage) => {
    const good = await store().audioFor('en', hello);
    await damage(good.path);
    expect(await store().audioFor('en', hello)).toEqual(good);
    expect(synthesiser.asked).toHaveLength(2);
    expect(await readFile(good.path)).toEqual(tone(hello.text.length));
  });

  it('remakes a file that vanished under a running store', async () => {
    const one = store();
    const good = await one.audioFor('en', hello);
    await rm(join(folder, 'cache'), { recursive: true });
    expect(await one.audioFor('en', hello)).toEqual(good);
    expect(await readFile(good.path)).toEqual(tone(hello.text.length));
  });

  it("takes the artist's recording from the moment it lies there, and the next take of it", async () => {
    const one = store();
    expect((await one.audioFor('es', hello)).source).toBe('synthesised');
    const path = await record('es/offer.hello.wav', tone(5));
    const first = await one.audioFor('es', hello);
    expect(first).toMatchObject({ source: 'artist', seconds: 0.5 });
    expect(first.path).not.toBe(path);
    await writeFile(path, tone(7));
    await utimes(path, 1, 1);
    expect(await one.audioFor('es', hello)).toMatchObject({ source: 'artist', seconds: 0.7 });
    expect(await one.audioFor('en', hello)).toMatchObject({ source: 'synthesised' });
    expect(await store().audioFor('es', hello)).toMatchObject({ source: 'artist', seconds: 0.7 });
    expect(synthesiser.asked.filter((asked) => asked.startsWith('convert'))).toEqual(['convert 8044', 'convert 11244']);
  });

  it('speaks itself where the recording cannot be read, and warns once', async () => {
    const path = await record('en/offer.hello.wav', Buffer.from('this is no sound'));
    const one = store();
    expect(await one.audioFor('en', hello)).toMatchObject({ source: 'synthesised', seconds: 1.1 });
    expect(await one.audioFor('en', hello)).toMatchObject({ source: 'synthesised' });
    expect(warnings).toEqual([{ path, reason: 'UnreadableSound: no RIFF/WAVE header' }]);
    await record('en/offer.hello.wav', tone(5));
    expect(await one.audioFor('en', hello)).toMatchObject({ source: 'artist' });
  });

  it('tells which prompt a failing synthesiser owes, and asks again the next time', async () => {
    synthesiser.gate = () => Promise.reject(new Error('out of breath'));
    const one = store();
    const told = await fault(one.audioFor('en', hello));
    expect(told).toBeInstanceOf(PromptUnavailable);
    expect(told).toMatchObject({ id: 'offer.hello', language: 'en', reason: 'out of breath' });
    synthesiser.gate = async () => undefined;
    expect(await one.audioFor('en', hello)).toMatchObject({ source: 'synthesised' });
  });

  it('waits no longer than allowed for a synthesiser that hangs', async () => {
    synthesiser.gate = () => new Promise(() => undefined);
    const told = await fault(store({ timeoutMs: 5 }).audioFor('en', hello));
    expect(told).toBeInstanceOf(PromptUnavailable);
    expect(told).toMatchObject({ reason: 'not ready within 5 ms' });
  });

  it('says so when the folder cannot be written', async () => {
    await writeFile(join(folder, 'cache'), 'a file, not a folder');
    const told = await fault(store().audioFor('en', hello));
    expect(told).toBeInstanceOf(PromptUnavailable);
    expect((told as PromptUnavailable).reason).toMatch(/ENOTDIR|EEXIST/);
  });

  it.each(['../secret', 'a/b', '', '.hidden', 'a..b', 'a b', 'a;rm'])('makes no file of the id %j', async (id) => {
    expect(await fault(store().audioFor('en', { id, text: 'x' }))).toBeInstanceOf(PromptUnavailable);
    expect(synthesiser.asked).toEqual([]);
  });

  it('prepares all, tells how far it is, and lists everything that failed', async () => {
    const progress: string[] = [];
    const utterances = [hello, { id: 'empty', text: ' ' }, { id: 'bye', text: 'Bye' }, { id: 'a/b', text: 'x' }];
    const told = await fault(store().prepare('en', utterances, (done, total) => progress.push(`${done}/${total}`)));
    expect(progress).toEqual(['1/4', '2/4', '3/4', '4/4']);
    expect(synthesiser.asked).toEqual(['en: Hello, you.', 'en: Bye']);
    expect((told as AggregateError).errors.map((error: PromptUnavailable) => error.reason)).toEqual([
      'it has no words',
      'not a file name',
    ]);
  });
});

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { programAt, rooms } from './program.ts';
import { compile } from './program/compile.ts';

const run = promisify(execFile);
/** Below our sources, where packages are found. */
const place = join(import.meta.dirname, '..', 'var');
let root: string;
const made = () => join(root, 'var', 'version');
/** What Node says when it runs that file of the compiled ones. */
const said = async (file: string) => (await run(process.execPath, ['--enable-source-maps', join(made(), file)])).stdout;

const sources = {
  'ivr/main.ts': `
    import '#db/first.ts';
    import { sql } from 'kysely';
    import { word, type Word } from './deep/word.ts';
    import words from './words.json' with { type: 'json' };
    const both: Word[] = [word, words.word];
    console.log(JSON.stringify([both, typeof sql, (globalThis as { order?: string[] }).order]));
    console.log(import.meta.dirname, import.meta.filename, import.meta.url);
    await import('./deep/late.ts');`,
  'ivr/deep/word.ts': `
    import '#db/second.ts';
    export type Word = string;
    export const word: Word = 'from another file';`,
  'ivr/deep/late.ts': `
    interface Nothing {
      readonly at: number;
    }
    console.log('late', import.meta.dirname, new Error('here').stack?.split('\\n')[1], {} as Nothing);`,
  'db/first.ts': `(globalThis as { order?: string[] }).order = ['first'];`,
  'db/second.ts': `(globalThis as { order?: string[] }).order?.push('second');`,
};

beforeAll(async () => {
  await mkdir(place, { recursive: true });
  root = await mkdtemp(join(place, 'program-'));
  for (const folder of ['ivr/deep', 'db']) await mkdir(join(root, folder), { recursive: true });
  for (const [file, text] of Object.entries(sources)) await writeFile(join(root, file), text);
  await writeFile(join(root, 'ivr', 'words.json'), '{ "word": "from JSON" }');
  await compile({ root, sources: Object.keys(sources), folder: made() });
});
afterAll(() => rm(root, { recursive: true }));

it('what is compiled loads each file once, in the order of the sources, and knows its place among them', async () => {
  const lines = (await said('ivr/main.mjs')).split('\n');
  expect(JSON.parse(lines[0] ?? '')).toEqual([['from another file', 'from JSON'], 'function', ['first', 'second']]);
  const main = join(root, 'ivr', 'main.ts');
  expect(lines[1]).toBe(`${join(root, 'ivr')} ${main} file://${main}`);
  expect(lines[2]).toContain(`late ${join(root, 'ivr', 'deep')}`);
});

it('an error says where in the sources it was', async () => {
  expect(await said('ivr/main.mjs')).toContain(`${join(root, 'ivr', 'deep', 'late.ts')}:5:`);
});

it('who compiles what another has compiled in the meantime takes that, and leaves nothing beside it', async () => {
  await compile({ root, sources: Object.keys(sources), folder: made() });
  expect(await readdir(join(root, 'var'))).toEqual(['version']);
});

it('versions that nobody started for a day are removed by who compiles another', async () => {
  const [old, used] = ['old', 'used'].map((name) => join(root, 'var', name));
  for (const [folder = '', hours] of [
    [old, 25],
    [used, 23],
  ] as const) {
    await mkdir(folder);
    const at = new Date(Date.now() - hours * 3_600_000);
    await utimes(folder, at, at);
  }
  await compile({ root, sources: ['db/first.ts'], folder: join(root, 'var', 'other') });
  expect((await readdir(join(root, 'var'))).sort()).toEqual(['other', 'used', 'version']);
  for (const name of ['other', 'used']) await rm(join(root, 'var', name), { recursive: true });
});

it('sources that are wrong are not compiled', async () => {
  await writeFile(join(root, 'db', 'wrong.ts'), 'const = 1;');
  const folder = join(root, 'var', 'wrong');
  await expect(compile({ root, sources: ['db/wrong.ts'], folder })).rejects.toThrow('db/wrong.ts');
  expect(await readdir(join(root, 'var'))).toEqual(['version']);
});

it('a process is started without tsx: by Node itself, or as compiled from the sources as they are', async () => {
  const path = join(import.meta.dirname, 'ivr.ts');
  const program = await programAt(path);
  expect(program.execArgv.join()).not.toContain('tsx');
  if (program.path === path) return; // this Node strips types
  expect(await readFile(program.path, 'utf8')).toContain(`from "../ivr/service.mjs"`);
  expect(await programAt(path)).toEqual(program);
});

it('a program that is not one of a room runs through tsx', async () => {
  const path = join(root, 'ivr', 'alone.ts');
  await writeFile(path, `const word: string = 'alone';\nconsole.log(word);`);
  const program = await programAt(path);
  expect(program.path).toBe(path);
  expect((await run(process.execPath, [...program.execArgv, path])).stdout).toBe('alone\n');
});

describe.skipIf((process.features as { typescript?: unknown }).typescript)('before Node strips types', () => {
  const compiled = () => join(other, 'var', 'compiled');
  const main = () => join(other, 'ivr', 'main.ts');
  let other: string;
  beforeEach(async () => {
    other = await mkdtemp(join(place, 'program-'));
    for (const room of rooms) await mkdir(join(other, room));
    await writeFile(join(other, 'package-lock.json'), '{}');
    await writeFile(main(), `console.log('first');`);
    await writeFile(join(other, 'ivr', 'main.test.ts'), `no source`);
  });
  afterEach(() => rm(other, { recursive: true }));

  it('a process starts what it started first; who comes later, the sources as they are then', async () => {
    const first = await programAt(main(), other);
    expect((await run(process.execPath, [...first.execArgv, first.path])).stdout).toBe('first\n');
    await writeFile(main(), `console.log('later');`);
    expect(await programAt(main(), other)).toEqual(first);
    vi.resetModules();
    const fresh = await import('./program.ts');
    const later = await fresh.programAt(main(), other);
    expect((await run(process.execPath, [...later.execArgv, later.path])).stdout).toBe('later\n');
    expect(await readdir(compiled())).toHaveLength(2);
    expect(await readdir(join(first.path, '..'))).toEqual(['main.mjs']);
  });

  it('a version is used as long as processes are started from it, and made anew when it was removed', async () => {
    const { path } = await programAt(main(), other);
    const version = join(path, '..', '..');
    await utimes(version, new Date(0), new Date(0));
    await programAt(main(), other);
    expect(Date.now() - (await stat(version)).mtimeMs).toBeLessThan(60_000);
    await rm(version, { recursive: true });
    expect((await programAt(main(), other)).path).toBe(path);
    expect(await readFile(path, 'utf8')).toContain('first');
  });

  it('where nothing can be written it is tsx', async () => {
    await mkdir(join(other, 'var'));
    await writeFile(compiled(), 'not a folder');
    const { path, execArgv } = await programAt(main(), other);
    expect(path).toBe(main());
    expect(execArgv.join()).toContain('tsx');
  });
});

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { facilities } from '#db/seed/demo-world.ts';
import { languages, type Language } from '#flows/language.ts';
import { familyLineUtterances, utterancesOf } from '#flows/script.ts';
import { script } from './script.ts';

const files = (text: string): string[] =>
  text
    .split('\r\n')
    .slice(1, -1)
    .map((row) => row.split(',')[0] ?? '');

test.each(languages)('the script in %s has every utterance of every facility once', (language: Language) => {
  const found = files(script(language, facilities, 'csv'));
  const needed = facilities.flatMap(({ name, offerKeys }) => utterancesOf(language, [name], { ...offerKeys }));
  const names = facilities.map(({ name }) => name);
  needed.push(...familyLineUtterances(language, names));
  expect(new Set(found)).toEqual(new Set(needed.map(({ id }) => `${language}/${id}.wav`)));
  expect(found).toHaveLength(new Set(found).size);
});

test('other keys are other things to say', () => {
  const other = [{ ...facilities[0], offerKeys: { accept: '5', refuse: '6', block: '#', language: '0' } }];
  expect(files(script('es', other, 'csv'))).toContain('es/offer.menu.5-6-pound.wav');
});

test('the command prints the script, and says how it is used', async () => {
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'script.ts'), ...args], {
      env: { ...process.env, DATABASE_URL: '' },
    });
  const { stdout } = await run('es', '--csv');
  expect(stdout).toBe(script('es', facilities, 'csv'));
  for (const wrong of [['es', '--wav']])
    await expect(run(...wrong)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('npm run script') as string,
    });
}, 30_000);

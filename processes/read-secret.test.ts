import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { readSecret } from './read-secret.ts';

/** What is typed, and what the terminal is told meanwhile. */
function typing(text: string, isTTY: boolean) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  input.end(text);
  const secret = readSecret(Object.assign(input, { isTTY }), output);
  return { secret, shown: () => (output.read() as Buffer | null)?.toString() ?? '' };
}

test('at a terminal it is typed twice, and not shown', async () => {
  const { secret, shown } = typing('Correct-Horse-7\nCorrect-Horse-7\n', true);
  expect(await secret).toBe('Correct-Horse-7');
  expect(shown()).toBe('Password: \nThe same again: \n');
});

test('two that differ are none', async () => {
  await expect(typing('Correct-Horse-7\nCorrect-Horse-8\n', true).secret).rejects.toThrow('two passwords');
});

test('piped in it is the first line, asked for by nothing', async () => {
  const { secret, shown } = typing('Correct-Horse-7\r\nmore\n', false);
  expect(await secret).toBe('Correct-Horse-7');
  expect(shown()).toBe('');
  expect(await typing('Correct-Horse-7', false).secret).toBe('Correct-Horse-7');
});

test('nothing is no password', async () => {
  for (const [text, isTTY] of [
    ['', false],
    ['\n', false],
    ['', true],
    ['one\n', true],
  ] as const)
    // prettier-ignore
    await expect(typing(text, isTTY).secret).rejects.toThrow('A password is needed');
});

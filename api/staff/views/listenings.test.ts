import { expect, test } from 'vitest';
import { Listenings } from './listenings.ts';

const minutes = (many: number) => many * 60_000;

test('a listening is written once, however many parts are fetched, and anew by another or after a while', async () => {
  const listenings = new Listenings();
  const written: string[] = [];
  const note = (session: string, recording: string, atMs: number) =>
    listenings.note(session, recording, atMs, async () => void written.push(`${session} ${recording}`));
  await note('one', 'a', 0);
  await note('one', 'a', minutes(9));
  await note('one', 'a', minutes(18));
  expect(written).toEqual(['one a']);
  await note('two', 'a', minutes(18));
  await note('one', 'b', minutes(18));
  expect(written).toEqual(['one a', 'two a', 'one b']);
  await note('one', 'a', minutes(28));
  expect(written).toEqual(['one a', 'two a', 'one b', 'one a']);
});

test('who comes while it is being written waits for it; where it cannot be written nobody hears anything', async () => {
  const listenings = new Listenings();
  let refuse: (why: Error) => void = () => undefined;
  const first = listenings.note('one', 'a', 0, () => new Promise((_, reject) => (refuse = reject)));
  const second = listenings.note('one', 'a', 1, () => Promise.reject(new Error('not written twice')));
  refuse(new Error('away'));
  await expect(first).rejects.toThrow('away');
  await expect(second).rejects.toThrow('away');
  let again = 0;
  await listenings.note('one', 'a', 2, async () => void again++);
  expect(again).toBe(1);
});

test('what is over makes room for others; where there is none, what goes on is written again', async () => {
  const listenings = new Listenings();
  let written = 0;
  const note = (recording: string, atMs: number) => listenings.note('one', recording, atMs, async () => void written++);
  for (let n = 0; n < 999; n++) await note(`before ${n}`, 0);
  await note('kept', minutes(5));
  await note('another', minutes(11));
  await note('kept', minutes(12));
  expect(written).toBe(1_001);
  for (let n = 0; n < 999; n++) await note(`after ${n}`, minutes(13));
  await note('kept', minutes(13));
  expect(written).toBe(2_001);
});

import { expect, test } from 'vitest';
import type { Endpoint } from '#media/endpoint.ts';
import { turns } from '../testing/moved-clock.ts';
import { playMusic } from './music.ts';

/** An endpoint that tells of the end of each round when the test does. */
function endpoint() {
  const rounds: { readonly path: string; readonly over: (how: 'played' | 'stopped') => void }[] = [];
  const play = (path: string) => {
    const ended = new Promise<'played' | 'stopped'>((resolve) => rounds.push({ path, over: resolve }));
    return { ended, stop: () => undefined };
  };
  return { rounds, real: { play } as unknown as Endpoint };
}

test('music goes round, and is over when the round is that was stopped, though it came to its end by itself', async () => {
  const { rounds, real } = endpoint();
  const music = playMusic(real, '/music.wav', new AbortController().signal);
  rounds[0]?.over('played');
  await turns();
  expect(rounds.map(({ path }) => path)).toEqual(['/music.wav', '/music.wav']);
  let silent = false;
  const stopped = music.stop().then(() => (silent = true));
  await turns();
  expect(silent).toBe(false);
  rounds[1]?.over('played');
  await stopped;
  expect(rounds).toHaveLength(2);
});

test('whose leg is gone is not waited for', async () => {
  const { real } = endpoint();
  const music = playMusic(real, '/music.wav', AbortSignal.abort());
  await music.stop();
});

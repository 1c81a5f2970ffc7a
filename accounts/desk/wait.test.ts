import { describe, expect, it } from 'vitest';
import type { InLine } from './match.ts';
import { callSecondsOf, standing, type AtWork } from './wait.ts';

const at = new Date('2026-11-28T20:00:00Z');
const ago = (seconds: number) => new Date(at.getTime() - seconds * 1000);
const en = (id: string): InLine => ({ id, language: 'en' });
const es = (id: string): InLine => ({ id, language: 'es' });
const agent = (languages: AtWork['languages'], state: AtWork['state'], forSeconds = 0, until?: number): AtWork => ({
  ...{ id: `${state} ${languages.join()} ${forSeconds}`, languages, state, since: ago(forSeconds) },
  until: until === undefined ? undefined : ago(-until),
});

describe('the place in the queue, and the wait, when every call takes 100 s', () => {
  it.each<[string, InLine[], AtWork[], number, number | undefined]>([
    ['next, with somebody free', [en('me')], [agent(['en'], 'ready')], 1, 0],
    ['next, while the only one talks', [en('me')], [agent(['en'], 'talking', 40)], 1, 60],
    ['next, while the only one talks for long', [en('me')], [agent(['en'], 'talking', 400)], 1, 30],
    ['next, while the only one is being rung', [en('me')], [agent(['en'], 'ringing')], 1, 100],
    ['next, during a wrap-up', [en('me')], [agent(['en'], 'wrap-up', 10, 20)], 1, 20],
    ['next, a wrap-up that is over', [en('me')], [agent(['en'], 'wrap-up', 50, -5)], 1, 0],
    ['whoever is away helps nobody', [en('me')], [agent(['en'], 'away'), agent(['en'], 'talking', 10)], 1, 90],
    ['nobody at work', [en('me')], [agent(['en'], 'away')], 1, undefined],
    ['nobody at work who speaks it', [es('me')], [agent(['en'], 'ready')], 1, undefined],
    ['third of one agent', [en('1'), en('2'), en('me')], [agent(['en'], 'talking', 40)], 3, 260],
    [
      'third of two agents',
      [en('1'), en('2'), en('me')],
      [agent(['en'], 'ready'), agent(['en'], 'talking', 80)],
      3,
      100,
    ],
    [
      'behind a language that has agents of its own',
      [es('1'), en('me')],
      [agent(['en'], 'ready'), agent(['es'], 'ready')],
      1,
      0,
    ],
    ['behind a language that shares the agent', [es('1'), en('me')], [agent(['en', 'es'], 'ready')], 2, 100],
    [
      'behind one who is left to another agent',
      [en('1'), es('me')],
      [agent(['en', 'es'], 'ready'), agent(['en'], 'ready')],
      2,
      0,
    ],
    ['behind a language that nobody speaks', [es('1'), en('me')], [agent(['en'], 'ready')], 1, 0],
    ['behind the same language, nobody there', [en('1'), es('2'), en('me')], [], 2, undefined],
    ['those behind do not count', [en('me'), en('2')], [agent(['en'], 'ready')], 1, 0],
  ])('%s', (_what, waiting, agents, position, waitSeconds) => {
    expect(standing('me', waiting, agents, 100, at)).toEqual({ position, waitSeconds });
  });

  it('is none for who does not wait', () => {
    expect(standing('me', [en('1')], [], 100, at)).toBeUndefined();
  });
});

describe('how long a call takes of an agent', () => {
  it.each([
    [[], 330],
    [[60], 90],
    [[60, 120], 120],
  ])('%o', (talks, seconds) => {
    expect(callSecondsOf(talks, 30)).toBe(seconds);
  });
});

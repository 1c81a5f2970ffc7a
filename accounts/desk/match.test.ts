import { describe, expect, it } from 'vitest';
import { match, type Free, type InLine } from './match.ts';

const at = (minutes: number) => new Date(Date.UTC(2026, 10, 28) + minutes * 60_000);
const en = (id: string): InLine => ({ id, language: 'en' });
const es = (id: string): InLine => ({ id, language: 'es' });
const agent = (id: string, languages: Free['languages'], since = 0): Free => ({ id, languages, since: at(since) });

describe('who is given whom', () => {
  it.each<[string, InLine[], Free[], string[]]>([
    ['nobody, when nobody waits', [], [agent('a', ['en'])], []],
    ['nobody, when nobody is free', [en('1')], [], []],
    ['the longest waiting first', [en('1'), en('2')], [agent('a', ['en'])], ['1 a']],
    ['nobody who does not speak the language', [es('1')], [agent('a', ['en'])], []],
    ['the next who does, past one for whom nobody is free', [es('1'), en('2')], [agent('a', ['en'])], ['2 a']],
    ['the agent who has been free longest', [en('1')], [agent('a', ['en'], 2), agent('b', ['en'], 1)], ['1 b']],
    [
      'the agent of one language before the one of both',
      [en('1'), es('2')],
      [agent('both', ['en', 'es'], 0), agent('a', ['en'], 5)],
      ['1 a', '2 both'],
    ],
    ['the agent of both, when there is no other', [en('1'), es('2')], [agent('both', ['en', 'es'])], ['1 both']],
    ['of two alike always the same', [en('1')], [agent('b', ['en']), agent('a', ['en'])], ['1 a']],
    [
      'each agent once, each caller once',
      [en('1'), en('2'), en('3')],
      [agent('a', ['en']), agent('b', ['en'], 1)],
      ['1 a', '2 b'],
    ],
  ])('%s', (_what, waiting, ready, given) => {
    expect(match(waiting, ready).map(({ entryId, agentId }) => `${entryId} ${agentId}`)).toEqual(given);
  });
});

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Disposition } from '#ivr/cdr/dispositions.ts';
import { dispositions } from '#ivr/cdr/dispositions.ts';
import { causesOf, chart } from './chart.ts';
import { documents, root, withSettings } from './documents.ts';
import { walkInside, walkOffer } from './walk.ts';

describe('the documents made from the code', () => {
  test('are what the code gives; else run `npm run states`', async () => {
    for (const [path, content] of await documents())
      expect(await readFile(join(root, path), 'utf8'), path).toBe(content);
  });

  test('replace the table in the README and nothing else', async () => {
    const readme = await readFile(join(root, 'README.md'), 'utf8');
    const changed = withSettings(readme, '| other |');
    expect(changed).toContain('| other |');
    expect(changed).not.toContain('`RING_SECONDS`');
    expect(withSettings(changed, '| other |')).toBe(changed);
    expect(() => withSettings('nothing', '')).toThrow(/lacks the mark/);
  });
});

describe('the picture of a call', () => {
  test('shows every disposition once', async () => {
    const shown = (await chart()).flatMap(({ leavings }) => leavings.map(({ word }) => word));
    expect([...shown].sort()).toEqual(Object.keys(dispositions).sort());
  });

  test('lets every call leave where it can', async () => {
    const states = await chart();
    const at = (name: string): Disposition[] =>
      states.find((state) => state.name === name)?.leavings.map(({ word }) => word) ?? [];
    expect(states.map(({ name }) => name)).toEqual(['offHook', 'policy', 'ringing', 'greeting', 'talking', 'any']);
    expect(at('offHook')).toEqual([
      'caller-hung-up',
      'no-codec',
      'pin-failed',
      'pin-locked',
      'person-busy',
      'no-number',
    ]);
    expect(at('policy')[0]).toBe('privileged-number');
    expect(at('policy')).toHaveLength(11);
    expect(at('greeting')).toEqual(['refused', 'blocked', 'no-key', 'hung-up-in-offer', 'caller-left-offer']);
    expect(at('talking')).toEqual(['talked', 'limit-reached', 'far-end-lost']);
    expect(at('any')).toHaveLength(5);
  });

  test('says which statuses end the ringing, a whole class in one word', () => {
    expect(causesOf('busy')).toEqual(['486', '600']);
    expect(causesOf('redirected')).toEqual(['3xx']);
    expect(causesOf('rejected')).toEqual(['403', 'other 6xx']);
    expect(causesOf('unavailable')).toEqual(['other 4xx', '5xx', 'silence', 'no trunk']);
    expect(causesOf('talked')).toEqual([]);
  });

  test('has its steps inside from the flow', async () => {
    const { steps, pinTries, givesUp } = await walkInside();
    expect(steps).toEqual(['language', 'pin', 'name', 'number']);
    expect(pinTries).toBe(3);
    expect(Object.fromEntries(givesUp)).toEqual({
      'no-number': 'number',
      'pin-failed': 'pin',
      'pin-locked': 'pin',
      'person-busy': 'pin',
    });
  });

  test('has its keys from the offer: acceptance is not listened for during the notice', async () => {
    const { rounds, listensFor, outcomes } = await walkOffer();
    expect(rounds).toBe(3);
    expect(listensFor).toEqual({
      notice: ['refuse', 'block', 'language'],
      menu: ['accept', 'refuse', 'block', 'language'],
      blocked: ['block'],
    });
    expect(Object.fromEntries([...outcomes].map(([outcome, by]) => [outcome, [...by]]))).toEqual({
      accepted: ['accept'],
      refused: ['refuse'],
      blocked: ['block'],
      'no-key': ['silence'],
    });
  });
});

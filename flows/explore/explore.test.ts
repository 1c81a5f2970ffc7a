import { describe, expect, it } from 'vitest';
import type { Line } from '../line.ts';
import { enterSecret } from '../menu/entry.ts';
import { SecretDigits } from '../menu/secret-digits.ts';
import { choose } from '../menu/menu.ts';
import { prompt } from '../prompt.ts';
import type { Explored } from './explore.ts';
import { explore, mostSeconds } from './explore.ts';
import { exploredFamilyLine, worlds } from './family-line.ts';

const choices = [{ say: prompt('main.pay'), value: 'pay' }];

/** A flow without a world. */
const explored = (run: (line: Line) => Promise<unknown>): Explored => ({
  depth: 1,
  samples: { 'card.cvv': ['123'] },
  call: () => ({ run: async (line) => void (await run(line)), faults: () => [] }),
});

describe('the explorer', () => {
  it('finds every question, the shortest way to it, and where each act leads', async () => {
    const { nodes, faults, calls } = await explore(
      explored(async (line) => {
        const first = await choose(line, { choices });
        if (first.kind === 'answer') await choose(line, { about: [prompt('pay.fee')], choices });
      }),
    );
    expect(faults).toEqual([]);
    const second = nodes.get('pay.fee main.pay');
    expect(second?.path).toEqual(['1']);
    expect(nodes.get('main.pay')?.leads.get('1')).toBe('pay.fee main.pay');
    expect(nodes.get('main.pay')?.leads.get('hang up')).toBe('hung up');
    expect(nodes.get('main.pay')?.leads.get('*')).toBe('ended');
    expect(nodes.get('main.pay')?.leads.get('7')).toBe('menu.not-a-choice main.pay');
    expect(calls).toBe(1 + [...nodes.values()].reduce((sum, { leads }) => sum + leads.size, 0));
  });

  it('finds a flow that never ends', async () => {
    const { faults } = await explore(
      explored(async (line) => {
        for (;;) await choose(line, { choices });
      }),
    );
    expect(faults.join()).toContain('the call never ends');
  });

  it('finds a choice that comes too late', async () => {
    const long = new Array(4).fill(prompt('pay.pending'));
    const { faults } = await explore(explored((line) => choose(line, { before: long, choices })));
    expect(faults.join()).toMatch(/\d+ s are told before a choice/);
  });

  it('finds a secret that is left behind by a hang-up', async () => {
    const { faults } = await explore(
      explored(async (line) => {
        const into = new SecretDigits();
        const wrong = () => undefined;
        await enterSecret(line, { ask: [prompt('card.cvv')], into, complete: ({ length }) => length === 3, wrong });
        await choose(line, { choices });
        into.wipe();
      }),
    );
    expect(faults.join()).toContain('a secret is left in its buffer, after: 123, hang up');
  });
});

describe.each(Object.entries(worlds))('the 866 line, for %s', (_name, options) => {
  it('has no dead end, ends on every path, and does nothing without a confirmation or a passcode', async () => {
    const { nodes, calls, faults, longestSeconds } = await explore(exploredFamilyLine(options, 1));
    expect(faults).toEqual([]);
    expect(nodes.size).toBeGreaterThan(50);
    expect(calls).toBeGreaterThan(400);
    expect(longestSeconds).toBeLessThanOrEqual(mostSeconds);
    for (const { leads } of nodes.values()) expect([...leads.values()]).not.toContain('endless');
  }, 60_000);
});

import { describe, expect, it } from 'vitest';
import type { Line } from '../line.ts';
import { enterSecret } from '../menu/entry.ts';
import { SecretDigits } from '../menu/secret-digits.ts';
import { choose } from '../menu/menu.ts';
import { prompt } from '../prompt.ts';
import type { Explored } from './explore.ts';
import { explore } from './explore.ts';

const choices = [{ say: prompt('main.pay'), value: 'pay' }];

/** A flow without a world. */
const explored = (run: (line: Line) => Promise<unknown>): Explored => ({
  samples: { 'card.cvv': ['123'] },
  call: () => ({ run: async (line) => void (await run(line)), faults: () => [] }),
});

const all = (flow: Explored) => explore(flow, { layers: 8, stuckLayers: 2 });

describe('the explorer', () => {
  it('finds every question, the shortest way to it, and where each act leads', async () => {
    const { states, faults, layers } = await all(
      explored(async (line) => {
        const first = await choose(line, { choices });
        if (first.kind === 'answer') await choose(line, { about: [prompt('pay.fee')], choices });
      }),
    );
    expect(faults).toEqual([]);
    const named = (name: string) => [...states.values()].find(({ step }) => step.name === name);
    const leads = (act: string) => states.get(named('main.pay')?.leads.get(act) ?? '')?.step.name;
    expect(named('pay.fee main.pay')?.path).toEqual(['1']);
    expect(leads('1')).toBe('pay.fee main.pay');
    expect(leads('7')).toBe('menu.not-a-choice main.pay');
    expect(named('main.pay')?.leads.get('hang up')).toBe('hung up');
    expect(named('main.pay')?.leads.get('*')).toBe('ended');
    expect(layers.slice(0, 2)).toEqual([1, 3]);
  });

  it('finds a flow that never ends', async () => {
    const { faults } = await all(
      explored(async (line) => {
        for (;;) await choose(line, { choices });
      }),
    );
    expect(faults.join()).toContain('the call never ends');
  });

  it('finds a choice that comes too late', async () => {
    const long = new Array(4).fill(prompt('pay.pending'));
    const { faults } = await all(explored((line) => choose(line, { before: long, choices })));
    expect(faults.join()).toMatch(/\d+ s are told before a choice/);
  });

  it('finds a secret that is left behind by a hang-up', async () => {
    const { faults } = await all(
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

  it('finds a question that no key leads out of', async () => {
    const deaf = { keys: ['1', '2'], waitSeconds: 6 };
    const { faults } = await all(
      explored(async (line) => {
        for (let round = 0; round < 3; round++) await line.ask({ say: [prompt('main.pay')], ...deaf });
      }),
    );
    expect(faults.join()).toContain('no key leads on from: main.pay');
  });

  it('knows the next page of a list from a question that is asked again', async () => {
    const page = (text: string) => prompt('block.facility', { facility: { kind: 'name', text } });
    const { faults } = await all(
      explored(async (line) => {
        for (const one of ['A', 'B']) await line.ask({ say: [page(one)], keys: ['1'], waitSeconds: 6 });
      }),
    );
    expect(faults).toEqual([]);
  });

  it('hangs up in every announcement', async () => {
    let gone = 0;
    await all(
      explored(async (line) => {
        await choose(line, { choices });
        await line.say(prompt('pay.wait')).catch((error: unknown) => {
          gone++;
          throw error;
        });
        await choose(line, { choices });
      }),
    );
    expect(gone).toBeGreaterThan(0);
  });

  it('holds each key for ever', async () => {
    const { faults } = await all(
      explored(async (line) => {
        for (let answer = await choose(line, { choices }); answer.kind === 'answer';)
          answer = await choose(line, { choices });
      }),
    );
    expect(faults).toEqual(['the call never ends, after: 1, and then 1']);
  });

  it('tells states apart by what is known, and counts the ways through them', async () => {
    const flow = (known: boolean): Explored => ({
      samples: {},
      call: () => {
        let pressed = '';
        return {
          run: async (line) => {
            const ask = () => line.ask({ say: [prompt('main.pay')], keys: ['1', '2'], waitSeconds: 6 });
            const first = await ask();
            pressed = first.kind === 'key' ? first.key : '';
            await line.ask({ say: [prompt('main.block')], keys: ['1'], waitSeconds: 6 });
          },
          faults: () => [],
          ...(known && { known: () => pressed }),
        };
      },
    });
    expect((await all(flow(false))).states.size).toBe(2);
    const { states, layers, whole, paths } = await all(flow(true));
    expect(states.size).toBe(4);
    expect(layers).toEqual([1, 3]);
    expect(whole).toBe(true);
    // A hang-up at once; or a key, the other, or nothing, and after each of them a key, nothing or a hang-up.
    expect(paths).toBe(10n);
  });

  it('finds a key that is told and not listened for', async () => {
    const press = (key: string) => prompt('menu.press', { key: { kind: 'key', key } });
    const { faults } = await all(
      explored((line) => line.ask({ say: [prompt('main.pay'), press('1'), press('2')], keys: ['1'], waitSeconds: 6 })),
    );
    expect(faults.join()).toContain('2 is told, and not listened for: main.pay');
  });
});

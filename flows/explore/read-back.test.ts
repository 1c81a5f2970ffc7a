import { describe, expect, it } from 'vitest';
import type { Line } from '../line.ts';
import type { Value } from '../prompt.ts';
import { prompt } from '../prompt.ts';
import { enterSecret } from '../menu/entry.ts';
import { SecretDigits } from '../menu/secret-digits.ts';
import type { Samples } from './explored-line.ts';
import type { Explored } from './play.ts';
import { playCall } from './play.ts';

const waits = { waitSeconds: 8, betweenSeconds: 4 };
const anyKey = { keys: ['1'], waitSeconds: 6 };

const flowOf = (samples: Samples, run: (line: Line) => Promise<unknown>, faults: readonly string[] = []): Explored => ({
  samples,
  call: () => ({ run: async (line) => void (await run(line)), faults: () => faults }),
});

/** The faults of a call in which digits are typed as a secret, and then this is told of them; `before`: told first. */
async function faultsOf(digits: string, told: Value, before = false): Promise<readonly string[]> {
  const flow = flowOf({ 'card.number': [digits] }, async (line) => {
    const into = new SecretDigits();
    const tells = () => line.say(prompt('pay.code', { card: told }));
    if (before) await tells();
    const complete = ({ length }: SecretDigits) => length === digits.length;
    await enterSecret(line, { ask: [prompt('card.number')], into, complete, wrong: () => undefined });
    into.wipe();
    if (!before) await tells();
  });
  return (await playCall(flow, [digits])).faults;
}

const card = '4000001234561116';
const found = ['what was typed at card.number is told by pay.code'];

describe('what was typed as a secret', () => {
  it('may be told by its last four digits, when it is a card', async () => {
    expect(await faultsOf(card, { kind: 'last-four', digits: '1116' })).toEqual([]);
  });

  it.each(['61116', '40000', '12345'])('may not be told by five of its digits: %s', async (digits) => {
    expect(await faultsOf(card, { kind: 'reference', digits })).toEqual(found);
  });

  it('may not be told at all, when it has no more than four digits', async () => {
    expect(await faultsOf('4821', { kind: 'last-four', digits: '4821' })).toEqual(found);
    expect(await faultsOf('907', { kind: 'name', text: 'code 907' })).toEqual(found);
    expect(await faultsOf('907', { kind: 'number', number: 907 })).toEqual(found);
    expect(await faultsOf('907', { kind: 'phone', number: '+12135550907' })).toEqual(found);
  });

  it('is no secret before it is typed', async () => {
    expect(await faultsOf('4821', { kind: 'last-four', digits: '4821' }, true)).toEqual([]);
  });

  it('may not be told with a question either', async () => {
    const { faults } = await playCall(
      flowOf({ 'card.cvv': ['907'] }, async (line) => {
        const into = new SecretDigits();
        const complete = ({ length }: SecretDigits) => length === 3;
        await enterSecret(line, { ask: [prompt('card.cvv')], into, complete, wrong: () => undefined });
        into.wipe();
        await line.ask({ say: [prompt('pay.code', { card: { kind: 'last-four', digits: '907' } })], ...anyKey });
      }),
      ['907'],
    );
    expect(faults).toEqual(['what was typed at card.cvv is told by pay.code']);
  });
});

describe('what may be seen', () => {
  it('may be told again', async () => {
    const { faults } = await playCall(
      flowOf({ 'who.number': ['2135550142'] }, async (line) => {
        const ask = [prompt('who.number')];
        const number = await line.gather({ say: ask, max: 10, terminator: '#', ...waits, secret: false });
        await line.say(prompt('pay.reference', { reference: { kind: 'reference', digits: number } }));
      }),
      ['2135550142'],
    );
    expect(faults).toEqual([]);
  });
});

describe('a call that is played', () => {
  it('has the faults of its world as well', async () => {
    const flow = flowOf({}, (line) => line.say(prompt('line.goodbye')), ['a charge too many']);
    expect((await playCall(flow, [])).faults).toEqual(['a charge too many']);
  });
});

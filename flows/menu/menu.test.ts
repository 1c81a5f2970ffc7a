import { describe, expect, it } from 'vitest';
import type { Prompt } from '../prompt.ts';
import { prompt } from '../prompt.ts';
import type { Act } from '../testing/scripted-line.ts';
import { HungUp, ScriptedLine } from '../testing/scripted-line.ts';
import { amountEntry } from './amount.ts';
import { cardNumberEntry, cvvEntry, expiryEntry, postalCodeEntry } from './card.ts';
import { enter, enterSecret } from './entry.ts';
import { choose } from './menu.ts';
import { SecretDigits } from './secret-digits.ts';

const before: Prompt[] = [prompt('account.balance', { balance: { kind: 'money', cents: 100 } })];
const choices = [
  { say: prompt('card.number'), value: 'card' },
  { say: prompt('amount.ask'), value: 'amount' },
];

const play = async <T>(acts: Act[], run: (line: ScriptedLine) => Promise<T>) => {
  const line = new ScriptedLine('en', ...acts);
  const outcome = await run(line);
  expect(line.leftOver).toEqual([]);
  return { line, outcome };
};
const menu = (...acts: Act[]) => play(acts, (line) => choose(line, { before, choices }));
const keysOf = (line: ScriptedLine, question: number) => line.questions[question]?.say.map(({ key }) => key);

describe('a menu', () => {
  it('tells each choice before its key, and takes the key at any moment', async () => {
    const { line, outcome } = await menu('2');
    expect(outcome).toEqual({ kind: 'answer', value: 'amount' });
    expect(line.questions[0]?.say).toEqual([
      ...before,
      choices[0]?.say,
      prompt('menu.press', { key: { kind: 'key', key: '1' } }),
      choices[1]?.say,
      prompt('menu.press', { key: { kind: 'key', key: '2' } }),
    ]);
    expect(line.questions[0]?.keys).toEqual([...'0123456789*#']);
  });

  it('always has a way back and a way to an agent', async () => {
    expect((await menu('*')).outcome).toEqual({ kind: 'back' });
    expect((await menu('0')).outcome).toEqual({ kind: 'agent' });
  });

  it('tells all again for #, and after silence the choices alone', async () => {
    const { line, outcome } = await menu('#', 'silence', '1');
    expect(outcome).toEqual({ kind: 'answer', value: 'card' });
    expect(keysOf(line, 1)).toEqual(keysOf(line, 0));
    expect(keysOf(line, 2)).toEqual(['menu.silence', 'card.number', 'menu.press', 'amount.ask', 'menu.press']);
  });

  it('tells what comes after the choices once, and again for #', async () => {
    const after = [prompt('line.keys')];
    const { line } = await play(['silence', '#', '1'], (line) => choose(line, { after, choices }));
    expect(line.questions.map(({ say }) => say.findIndex(({ key }) => key === 'line.keys'))).toEqual([4, -1, 4]);
  });

  it('tells each time what its choices are about', async () => {
    const about = [prompt('card.cvv')];
    const { line } = await play(['silence', '#', '1'], (line) => choose(line, { about, choices }));
    expect(line.questions.map(({ say }) => say.filter(({ key }) => key === 'card.cvv').length)).toEqual([1, 1, 1]);
  });

  it('lets keys be typed ahead, unless it asks for a confirmation', async () => {
    const ahead = await play(['1'], (line) => choose(line, { choices }));
    const fresh = await play(['1'], (line) => choose(line, { choices, fresh: true }));
    expect([ahead, fresh].map(({ line }) => line.questions[0]?.fresh)).toEqual([false, true]);
  });

  it('says of a key that it is no choice, the second time with the ways out, and gives up after the third', async () => {
    const { line, outcome } = await menu('9', '3', 'silence');
    expect(outcome).toEqual({ kind: 'gave-up', silent: false });
    expect(keysOf(line, 1)?.slice(0, 2)).toEqual(['menu.not-a-choice', 'card.number']);
    expect(keysOf(line, 2)?.slice(0, 3)).toEqual(['menu.not-a-choice', 'menu.ways-out', 'card.number']);
  });

  it('ends for a stuck key, whichever it is', async () => {
    for (const key of '#56789') {
      const stuck = new ScriptedLine('en', ...new Array<Act>(40).fill(key as Act));
      expect(await choose(stuck, { choices })).toEqual({ kind: 'gave-up', silent: false });
      expect(stuck.questions.length).toBeLessThanOrEqual(7);
    }
  });

  it('has one to four choices', () => {
    const many = new Array<(typeof choices)[number]>(5).fill({ say: prompt('card.number'), value: 'card' });
    for (const wrong of [[], many])
      expect(() => choose(new ScriptedLine('en'), { choices: wrong })).toThrow(RangeError);
  });

  it('knows when perhaps nobody is there', async () => {
    expect((await menu('silence', 'silence', 'silence')).outcome).toEqual({ kind: 'gave-up', silent: true });
    expect((await menu('silence', '9', 'silence')).outcome).toEqual({ kind: 'gave-up', silent: false });
    expect((await menu('#', 'silence', 'silence', 'silence')).outcome).toEqual({ kind: 'gave-up', silent: false });
  });

  it('ends with the leg', async () => {
    await expect(menu('silence', 'hang-up')).rejects.toThrow(HungUp);
  });
});

describe('an entry', () => {
  const entry = amountEntry({ minCents: 200, maxCents: 10_000 });
  const amount = (...acts: Act[]) => play(acts, (line) => enter(line, entry));

  it('is read as it was typed', async () => {
    expect((await amount({ digits: '25*50' })).outcome).toEqual({ kind: 'answer', value: 2_550 });
  });

  it('says what was wrong, and gives up after the third time', async () => {
    const { line, outcome } = await amount({ digits: '1' }, 'silence', { digits: '500*00' });
    expect(outcome).toEqual({ kind: 'gave-up', silent: false });
    expect(line.told).toEqual([
      'en:amount.ask',
      ...['en:amount.between', 'en:amount.ask'],
      ...['en:menu.silence', 'en:menu.ways-out', 'en:amount.ask'],
    ]);
  });

  it('goes back for *, which needs no #, and to an agent for a zero alone', async () => {
    const { line, outcome } = await amount({ digits: '*' });
    expect(outcome).toEqual({ kind: 'back' });
    expect(line.entries[0]?.complete?.('*')).toBe(true);
    expect((await amount({ digits: '0' })).outcome).toEqual({ kind: 'agent' });
  });

  it('of an expiry or a postal code is known as typed', async () => {
    const expiry = expiryEntry({ year: 2026, month: 11 });
    expect(['04', '0427', '0420', '042027'].map(expiry.complete)).toEqual([false, true, false, false]);
    expect(expiry.max).toBe(6);
    expect(await expiry.read('1026')).toMatchObject({ kind: 'wrong', say: { key: 'card.expired' } });
    expect(['9581', '95814'].map(postalCodeEntry.complete)).toEqual([false, true]);
  });
});

describe('a secret entry', () => {
  const card = async (...acts: Act[]) => {
    const into = new SecretDigits();
    const played = await play(acts, (line) => enterSecret(line, cardNumberEntry(into)));
    return { ...played, into };
  };

  it('is in the buffer, and was never asked for as text', async () => {
    const { line, outcome, into } = await card({ digits: '4242424242424242' });
    expect(outcome).toEqual({ kind: 'answer', value: undefined });
    expect(into.lastFour()).toBe('4242');
    expect(line.entries).toEqual([]);
  });

  it('that cannot be used is wiped, and asked for again', async () => {
    const { line, outcome, into } = await card({ digits: '4242424242424241' }, { digits: '3' }, 'silence');
    expect(outcome).toEqual({ kind: 'gave-up', silent: false });
    expect(into.length).toBe(0);
    expect(line.told).toEqual([
      'en:card.number',
      ...['en:card.number-wrong', 'en:card.number'],
      ...['en:card.not-accepted', 'en:menu.ways-out', 'en:card.number'],
    ]);
  });

  it('goes back for a star, and to an agent for a zero alone, with nothing left behind', async () => {
    expect((await card('*')).outcome).toEqual({ kind: 'back' });
    const { outcome, into } = await card({ digits: '0' });
    expect(outcome).toEqual({ kind: 'agent' });
    expect(into.length).toBe(0);
  });

  it('begins empty, whatever was there before', async () => {
    const into = new SecretDigits();
    into.press('9');
    await play([{ digits: '123' }], (line) => enterSecret(line, cvvEntry(into, 'visa')));
    expect([...into.bytes]).toEqual([49, 50, 51]);
  });

  it('of a security code has three digits', async () => {
    const into = new SecretDigits();
    const { outcome } = await play([{ digits: '12' }, { digits: '123' }], (line) =>
      enterSecret(line, cvvEntry(into, 'mastercard')),
    );
    expect(outcome).toEqual({ kind: 'answer', value: undefined });
  });
});

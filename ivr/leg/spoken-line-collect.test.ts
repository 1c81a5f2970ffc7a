import { describe, expect, it } from 'vitest';
import { SecretDigits } from '#flows/menu/secret-digits.ts';
import { prompt } from '#flows/prompt.ts';
import { turns } from '../testing/moved-clock.ts';
import { discarded } from '../testing/prompts.ts';
import { question, spoken } from '../testing/spoken.ts';
import { watched } from '../testing/watched.ts';

const wanted = (into: SecretDigits) => ({
  ...{ say: [prompt('card.number')], into, waitSeconds: 8, betweenSeconds: 4 },
  complete: ({ length }: SecretDigits) => length === 6,
});

describe('a secret entry', () => {
  it('goes digit by digit into the buffer, and is written down nowhere', async () => {
    const { endpoint, line, noted } = spoken();
    const into = new SecretDigits();
    const entry = watched(line.collect(wanted(into)));
    await turns();
    endpoint.press('4');
    await turns();
    expect(endpoint.playing.stopped).toBe(true);
    endpoint.press(...'24861');
    await turns();
    expect(entry.result).toBe('entered');
    expect(String.fromCharCode(...into.bytes)).toBe('424861');
    expect(noted.of('entry')).toEqual([{ leg: 'outside', digits: '(secret)' }]);
  });

  it('begins anew after a star, and is a star when nothing was typed', async () => {
    const { endpoint, line } = spoken();
    const into = new SecretDigits();
    endpoint.press(...'99*123#');
    expect(await line.collect(wanted(into))).toBe('entered');
    expect(String.fromCharCode(...into.bytes)).toBe('123');
    endpoint.press('*', '7');
    expect(await line.collect(wanted(new SecretDigits()))).toBe('star');
  });

  it('is silence when nothing is typed in time, or only the key that ends it', async () => {
    const { clock, endpoint, line } = spoken();
    const entry = watched(line.collect(wanted(new SecretDigits())));
    await turns();
    await endpoint.playing.end();
    await clock.move(7_999);
    expect(entry.over).toBe(false);
    await clock.move(1);
    expect(entry.result).toBe('silence');
    endpoint.press('#');
    expect(await line.collect(wanted(new SecretDigits()))).toBe('silence');
  });

  it('is the key that would have ended it where that is an answer, and nothing was typed before', async () => {
    const { endpoint, line, noted } = spoken();
    endpoint.press('#');
    expect(await line.collect({ ...wanted(new SecretDigits()), orPound: true })).toBe('pound');
    endpoint.press(...'99*#');
    expect(await line.collect({ ...wanted(new SecretDigits()), orPound: true })).toBe('silence');
    expect(noted.of('entry').map(({ digits }) => digits)).toEqual(['(secret)', '(secret)']);
  });

  it('ends when no digit follows in time, with those that came', async () => {
    const { clock, endpoint, line } = spoken();
    const into = new SecretDigits();
    const entry = watched(line.collect(wanted(into)));
    await turns();
    endpoint.press('4', '2');
    await clock.move(3_999);
    expect(entry.over).toBe(false);
    await clock.move(1);
    expect([entry.result, into.length]).toEqual(['entered', 2]);
  });

  it('of a stuck key ends when the buffer is full', async () => {
    const { endpoint, line } = spoken();
    const into = new SecretDigits();
    endpoint.press(...'1'.repeat(40));
    expect(await line.collect({ ...wanted(into), complete: () => false })).toBe('entered');
    expect(into.full).toBe(true);
  });
});

describe('a question that asks for a confirmation', () => {
  it('does not take a key that was pressed before it', async () => {
    const { clock, endpoint, line } = spoken();
    endpoint.press('1');
    const asked = watched(line.ask(question({ fresh: true })));
    await turns();
    await endpoint.playing.end();
    await clock.move(6_000);
    expect(asked.result).toEqual({ kind: 'silence' });
    endpoint.press('1');
    expect(await line.ask(question())).toEqual({ kind: 'key', key: '1' });
  });
});

it('what names a value is told once, and its file is discarded when it has been told', async () => {
  const { endpoint, line } = spoken();
  discarded.length = 0;
  const told = watched(line.say(prompt('account.balance', { balance: { kind: 'money', cents: 1_250 } })));
  await turns();
  expect(discarded).toEqual([]);
  await endpoint.playing.end();
  await turns();
  expect(told.over).toBe(true);
  expect(discarded).toHaveLength(1);
});

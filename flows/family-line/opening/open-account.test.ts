import { expect, it } from 'vitest';
import type { WorldOptions } from '../../testing/family-world.ts';
import { FamilyWorld } from '../../testing/family-world.ts';
import type { Act } from '../../testing/scripted-line.ts';
import { HungUp, ScriptedLine } from '../../testing/scripted-line.ts';
import { familyLine } from '../family-line.ts';
import { Visit } from '../visit.ts';
import { openAccount } from './open-account.ts';

const typed = (digits: string): Act => ({ digits });
const facility: Act[] = ['1', typed('22'), '1', typed('825'), '1'];
const opens: Act[] = ['2', '1', '2', ...facility, typed('4823'), typed('4823'), '1'];
const pays: Act[] = [typed('25'), typed('4000001234561116'), typed('0427'), typed('123'), typed('95814'), '1', '2'];
const opened = 'open valley-view es 2026-01 passcode:4';

async function call(options: WorldOptions, ...acts: Act[]) {
  const [line, world] = [new ScriptedLine('en', ...acts), new FamilyWorld({ known: false, ...options })];
  const ended = await familyLine(line, world).catch((error: unknown) => error);
  expect(ended === undefined || ended instanceof HungUp).toBe(true);
  for (const { into } of line.secrets)
    expect([...new Uint8Array(into.bytes.buffer)].every((byte) => byte === 0)).toBe(true);
  return { done: world.done, told: line.told.map((one) => one.slice(3)), questions: line.questions };
}

it('who has no account opens one and pays into it', async () => {
  const { done } = await call({}, ...opens, ...pays);
  expect(done).toEqual([opened, 'charge 2500 new ..1116 4/2027 cvv:3 95814 for account-2']);
});

it('the terms are accepted by a key that was pressed after they were told, and by no other', async () => {
  const { questions } = await call({}, ...opens, 'hang-up');
  const accepting = questions.filter(({ say }) => say.some(({ key }) => key === 'terms.accept'));
  expect(accepting.map(({ fresh }) => fresh)).toEqual([true]);
});

it('terms that are told four times are an agent’s to explain', async () => {
  const before: Act[] = ['2', '1', '2', ...facility, typed('4823'), typed('4823')];
  const { done, told } = await call({}, ...before, '2', '2', '2', '2');
  expect(done).toEqual(['agent']);
  expect(told.filter((key) => key === 'terms.dated')).toHaveLength(4);
});

it('who has opened one is known by the passcode that was chosen, and hears of a block that lies on the number', async () => {
  const after = async (blockedEverywhere: boolean) => {
    const account = { id: 'account-2' };
    const world = new FamilyWorld({
      ...{ known: false, callingNumber: '+12135550142' },
      opened: { kind: 'opened', account, number: '1000000008', blockedEverywhere },
    });
    const line = new ScriptedLine('en', ...facility, typed('4823'), typed('4823'), '1');
    const visit = new Visit(line, world, undefined);
    expect(await openAccount(visit)).toEqual({ kind: 'answer', value: account });
    expect([visit.isProven, line.leftOver]).toEqual([true, []]);
    return line.told.includes('en:open.blocked');
  };
  expect([await after(true), await after(false)]).toEqual([true, false]);
});

it('who hangs up before the terms are accepted leaves nothing', async () => {
  for (let step = 1; step < opens.length; step++)
    expect((await call({}, ...opens.slice(0, step), 'hang-up')).done).toEqual([]);
});

it('nothing is opened with an easy passcode, two that differ, or terms that are refused or have no wording', async () => {
  const before: Act[] = ['2', '1', '2', ...facility];
  const easy = await call({}, ...before, typed('1234'), 'hang-up');
  expect(easy.told).toContain('open.passcode-easy');
  const differ = await call({}, ...before, typed('4823'), typed('4824'), 'hang-up');
  expect(differ.told).toContain('open.passcode-differs');
  const refused = await call({}, ...before, typed('4823'), typed('4823'), '3', 'hang-up');
  expect(refused.told).toContain('open.not-opened');
  expect([easy.done, differ.done, refused.done]).toEqual([[], [], []]);
  expect((await call({ terms: '1999-01' }, '2', '1', '2')).done).toEqual(['agent']);
});

it('a passcode is chosen anew with a star at its second entry, and with the third that differs an agent helps', async () => {
  const before: Act[] = ['2', '1', '2', ...facility];
  const anew = await call({}, ...before, typed('4823'), '*', typed('5917'), typed('5917'), '1', ...pays);
  expect(anew.done[0]).toBe(opened);
  expect(anew.told.filter((key) => key === 'open.passcode')).toHaveLength(2);
  const differ = [typed('4823'), typed('4824')];
  const { done, told } = await call({}, ...before, ...differ, ...differ, ...differ);
  expect(done).toEqual(['agent']);
  expect(told).toContain('open.no-passcode');
});

it('a withheld number gets an agent, and one that was taken meanwhile pays into that account', async () => {
  expect((await call({ callingNumber: undefined }, '2', '1', '2')).done).toEqual(['agent']);
  const { done } = await call({ opened: { kind: 'taken' } }, ...opens, ...pays);
  expect(done).toEqual([opened, 'charge 2500 new ..1116 4/2027 cvv:3 95814']);
});

import { describe, expect, it } from 'vitest';
import { FamilyWorld, type WorldOptions } from '../testing/family-world.ts';
import { HungUp, ScriptedLine, type Act } from '../testing/scripted-line.ts';
import { speakToAgent } from './agent.ts';
import { calledBack } from './call-back.ts';
import { Visit } from './visit.ts';

async function wants(options: WorldOptions, ...acts: Act[]) {
  const [line, world] = [new ScriptedLine('en', ...acts), new FamilyWorld({ wantsCallBack: true, ...options })];
  const next = await speakToAgent(new Visit(line, world, undefined));
  expect(line.leftOver).toEqual([]);
  return { next, line, desk: world.desk.slice(1), told: line.told.map((one) => one.replace('en:', '')) };
}

const own = '+12135550142';
const other: Act = { digits: '2135550143' };
const waitsOn = ['step back', 'hold 30'];

describe('who waits and would rather be called back', () => {
  it('hears the number that they call from, says yes, and may hang up: the place is kept', async () => {
    const { next, desk, line, told } = await wants({}, '1');
    expect(next).toBe('goodbye');
    expect(desk).toEqual(['hold 30', 'step aside', `call back ${own}`]);
    expect(line.questions[0]).toMatchObject({
      fresh: true,
      say: [{ key: 'call-back.number', values: { phone: { kind: 'phone', number: own } } }, {}, {}, {}, {}],
    });
    expect(told.at(-1)).toBe('call-back.today');
  });

  it('hears that it will be in the morning', async () => {
    expect((await wants({ calledBack: 'morning' }, '1')).told.at(-1)).toBe('call-back.morning');
  });

  it('types another number, which is read back before it counts', async () => {
    const { desk, line } = await wants({}, '2', other, '1');
    expect(desk.at(-1)).toBe('call back +12135550143');
    expect(line.questions[1]).toMatchObject({
      fresh: true,
      say: [{ values: { phone: { number: '+12135550143' } } }, {}, {}, {}, {}],
    });
  });

  it('is asked for a number when theirs is withheld', async () => {
    const { told, desk } = await wants({ callingNumber: undefined }, other, '1');
    expect(told.slice(1, 3)).toEqual(['call-back.withheld', 'call-back.enter']);
    expect(desk.at(-1)).toBe('call back +12135550143');
  });

  it('is asked for a number in the country when theirs is not', async () => {
    const { told } = await wants({ callingNumber: '+525512345678' }, other, '1');
    expect(told.slice(1, 3)).toEqual(['call-back.not-callable', 'call-back.enter']);
  });

  it.each<[string, string, string]>([
    ['cannot be called', '9115550', 'call-back.not-callable'],
    ['is to be called already', '2135550199', 'call-back.waits'],
  ])('hears why a number that they type %s, and is asked again', async (_what, digits, why) => {
    const { told, desk } = await wants({ callingNumber: undefined }, { digits }, other, '1');
    expect(told.slice(2, 5)).toEqual(['call-back.enter', why, 'call-back.enter']);
    expect(desk.at(-1)).toBe('call back +12135550143');
  });

  it('is not called on a number that they do not confirm, however often they type one', async () => {
    const { desk, told, next } = await wants({}, '2', other, '2', other, '2', other, '2');
    expect(desk).toEqual(['hold 30', 'step aside', ...waitsOn]);
    expect(told.at(-1)).toBe('call-back.still');
    expect(next).toBe('goodbye');
  });

  it.each<[string, readonly Act[]]>([
    ['back', ['*']],
    ['an agent', ['0']],
    ['back from the other number', ['2', { digits: '*' }]],
    ['nothing at all', ['silence', 'silence', 'silence']],
  ])('waits on in their place who wants %s', async (_what, acts) => {
    const { desk, told } = await wants({}, ...acts);
    expect(desk).toEqual(['hold 30', 'step aside', ...waitsOn]);
    expect(told.at(-1)).toBe('call-back.still');
  });

  it('is asked nothing when an agent is coming already', async () => {
    const { desk, line } = await wants({ calledBack: 'coming' });
    expect(desk).toEqual(['hold 30', 'step aside', 'hold 30']);
    expect(line.questions).toEqual([]);
  });

  it('waits on when the place was given to an agent while they spoke', async () => {
    const { desk, told } = await wants({ calledBack: 'not-kept' }, '1');
    expect(desk).toEqual(['hold 30', 'step aside', `call back ${own}`, ...waitsOn]);
    expect(told.at(-1)).toBe('call-back.still');
  });

  it('may hang up at the question', async () => {
    await expect(wants({}, 'hang-up')).rejects.toBeInstanceOf(HungUp);
  });

  it('is told that they can, from a minute on, and at every fourth message', async () => {
    const offers = async (...minutes: (number | undefined)[]) => {
      const standings = minutes.map((minutes) => ({ position: 1, minutes }));
      const { told } = await wants({ wantsCallBack: false, standings });
      const messages = told.join(' ').split('agent.next').slice(1);
      return messages.map((one) => one.includes('call-back.offer menu.press'));
    };
    expect(await offers(1, 1, 1, 1, 2)).toEqual([true, false, false, false, true]);
    expect(await offers(0)).toEqual([false]);
    expect(await offers(undefined)).toEqual([false]);
  });
});

describe('whoever answers a call-back', () => {
  it('hears who it is, presses 1, and is joined', async () => {
    const line = new ScriptedLine('es', '1');
    expect(await calledBack(line)).toBe(true);
    expect(line.told).toEqual(['es:call-back.here', 'es:call-back.join', 'es:menu.press']);
    expect(line.questions).toMatchObject([{ keys: ['1'], fresh: true, waitSeconds: 6 }]);
  });

  it('is not joined who presses nothing, twice: it may be a machine', async () => {
    const line = new ScriptedLine('en', 'silence', 'silence');
    expect(await calledBack(line)).toBe(false);
    expect(line.questions.length).toBe(2);
  });

  it('may press it late', async () => {
    expect(await calledBack(new ScriptedLine('en', 'silence', '1'))).toBe(true);
  });
});

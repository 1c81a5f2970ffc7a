import { describe, expect, it } from 'vitest';
import { familyLine } from './family-line.ts';
import type { Line, Question, SecretWanted } from '../line.ts';
import type { SecretDigits } from '../menu/secret-digits.ts';
import { prompt } from '../prompt.ts';
import type { WorldOptions } from '../testing/family-world.ts';
import { captured, FamilyWorld, passcode, rioClaro, savedCard, valleyView } from '../testing/family-world.ts';
import type { Act } from '../testing/scripted-line.ts';
import { HungUp, ScriptedLine } from '../testing/scripted-line.ts';

const visa = '4000001234561116';
const typed = (digits: string): Act => ({ digits });
const proven = typed(passcode);
const newCard = [typed(visa), typed('0427'), typed('123'), typed('95814')];

/** Bytes of a buffer that are not zero, also behind its length: `bytes` alone shows none of a buffer that is empty. */
const left = ({ bytes }: SecretDigits): number[] => [...new Uint8Array(bytes.buffer)].filter((byte) => byte !== 0);

/** Remembers the buffers into which secrets went. */
class Overheard extends ScriptedLine {
  readonly buffers: SecretDigits[] = [];

  override collect(wanted: SecretWanted): ReturnType<Line['collect']> {
    this.buffers.push(wanted.into);
    return super.collect(wanted);
  }
}

/** Hangs up as soon as this is told. */
class LeavesWhenTold extends ScriptedLine {
  readonly #key: string;

  constructor(key: string, ...script: ConstructorParameters<typeof ScriptedLine>) {
    super(...script);
    this.#key = key;
  }

  override ask(question: Question): ReturnType<Line['ask']> {
    if (question.say.some(({ key }) => key === this.#key)) return Promise.reject(new HungUp());
    return super.ask(question);
  }
}

async function call(options: WorldOptions, ...acts: Act[]) {
  const line = new Overheard('en', '1', ...acts);
  const world = new FamilyWorld(options);
  await familyLine(line, world);
  expect(line.leftOver).toEqual([]);
  expect(line.told.at(-1)).toMatch(/:line\.goodbye$/);
  for (const buffer of line.buffers) expect([buffer.length, ...left(buffer)]).toEqual([0]);
  return { told: line.told.map((one) => one.slice(3)), done: world.done, line };
}

describe('the 866 line', () => {
  it('asks for the language first, and speaks it from then on', async () => {
    const line = new ScriptedLine('en', '2', 'silence', 'silence', 'silence');
    await familyLine(line, new FamilyWorld());
    expect(line.told.slice(0, 3)).toEqual(['en:language.choose', 'es:language.choose', 'es:line.welcome']);
    expect(line.told.at(-1)).toBe('es:line.goodbye');
  });

  it('finds out who calls while it asks for the language, and hears first of a caller who is gone', async () => {
    const order: string[] = [];
    const world = new FamilyWorld();
    const known = world.accounts.ofCaller();
    Object.assign(world.accounts, { ofCaller: () => (order.push('who'), known) });
    const line = new ScriptedLine('en', 'hang-up');
    const asked = line.ask.bind(line);
    line.ask = (question) => asked(question).finally(() => order.push('language'));
    await expect(familyLine(line, world)).rejects.toThrow(HungUp);
    expect(order).toEqual(['who', 'language']);
    Object.assign(world.accounts, { ofCaller: () => Promise.reject(new Error('no database')) });
    await expect(familyLine(new ScriptedLine('en', 'hang-up'), world)).rejects.toThrow(HungUp);
    await expect(familyLine(new ScriptedLine('en', '1'), world)).rejects.toThrow('no database');
  });

  it('tells the keys that always count once, after the main menu', async () => {
    const { line } = await call({}, 'silence', '*', '1', 'silence', 'silence', 'silence');
    const [, first, ...others] = line.questions.map(({ say }) => say.map(({ key }) => key));
    expect(first?.[0]).toBe('line.welcome');
    expect(first?.at(-1)).toBe('line.keys');
    expect(others.flat()).not.toContain('line.keys');
  });

  it('says goodbye to a silent telephone, and bothers no agent with it', async () => {
    const { done } = await call({}, 'silence', 'silence', 'silence');
    expect(done).toEqual([]);
  });

  it('gives an agent to whoever presses keys that are no choices', async () => {
    expect((await call({}, '7', '8', '9')).done).toEqual(['agent']);
  });

  it('asks for the language again when * is pressed at the main menu', async () => {
    const { line } = await call({}, '*', '2', 'silence', 'silence', 'silence');
    expect(line.told.at(-1)).toBe('es:line.goodbye');
  });

  it('ends for a telephone left off the hook, whichever key is stuck', async () => {
    for (const key of '1234567890*#') {
      const line = new ScriptedLine('en', ...new Array<Act>(500).fill(key as Act));
      await familyLine(line, new FamilyWorld({ agents: 'closed' })).catch((fault: unknown) => {
        // A question for digits is not answered by this script; that it was reached is enough.
        expect(String(fault)).toContain('no digits');
      });
    }
  });
});

describe('the balance', () => {
  it('is told with the last deposits to who says the passcode', async () => {
    const { told, done } = await call({}, '2', proven, '2');
    expect(done).toEqual(['passcode right', 'overview']);
    expect(told).toContain('account.balance');
    expect(told.filter((key) => key === 'account.deposit')).toHaveLength(2);
  });

  it('is told to nobody else: the third wrong passcode is answered by an agent', async () => {
    const { told, done } = await call({}, '2', typed('1111'), typed('2222'), typed('3333'));
    expect(done).toEqual(['passcode wrong', 'passcode wrong', 'passcode locked', 'agent']);
    expect(told).not.toContain('account.balance');
    expect(told).toContain('passcode.agent');
  });

  it('of a caller whose number is not known is that of the account they type', async () => {
    const { told, done } = await call({ known: false }, '2', typed('9990000'), typed('2135550142'), proven, '2');
    expect(told.filter((key) => key.startsWith('who.'))).toEqual(['who.number', 'who.unknown', 'who.number']);
    expect(done).toEqual(['passcode right', 'overview']);
  });

  it('asks for the passcode once in a call', async () => {
    const { done } = await call({}, '2', proven, '1', '2', '2');
    expect(done).toEqual(['passcode right', 'overview', 'overview']);
  });
});

describe('a payment', () => {
  it('with a new card is read back, confirmed, charged once, and its reference told twice', async () => {
    const { told, done, line } = await call({}, '1', typed('25*50'), ...newCard, '1', '2');
    expect(done).toEqual(['charge 2550 new ..1116 4/2027 cvv:3 95814']);
    expect(told.slice(-8)).toEqual([
      'pay.done',
      'pay.reference',
      ...['next.menu', 'menu.press', 'next.end', 'menu.press'],
      'pay.reference-again',
      'line.goodbye',
    ]);
    const readBack = line.questions.flatMap(({ say }) => say).find(({ key }) => key === 'pay.read-back');
    expect(readBack?.values).toEqual({
      amount: { kind: 'money', cents: 2_550 },
      card: { kind: 'last-four', digits: '1116' },
    });
  });

  it('with the saved card takes the passcode, the code on the card and at most 12 keys', async () => {
    const acts: Act[] = ['1', proven, typed('123'), '1'];
    const { told, done, line } = await call({ saved: savedCard }, ...acts, '2');
    expect(done).toEqual(['passcode right', 'charge 2500 saved cvv:3']);
    expect(told.indexOf('passcode.or-card')).toBeLessThan(told.indexOf('pay.code'));
    expect(line.questions.at(-2)).toMatchObject({
      fresh: true,
      say: [
        prompt('pay.same-again', {
          amount: { kind: 'money', cents: 2_500 },
          card: { kind: 'last-four', digits: '4242' },
        }),
        prompt('pay.fee'),
        ...['confirm.yes', 'menu.press', 'pay.other-amount', 'menu.press'].map((key) => ({ key })),
      ],
    });
    const keys = acts.reduce(
      (sum, act) => sum + (typeof act === 'object' && 'digits' in act ? act.digits.length : 1),
      1,
    );
    expect(keys).toBeLessThanOrEqual(12);
  });

  it('names the saved card to nobody who has not said the passcode', async () => {
    const { told } = await call({ saved: savedCard }, '1', typed('0000'), typed('1111'), typed('2222'));
    for (const key of ['pay.code', 'pay.same-again']) expect(told).not.toContain(key);
    expect(told.filter((key) => key === 'passcode.or-card')).toHaveLength(3);
  });

  it('with another card than the saved one needs no passcode', async () => {
    const { told, done } = await call({ saved: savedCard }, '1', '#', typed('25'), ...newCard, '1', '2');
    expect(done).toEqual(['charge 2500 new ..1116 4/2027 cvv:3 95814']);
    for (const key of ['pay.code', 'pay.same-again', 'menu.silence']) expect(told).not.toContain(key);
  });

  it('with the saved card may be of another amount than last time', async () => {
    const acts: Act[] = ['1', proven, typed('123'), '2', typed('30'), typed('123'), '1', '2'];
    const { told, done } = await call({ saved: savedCard }, ...acts);
    expect(done).toEqual(['passcode right', 'charge 3000 saved cvv:3']);
    expect(told.filter((key) => /^pay\.(same-again|read-back)$/.test(key))).toEqual([
      'pay.same-again',
      'pay.read-back',
    ]);
  });

  it('with a saved card that has not paid yet asks how much', async () => {
    const saved = { ...savedCard, lastCents: undefined };
    const { told, done } = await call({ saved }, '1', proven, typed('30'), typed('123'), '1', '2');
    expect(done).toEqual(['passcode right', 'charge 3000 saved cvv:3']);
    expect(told).not.toContain('pay.same-again');
  });

  it('of who has said the passcode before lets them choose the card by a key', async () => {
    const before: Act[] = ['2', proven, '1', '1'];
    const saved = await call({ saved: savedCard }, ...before, '1', typed('123'), '1', '2');
    expect(saved.done).toEqual(['passcode right', 'overview', 'charge 2500 saved cvv:3']);
    const other = await call({ saved: savedCard }, ...before, '2', typed('25'), ...newCard, '1', '2');
    expect(other.done.at(-1)).toBe('charge 2500 new ..1116 4/2027 cvv:3 95814');
  });

  it('is waited for, with a word now and then', async () => {
    const { line } = await call({}, '1', typed('25'), ...newCard, '1', '2');
    expect(line.waits).toEqual([{ say: [prompt('pay.still-waiting')], everySeconds: 8 }]);
  });

  it('that is declined is heard of by who stays, and by nobody who hangs up', async () => {
    const charges = [{ kind: 'declined', reason: 'expired' }] as const;
    const acts: Act[] = ['1', '1', typed('25'), ...newCard, '1'];
    const stays = new FamilyWorld({ charges });
    await familyLine(new ScriptedLine('en', ...acts, '2', 'silence', 'silence', 'silence'), stays);
    expect(stays.heard).toEqual([1]);
    const leaves = new FamilyWorld({ charges });
    const gone = new LeavesWhenTold('declined.expired', 'en', ...acts, 'silence');
    await expect(familyLine(gone, leaves)).rejects.toThrow(HungUp);
    expect([leaves.done.length, leaves.heard]).toEqual([1, []]);
  });

  it('is not made without the confirmation', async () => {
    const before: Act[] = ['1', typed('25'), ...newCard];
    for (const answer of ['*', '0', '2'] as const) {
      const after: Act[] = answer === '2' ? ['2', typed('*')] : [answer];
      const rest: Act[] = answer === '0' ? [] : ['silence', 'silence', 'silence'];
      const { done } = await call({}, ...before, ...after, ...rest);
      expect(done.filter((one) => one.startsWith('charge'))).toEqual([]);
    }
    expect((await call({}, ...before, 'silence', 'silence', 'silence')).done).toEqual([]);
  });

  it('that the caller changes begins with the amount again', async () => {
    const { done } = await call({}, '1', typed('25'), ...newCard, '2', typed('30'), ...newCard, '1', '2');
    expect(done).toEqual(['charge 3000 new ..1116 4/2027 cvv:3 95814']);
  });

  it('that is declined says why, and may be tried three times', async () => {
    const charges = [{ kind: 'declined', reason: 'insufficient-funds' }] as const;
    const once = [...newCard, '1'] as const;
    const { told, done } = await call({ charges }, '1', typed('25'), ...once, '1', ...once, '1', ...once, '2');
    expect(done).toHaveLength(3);
    expect(told.filter((key) => key === 'declined.insufficient-funds')).toHaveLength(3);
    expect(told.filter((key) => key === 'pay.another-card')).toHaveLength(2);
    expect(told).toContain('pay.no-more');
    expect(told).not.toContain('pay.done');
  });

  it('that is declined for the saved card goes on with another one', async () => {
    const charges = [{ kind: 'declined', reason: 'expired' }, captured] as const;
    const saved: Act[] = ['1', proven, typed('123'), '1'];
    const { done } = await call({ saved: savedCard, charges }, ...saved, '1', ...newCard, '1', '2');
    expect(done.slice(1)).toEqual(['charge 2500 saved cvv:3', 'charge 2500 new ..1116 4/2027 cvv:3 95814']);
  });

  it('whose outcome is not known is not said to be made, nor tried again', async () => {
    const { told, done } = await call({ charges: [{ kind: 'pending' }] }, '1', typed('25'), ...newCard, '1', '2');
    expect(done).toHaveLength(1);
    expect(told).toContain('pay.pending');
    expect(told).not.toContain('pay.done');
  });

  it('leaves no digit behind when the caller hangs up, at any step', async () => {
    const acts: Act[] = ['1', '1', typed('25'), ...newCard, '1', '2'];
    for (let steps = 1; steps < acts.length; steps++) {
      const line = new Overheard('en', ...acts.slice(0, steps), 'hang-up');
      const world = new FamilyWorld();
      await expect(familyLine(line, world)).rejects.toThrow(HungUp);
      for (const buffer of line.buffers) expect([buffer.length, ...left(buffer)]).toEqual([0]);
      expect(world.done).toHaveLength(steps < acts.length - 1 ? 0 : 1);
    }
  });
});

describe('blocks', () => {
  it('are placed on the calling number for one facility, after a confirmation', async () => {
    expect((await call({}, '3', '1', '1', '1', '2')).done).toEqual(['place +12135550142 valley-view']);
    expect((await call({}, '3', '1', '1', '2', 'silence', 'silence', 'silence')).done).toEqual([]);
  });

  it('are placed for a facility that has not called, by its number', async () => {
    const acts: Act[] = ['2', typed('99'), typed('12'), '*', typed('12'), '1', '1', '2'];
    expect((await call({}, '3', '1', '2', ...acts)).done).toEqual(['place +12135550142 rio-claro']);
    expect((await call({ callers: [] }, '3', '1', ...acts)).done).toEqual(['place +12135550142 rio-claro']);
  });

  it('are chosen from a long list a few at a time, with the other facility at its end', async () => {
    const callers = Array.from({ length: 7 }, (_, n) => ({ id: `f${n}`, name: `Facility ${n}` }));
    expect((await call({ callers }, '3', '1', '4', '2', '1', '2')).done).toEqual(['place +12135550142 f4']);
    expect((await call({ callers }, '3', '1', '4', '4', '2', '2', typed('12'), '1', '1', '2')).done).toEqual([
      'place +12135550142 rio-claro',
    ]);
    expect((await call({ callers }, '3', '1', '4', '4', '3', '1', '1', '2')).done).toEqual(['place +12135550142 f0']);
  });

  it('are placed for all facilities, after a confirmation', async () => {
    expect((await call({}, '3', '2', '1', '2')).done).toEqual(['place +12135550142 all']);
    expect((await call({}, '3', '2', '*', 'silence', 'silence', 'silence')).done).toEqual([]);
  });

  it('are read, four at a time', async () => {
    const blocks = [valleyView, rioClaro, valleyView, rioClaro, 'all'] as const;
    const { told } = await call({ blocks }, '3', '3', '1', '2');
    expect(told.filter((key) => key === 'block.is')).toHaveLength(4);
    expect(told.filter((key) => key === 'block.is-all')).toHaveLength(1);
    expect((await call({}, '3', '3', '2')).told).toContain('block.none');
  });

  it('are lifted only with the passcode', async () => {
    const { told, done } = await call({ blocks: [rioClaro] }, '3', '4', proven, '1', '1', '2');
    expect(done).toEqual(['passcode right', 'lift +12135550142 rio-claro']);
    expect(told).toContain('block.lifted');
    const wrong = await call({ blocks: [rioClaro] }, '3', '4', typed('1111'), typed('2222'), typed('3333'));
    expect(wrong.done.at(-1)).toBe('agent');
    expect(wrong.done.filter((one) => one.startsWith('lift'))).toEqual([]);
  });

  it('that only an agent may lift lead to one', async () => {
    const { told, done } = await call({ blocks: ['all'], liftable: false }, '3', '4', proven, '1', '1');
    expect(told).toContain('block.agent-only');
    expect(told).not.toContain('block.lifted-all');
    expect(done.at(-1)).toBe('agent');
  });

  it('of a withheld number are an agent’s business', async () => {
    const { told, done } = await call({ callingNumber: undefined, known: false }, '3');
    expect(told).toContain('block.withheld');
    expect(done).toEqual(['agent']);
  });
});

describe('automatic payments', () => {
  it('are told, and turned off after a confirmation', async () => {
    const funding = { kind: 'autopay', cents: 2_500 } as const;
    const { told, done } = await call({ funding }, '4', proven, '1', '1', '2');
    expect(told).toContain('auto.autopay');
    expect(done).toEqual(['passcode right', 'turn-off']);
    const kept = await call({ funding }, '4', proven, '1', '2', 'silence', 'silence', 'silence');
    expect(kept.done).toEqual(['passcode right']);
  });

  it('that are off cannot be turned off', async () => {
    const { told } = await call({}, '4', proven, '2', 'silence', 'silence', 'silence');
    expect(told).toContain('auto.off');
    expect(told).not.toContain('auto.turn-off');
  });

  it('of an account that is to be closed lead to an agent, who alone closes it', async () => {
    const { told, done } = await call({}, '4', proven, '1');
    expect(told).toContain('close.agent');
    expect(done).toEqual(['passcode right', 'agent']);
  });
});

describe('an agent', () => {
  it('is one key away from everywhere', async () => {
    const ways: Act[][] = [['0'], ['3', '0'], ['1', typed('0')], ['2', typed('0')], ['1', typed('25'), typed('0')]];
    for (const acts of ways) expect((await call({}, ...acts)).done).toEqual(['agent']);
  });

  it('who is not there at this hour is announced with the hours', async () => {
    const { told, done } = await call({ agents: 'closed' }, '0', '3');
    expect(told).toEqual(expect.arrayContaining(['agent.closed', 'agent.hours']));
    expect(done).toEqual([]);
  });

  it('who does not come leads back to the menu', async () => {
    const { told } = await call({ agents: 'nobody' }, '0', '2', 'silence', 'silence', 'silence');
    expect(told).toContain('agent.nobody');
    expect(told.filter((key) => key === 'main.pay').length).toBeGreaterThan(1);
  });
});

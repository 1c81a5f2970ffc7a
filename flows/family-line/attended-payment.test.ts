import { describe, expect, it } from 'vitest';
import type { Line } from '../line.ts';
import { account, captured, FamilyWorld, type WorldOptions } from '../testing/family-world.ts';
import type { Act } from '../testing/scripted-line.ts';
import { HungUp, ScriptedLine } from '../testing/scripted-line.ts';
import { attendedPayment, type Attendance, type AttendedOrder } from './attended-payment.ts';

const typed = (digits: string): Act => ({ digits });
const card = [typed('4000001234561116'), typed('0427'), typed('123'), typed('95814')];
const known: AttendedOrder = { account, cents: undefined };

/** One attended payment: what the agent does, what the caller does, and what each was told. */
async function attend(
  agentDoes: readonly Act[],
  callerDoes: readonly Act[],
  { order = known, world: options = {} }: { order?: AttendedOrder; world?: WorldOptions } = {},
) {
  const [agent, caller] = [new ScriptedLine('en', ...agentDoes), new ScriptedLine('en', ...callerDoes)];
  const world = new FamilyWorld(options);
  const toldApart: string[][] = [];
  const { payments, accounts } = world;
  const apart: Attendance['apart'] = async (work) => {
    let before = 0;
    const types = () => void (before = agent.told.length);
    const done = await work({ agent, caller, types });
    toldApart.push(agent.told.slice(before));
    return done;
  };
  const attended = await attendedPayment({ agent, caller, payments, accounts, apart }, order);
  expect([agent.leftOver, caller.leftOver]).toEqual([[], []]);
  expect(toldApart.flat()).toEqual([]);
  const keys = ({ told }: ScriptedLine) => told.map((one) => one.slice(3));
  return { attended, done: world.done, heard: world.heard, agent: keys(agent), caller: keys(caller) };
}

describe('an attended payment', () => {
  it('is of the amount that the agent typed and the caller confirmed, and both hear what came of it', async () => {
    const { attended, done, agent, caller } = await attend([typed('25')], [...card, '1']);
    expect(attended).toEqual({ ...captured, cents: 2_500 });
    expect(done).toEqual(['charge 2500 new ..1116 4/2027 cvv:3 95814']);
    expect(agent).toEqual(['amount.ask', 'attended.agent', 'pay.done', 'pay.reference']);
    expect(caller.slice(0, 3)).toEqual(['attended.hold', 'attended.caller', 'card.number']);
    expect(caller.slice(-3)).toEqual(['pay.wait', 'pay.done', 'pay.reference']);
    expect(caller).toContain('pay.read-back');
  });

  it('asks the agent neither for an account nor for an amount that are known', async () => {
    const { attended, agent } = await attend([], [...card, '1'], { order: { account, cents: 4_000 } });
    expect(attended).toMatchObject({ kind: 'captured', cents: 4_000 });
    expect(agent[0]).toBe('attended.agent');
  });

  it('asks the agent whose account it is when the calling number has none', async () => {
    const order = { account: undefined, cents: undefined };
    const { attended, agent } = await attend([typed('2135550142'), typed('10')], [...card, '1'], { order });
    expect(attended).toMatchObject({ kind: 'captured', cents: 1_000 });
    expect(agent.slice(0, 2)).toEqual(['who.number', 'amount.ask']);
  });

  it.each<[string, Act[], Act[]]>([
    ['the agent goes back', ['*'], []],
    ['the agent goes back at the account', ['*'], []],
    ['the caller presses 0 for the card', [typed('20')], [typed('0')]],
    ['the caller presses 0 for the date', [typed('20')], [card[0]!, typed('0')]],
    ['the caller presses 0 for the code', [typed('20')], [card[0]!, card[1]!, typed('0')]],
    ['the caller presses 0 for the ZIP code', [typed('20')], [card[0]!, card[1]!, card[2]!, typed('0')]],
    ['the caller presses 0 instead of confirming', [typed('20')], [...card, '0']],
    ['the caller says no', [typed('20')], [...card, '2']],
    ['the caller is silent', [typed('20')], ['silence', 'silence', 'silence']],
  ])('is broken off, and nothing charged: %s', async (what, agentDoes, callerDoes) => {
    const order = what.includes('account') ? { account: undefined, cents: undefined } : known;
    const acts = agentDoes.map((act): Act => (act === '*' ? typed('*') : act));
    const { attended, done, agent, caller } = await attend(acts, callerDoes, { order });
    expect(attended).toEqual({ kind: 'broken-off' });
    expect(done).toEqual([]);
    expect([agent.at(-1), caller.at(-1)]).toEqual(['attended.broken-off', 'attended.broken-off']);
  });

  it('tells both why a card was declined', async () => {
    const world: WorldOptions = { charges: [{ kind: 'declined', reason: 'expired' }] };
    const { attended, agent, caller, heard } = await attend([typed('20')], [...card, '1'], { world });
    expect(heard).toEqual([1]);
    expect(attended).toEqual({ kind: 'declined', reason: 'expired', cents: 2_000 });
    for (const told of [agent, caller]) expect(told.slice(-2)).toEqual(['declined.expired', 'pay.not-charged']);
  });

  it('is told as not known when it is not', async () => {
    const { agent } = await attend([typed('20')], [...card, '1'], { world: { charges: [{ kind: 'pending' }] } });
    expect(agent.at(-1)).toBe('pay.pending');
  });

  it('is told to the caller to the end though the agent has hung up', async () => {
    const [agent, caller] = [new ScriptedLine('en'), new ScriptedLine('en', ...card, '1')];
    const world = new FamilyWorld();
    const gone = Object.assign(agent, {
      say: (...[first]: Parameters<Line['say']>) =>
        first?.key === 'attended.agent' ? Promise.resolve() : Promise.reject(new HungUp()),
    });
    const apart: Attendance['apart'] = (work) => work({ agent: gone, caller, types: () => undefined });
    const attendance = { agent: gone, caller, payments: world.payments, accounts: world.accounts, apart };
    await expect(attendedPayment(attendance, { account, cents: 500 })).rejects.toBeInstanceOf(HungUp);
    expect(caller.told.slice(-2)).toEqual(['en:pay.done', 'en:pay.reference']);
  });
});

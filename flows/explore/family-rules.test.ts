import { describe, expect, it } from 'vitest';
import type { Ports } from '../family-line/ports.ts';
import type { Line } from '../line.ts';
import { choose } from '../menu/menu.ts';
import type { Prompt } from '../prompt.ts';
import { prompt } from '../prompt.ts';
import { FamilyWorld, savedCard, valleyView } from '../testing/family-world.ts';
import { typed } from '../testing/typed.ts';
import { deedFault, wayFaults } from './family-rules.ts';
import { playCall } from './play.ts';
import type { Deed } from './watched.ts';
import { watched } from './watched.ts';

const choices = [
  { say: prompt('confirm.yes'), value: true },
  { say: prompt('confirm.no'), value: false },
];
const readBack = (cents: number, digits: string): Prompt =>
  prompt('pay.read-back', { amount: { kind: 'money', cents }, card: { kind: 'last-four', digits } });

/** What the rules say of a call in which a person does these acts. */
async function faultsOf(acts: readonly string[], run: (line: Line, ports: Ports) => Promise<unknown>) {
  const deeds: Deed[] = [];
  const faults: string[] = [];
  const explored = {
    samples: {},
    call: () => ({
      run: async (line: Parameters<typeof watched>[1]) => {
        const note = (deed: Deed) => {
          faults.push(...deedFault(deed, deeds, savedCard.lastFour));
          deeds.push(deed);
        };
        await run(line, watched<Ports>(new FamilyWorld({ saved: savedCard }), line, note));
      },
      faults: () => [],
    }),
  };
  const played = await playCall(explored, acts);
  return [...faults, ...wayFaults(played, deeds)];
}

const charge = ({ payments }: Ports, cents: number, number = '4242424242424242') =>
  payments.charge({ id: 'a' }, cents, {
    kind: 'new',
    number: typed(number),
    cvv: typed('907'),
    expiry: { year: 2027, month: 4 },
    postalCode: '95814',
  });
const saved = ({ payments }: Ports) => payments.charge({ id: 'a' }, 2_500, { kind: 'saved', cvv: typed('907') });
const proves = ({ accounts }: Ports) => accounts.checkPasscode({ id: 'a' }, typed('4821'));

describe('a charge', () => {
  const asked =
    (about: Prompt, fresh = true) =>
    (line: Line) =>
      choose(line, { about: [about], fresh, choices });

  it('is right after what it is of was read back and confirmed', async () => {
    const run = async (line: Line, ports: Ports) => {
      await asked(readBack(2_500, '4242'))(line);
      await charge(ports, 2_500);
    };
    expect(await faultsOf(['1'], run)).toEqual([]);
    expect(await faultsOf(['2'], run)).toEqual(['payments.charge without a confirmation']);
  });

  it.each([
    ['another amount', readBack(2_600, '4242')],
    ['another card', readBack(2_500, '1111')],
  ])('is wrong when %s was read back', async (_name, told) => {
    const faults = await faultsOf(['1'], async (line, ports) => {
      await asked(told)(line);
      await charge(ports, 2_500);
    });
    expect(faults).toEqual(['payments.charge of something else than was read back']);
  });

  it('is wrong when a key that was typed ahead confirms it, or nothing was asked', async () => {
    const faults = await faultsOf(['1'], async (line, ports) => {
      await asked(readBack(2_500, '4242'), false)(line);
      await charge(ports, 2_500);
    });
    expect(faults).toEqual(['payments.charge without a confirmation']);
    expect(await faultsOf([], (_line, ports) => charge(ports, 2_500))).toEqual([
      'payments.charge without a confirmation',
    ]);
  });

  it('of the saved card is only for who has said the passcode', async () => {
    const run = (proven: boolean) => async (line: Line, ports: Ports) => {
      if (proven) await proves(ports);
      await asked(readBack(2_500, '4242'))(line);
      await saved(ports);
    };
    expect(await faultsOf(['1'], run(true))).toEqual([]);
    expect(await faultsOf(['1'], run(false))).toEqual(['payments.charge without a passcode']);
  });
});

describe('a block', () => {
  const confirmed = (about: Prompt) => (line: Line) => choose(line, { about: [about], fresh: true, choices });
  const named = prompt('block.check', { facility: { kind: 'name', text: 'Valley View' } });

  it('is of the facility that was named, or of all', async () => {
    const run = (about: Prompt, scope: typeof valleyView | 'all') => async (line: Line, ports: Ports) => {
      await confirmed(about)(line);
      await ports.blocks.place('+12135550142', scope);
    };
    expect(await faultsOf(['1'], run(named, valleyView))).toEqual([]);
    expect(await faultsOf(['1'], run(prompt('block.check-all'), 'all'))).toEqual([]);
    const other = ['blocks.place of something else than was read back'];
    expect(await faultsOf(['1'], run(named, 'all'))).toEqual(other);
    expect(await faultsOf(['1'], run(named, { ...valleyView, name: 'Río Claro' }))).toEqual(other);
  });

  it('is lifted, and a plan turned off, only for who has said the passcode', async () => {
    const run = async (line: Line, ports: Ports) => {
      await confirmed(named)(line);
      await ports.blocks.lift('+12135550142', valleyView, { id: 'a' });
      await ports.funding.turnOff({ id: 'a' });
    };
    expect(await faultsOf(['1'], run)).toEqual([
      'blocks.lift without a passcode',
      'funding.turnOff without a passcode',
    ]);
  });
});

describe('a message', () => {
  const record = (line: Line) => line.recordVoice({ say: [prompt('message.speak')], minSeconds: 0, maxSeconds: 180 });
  const review = (line: Line) => choose(line, { choices: [{ say: prompt('message.send'), value: 1 }] });
  const number = (line: Line) =>
    choose(line, { about: [prompt('call-back.number', { phone: { kind: 'phone', number: '1' } })], choices });
  const sent = (line: Line) => choose(line, { before: [prompt('message.sent-alone')], choices });
  const other = (line: Line) => choose(line, { choices: [{ say: prompt('main.pay'), value: 1 }] });
  const inTurn =
    (...verbs: ((line: Line) => Promise<unknown>)[]) =>
    async (line: Line) => {
      for (const verb of verbs) await verb(line);
    };
  const terms = (line: Line) => line.say(prompt('message.terms', { days: { kind: 'number', number: 90 } }));

  it('is recorded only of who was told, before, that it is kept', async () => {
    expect(await faultsOf(['speaks'], inTurn(terms, record))).toEqual([]);
    expect(await faultsOf(['speaks', 'speaks'], inTurn(terms, record, record))).toEqual([]);
    const fault = ['a voice is recorded of somebody who was not told so: message.speak'];
    expect(await faultsOf(['speaks'], inTurn(record, terms))).toEqual(fault);
  });

  it('is sent by whatever key leaves the question whether to send it', async () => {
    for (const key of ['0', '*']) {
      expect(await faultsOf([key, '1'], inTurn(review, number))).toEqual([]);
      const fault = `${key} does not send the message: message.send`;
      expect(await faultsOf([key, '1'], inTurn(review, other))).toEqual([fault]);
    }
  });

  it('is sent by whatever key leaves the question where to call back', async () => {
    for (const key of ['0', '*']) {
      expect(await faultsOf([key, '1'], inTurn(number, sent))).toEqual([]);
      const fault = `${key} does not lead back to the queue from: call-back.number confirm.yes confirm.no`;
      expect(await faultsOf([key, '1'], inTurn(number, other))).toEqual([fault]);
    }
  });

  it('may be left by who was told that there is no agent, and the 0 after it leads on', async () => {
    const told = async (line: Line, ports: Ports) => {
      await ports.agents.opening();
      await inTurn(terms, record, review, number, sent)(line);
    };
    expect(await faultsOf(['speaks', '1', '1', '0'], told)).toEqual([]);
    expect(await faultsOf(['1', '0'], inTurn(other, sent))).toEqual([
      '0 reaches no agent from: message.sent-alone confirm.yes confirm.no',
    ]);
  });
});

describe('the keys that count everywhere', () => {
  const menu = (line: Line) => choose(line, { choices });
  const other = (line: Line) => choose(line, { choices: [{ say: prompt('main.pay'), value: 1 }] });

  it('are 0, which reaches the agents', async () => {
    expect(await faultsOf(['0'], (line, ports) => menu(line).then(() => ports.agents.opening()))).toEqual([]);
    expect(await faultsOf(['0'], menu)).toEqual(['0 reaches no agent from: confirm.yes confirm.no']);
    // Too late: another question was asked meanwhile.
    const late = (line: Line, ports: Ports) =>
      menu(line)
        .then(() => other(line))
        .then(() => ports.agents.opening());
    expect(await faultsOf(['0'], late)).toEqual(['0 reaches no agent from: confirm.yes confirm.no']);
  });

  it('but who is told that there is no agent may be led on by it', async () => {
    const told = async (line: Line, ports: Ports) => {
      await ports.agents.opening();
      await menu(line);
    };
    expect(await faultsOf(['0'], told)).toEqual([]);
    expect(await faultsOf(['9', '0'], told)).toEqual([]);
  });

  it('and *, which goes back to what was asked before', async () => {
    const back = async (line: Line) => {
      await menu(line);
      await other(line);
      await menu(line);
    };
    expect(await faultsOf(['1', '*'], back)).toEqual([]);
    expect(await faultsOf(['*', '1'], back)).toEqual(['* does not go back from: confirm.yes confirm.no']);
    expect(await faultsOf(['*'], menu)).toEqual(['* does not go back from: confirm.yes confirm.no']);
  });

  it('and the keys of what is offered, which choose it', async () => {
    const deaf = async (line: Line) => {
      await menu(line);
      const say = [prompt('menu.not-a-choice'), prompt('main.pay')];
      await line.ask({ say, keys: ['1'], waitSeconds: 6 });
    };
    const fault = '2 is offered, and is no choice: confirm.yes confirm.no';
    expect(await faultsOf(['2'], deaf)).toEqual([fault]);
    expect(await faultsOf(['3'], deaf)).toEqual([]);
  });
});

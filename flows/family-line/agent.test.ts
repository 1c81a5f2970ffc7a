import { describe, expect, it } from 'vitest';
import type { Prompt } from '../prompt.ts';
import { prompt } from '../prompt.ts';
import type { WorldOptions } from '../testing/family-world.ts';
import { FamilyWorld } from '../testing/family-world.ts';
import type { Act } from '../testing/scripted-line.ts';
import { HungUp, ScriptedLine } from '../testing/scripted-line.ts';
import { speakToAgent } from './agent.ts';
import { Visit } from './visit.ts';

class Heard extends ScriptedLine {
  readonly prompts: Prompt[] = [];

  override say(...prompts: Prompt[]): Promise<void> {
    this.prompts.push(...prompts);
    return super.say(...prompts);
  }
}

async function asks(options: WorldOptions, ...acts: Act[]) {
  const [line, world] = [new Heard('es', ...acts), new FamilyWorld(options)];
  const next = await speakToAgent(new Visit(line, world, undefined));
  expect(line.leftOver).toEqual([]);
  return { next, line, world };
}

const place = (number: number): Prompt => prompt('agent.position', { place: { kind: 'number', number } });
/** From a minute of wait on. */
const offer = [prompt('call-back.offer'), prompt('menu.press', { key: { kind: 'key', key: '1' } })];
const wait = (key: 'agent.wait' | 'agent.long-wait', minutes: number): Prompt =>
  prompt(key, { minutes: { kind: 'minutes', minutes } });

describe('who asks for an agent', () => {
  it('waits in their language, hears every half minute where they stand, and talks', async () => {
    const standings = [
      { position: 3, minutes: 12 },
      { position: 2, minutes: 75 },
      { position: 1, minutes: 0 },
      { position: 1, minutes: undefined },
    ];
    const { next, line, world } = await asks({ standings });
    expect(next).toBe('goodbye');
    expect(line.prompts).toEqual([
      prompt('agent.connecting'),
      ...[place(3), wait('agent.wait', 12), ...offer],
      ...[place(2), wait('agent.long-wait', 60)],
      ...[prompt('agent.next'), prompt('agent.soon')],
      prompt('agent.next'),
    ]);
    expect(world.desk).toEqual(['queue es', 'hold 30', 'hold 30', 'hold 30', 'hold 30']);
  });

  it('is told of exactly one hour as of an hour, and of a place beyond 99 as of that', async () => {
    const { line } = await asks({ standings: [{ position: 120, minutes: 60 }] });
    expect(line.prompts.slice(1)).toEqual([place(99), wait('agent.wait', 60), ...offer]);
  });

  it('is told nothing of the queue when an agent is coming already', async () => {
    const { line } = await asks({});
    expect(line.prompts).toEqual([prompt('agent.connecting')]);
  });

  it('waits no longer than two hours, and has no place then', async () => {
    const { next, line, world } = await asks({ agents: 'never' }, '2');
    expect(next).toBe('menu');
    expect(line.told).toContain('es:agent.nobody');
    expect(world.desk.length).toBe(202);
    expect(world.desk.at(-1)).toBe('leave');
  });

  it.each([
    ['closed', 'agent.closed'],
    ['holiday', 'agent.holiday'],
  ] as const)('takes no place when they are not there: %s', async (agents, key) => {
    const { world, line } = await asks({ agents }, '3');
    expect(line.told.slice(0, 2)).toEqual([`es:${key}`, 'es:agent.hours']);
    expect(world.desk).toEqual([]);
  });

  it('may hang up at any message', async () => {
    const [line, world] = [new Heard('en', 'hang-up'), new FamilyWorld({ standings: [{ position: 2, minutes: 1 }] })];
    await expect(speakToAgent(new Visit(line, world, undefined))).rejects.toBeInstanceOf(HungUp);
  });
});

import { describe, expect, it } from 'vitest';
import type { Voice } from '../line.ts';
import { prompt } from '../prompt.ts';
import { FamilyWorld, type WorldOptions } from '../testing/family-world.ts';
import { HungUp, ScriptedLine, type Act } from '../testing/scripted-line.ts';
import { speakToAgent } from './agent.ts';
import { Visit } from './visit.ts';

const own = '+12135550142';
const voice: Voice = { path: '/voice.wav', seconds: 12 };
const again: Voice = { path: '/again.wav', seconds: 9 };
const speaks: Act = { voice };

/** Who has asked for an agent at night, in Spanish, with what they do then. */
async function night(options: WorldOptions, ...acts: Act[]) {
  const [line, world] = [new ScriptedLine('es', ...acts), new FamilyWorld({ agents: 'closed', ...options })];
  const visit = new Visit(line, world, undefined);
  const next = await speakToAgent(visit);
  expect(line.leftOver).toEqual([]);
  return { next, line, visit, desk: world.desk, told: line.told.map((one) => one.replace('es:', '')) };
}
/** Up to the tone. */
const wants: Act[] = ['1'];
const kept = (path = '/voice.wav', number: string = own) => ['begin es', `keep ${path} for ${number}`];

describe('when no agent can be had', () => {
  it.each<[string, WorldOptions, string[]]>([
    ['at this hour', { agents: 'closed' }, ['agent.closed', 'agent.hours']],
    ['on a holiday', { agents: 'holiday' }, ['agent.holiday', 'agent.hours']],
    ['in their language', { agents: 'nobody' }, ['agent.nobody']],
    ['as too many wait', { agents: 'full' }, ['agent.full']],
  ])('a message is offered, after why: %s', async (_what, options, why) => {
    const { told, desk, next } = await night(options, '2');
    expect(told).toEqual([...why, 'message.offer', 'menu.press', 'next.menu', 'menu.press', 'next.end', 'menu.press']);
    expect([desk, next]).toEqual([[], 'menu']);
  });

  it('it is offered after two hours, too, when there is no place in the queue any more', async () => {
    const { told, desk } = await night({ agents: 'never' }, '1', speaks, '1', '1', '1');
    expect(told.slice(told.indexOf('agent.nobody')).slice(0, 2)).toEqual(['agent.nobody', 'message.offer']);
    expect(desk.slice(-3)).toEqual(['leave', ...kept()]);
  });

  it.each<[string, Act[], string]>([
    ['goes to the menu', ['2'], 'menu'],
    ['ends the call', ['3'], 'goodbye'],
    ['goes back', ['*'], 'menu'],
    ['asks for an agent again', ['0'], 'menu'],
    ['presses nothing', ['silence', 'silence', 'silence'], 'goodbye'],
  ])('who wants none %s', async (_what, acts, next) => {
    expect(await night({}, ...acts)).toMatchObject({ next, desk: [] });
  });
});

describe('a voice message', () => {
  it('is said after what becomes of it was told to its end, then sent, with the number they call from', async () => {
    const { line, told, desk, next } = await night({}, ...wants, speaks, '1', '1', '2');
    expect(told.slice(told.indexOf('message.terms'))).toEqual([
      ...['message.terms', 'message.speak'],
      ...['message.send', 'menu.press', 'message.hear', 'menu.press', 'message.anew', 'menu.press'],
      ...[
        'message.drop',
        'menu.press',
        'call-back.number',
        'confirm.yes',
        'menu.press',
        'call-back.other',
        'menu.press',
      ],
      ...['message.sent', 'next.menu', 'menu.press', 'next.end', 'menu.press'],
    ]);
    expect(line.voices).toEqual([
      { say: [prompt('message.speak')], minSeconds: 0, maxSeconds: 180, silenceSeconds: 5 },
    ]);
    // Keys that were pressed while it was said are no answer.
    expect(line.questions[1]?.fresh).toBe(true);
    const phone = { phone: { kind: 'phone', number: own } } as const;
    expect(line.questions.at(-1)?.say[0]).toEqual(prompt('message.sent', phone));
    expect([desk, next]).toEqual([kept(), 'goodbye']);
  });

  it('says for how many days it is kept', async () => {
    const said: unknown[] = [];
    class Heard extends ScriptedLine {
      override say(...prompts: Parameters<ScriptedLine['say']>): Promise<void> {
        said.push(...prompts);
        return super.say(...prompts);
      }
    }
    const line = new Heard('en', '1', 'hang-up');
    const world = new FamilyWorld({ agents: 'closed' });
    await expect(speakToAgent(new Visit(line, world, undefined))).rejects.toBeInstanceOf(HungUp);
    expect(said).toEqual([prompt('message.terms', { days: { kind: 'number', number: 90 } })]);
    expect(line.voices).toEqual([]);
  });

  it('may be heard before it is sent', async () => {
    const { told, desk } = await night({}, ...wants, speaks, '2', '1', '1', '1');
    expect(told.filter((key) => key === 'message.voice')).toHaveLength(1);
    expect(told[told.indexOf('message.voice') + 1]).toBe('message.send');
    expect(desk).toEqual(kept());
  });

  it('may be said anew, and the last is what counts', async () => {
    const { told, desk } = await night({}, ...wants, speaks, '3', { voice: again }, '1', '1', '1');
    expect(told.filter((key) => key === 'message.speak')).toHaveLength(2);
    expect(told).not.toContain('message.too-short');
    expect(desk).toEqual(kept('/again.wav'));
  });

  it('may be deleted, and is said to be', async () => {
    const { told, desk, visit } = await night({}, ...wants, speaks, '4', '1');
    expect(told).toContain('message.dropped');
    expect(desk).toEqual(['begin es', 'drop']);
    expect(visit.hasLeftMessage).toBe(false);
  });

  it('is asked for again when nothing was heard, and that is said', async () => {
    const options = { spoken: [false, true] };
    const { line, desk } = await night(options, ...wants, { voice: undefined }, speaks, speaks, '1', '1', '1');
    const once = [prompt('message.speak')];
    const more = [prompt('message.too-short'), ...once];
    expect(line.voices.map(({ say }) => say)).toEqual([once, more, more]);
    expect(desk).toEqual(kept());
  });

  it('is none when nothing is heard five times', async () => {
    const silent: Act[] = Array.from({ length: 5 }, () => ({ voice: undefined }));
    const { told, desk, visit } = await night({}, ...wants, ...silent, '1');
    expect(told).toContain('message.none');
    expect(desk).toEqual(['begin es', 'drop']);
    expect(visit.hasLeftMessage).toBe(false);
  });

  it('is sent as it was said first, when it was to be said anew and nothing more was', async () => {
    const silent: Act[] = Array.from({ length: 4 }, () => ({ voice: undefined }));
    const { desk } = await night({}, ...wants, speaks, '3', ...silent, '1', '1');
    expect(desk).toEqual(kept());
  });

  it('is sent after it was said five times, and after it was heard six times', async () => {
    const five: Act[] = Array.from({ length: 5 }, (): Act[] => [speaks, '3']).flat();
    expect((await night({}, ...wants, ...five, '1', '1')).desk).toEqual(kept());
    const six: Act[] = Array.from({ length: 6 }, () => '2');
    expect((await night({}, ...wants, speaks, ...six, '1', '1')).desk).toEqual(kept());
  });

  it.each<[string, Act[]]>([
    ['goes back', ['*']],
    ['asks for an agent', ['0']],
    ['presses nothing', ['silence', 'silence', 'silence']],
  ])('is sent, though the caller %s when asked whether', async (_what, acts) => {
    expect((await night({}, ...wants, speaks, ...acts, '1', '1')).desk).toEqual(kept());
  });

  it.each<[string, Act[]]>([
    ['goes back', ['*']],
    ['asks for an agent', ['0']],
    ['presses nothing', ['silence', 'silence', 'silence']],
    ['goes back from another one', ['2', { digits: '*' }]],
  ])('is sent with the number they call from, though the caller %s when asked for it', async (_what, acts) => {
    const { desk, told } = await night({}, ...wants, speaks, '1', ...acts, '1');
    expect(desk).toEqual(kept());
    expect(told).toContain('message.sent');
  });

  it('is sent with the number that they would rather be called on', async () => {
    const other: Act[] = ['2', { digits: '2135550143' }, '1'];
    expect((await night({}, ...wants, speaks, '1', ...other, '1')).desk).toEqual(kept('/voice.wav', '+12135550143'));
  });

  it.each<[string, string | undefined, string]>([
    ['is withheld', undefined, 'call-back.withheld'],
    ['can not be called', '+525512345678', 'call-back.not-callable'],
  ])('is sent with a number that is typed when theirs %s, or with none', async (_what, callingNumber, why) => {
    const typed: Act[] = [{ digits: '2135550143' }, '1'];
    const some = await night({ callingNumber }, ...wants, speaks, '1', ...typed, '1');
    expect(some.told).toContain(why);
    expect(some.desk).toEqual(kept('/voice.wav', '+12135550143'));
    const none = await night({ callingNumber }, ...wants, speaks, '1', { digits: '*' }, '1');
    expect(none.told).toContain('message.sent-alone');
    expect(none.desk).toEqual(kept('/voice.wav', 'nobody'));
  });

  it('is one in a call: who asks for an agent again is offered no other', async () => {
    const { visit, line } = await night({}, ...wants, speaks, '1', '1', '1');
    const later = new ScriptedLine('es', '1');
    const next = await speakToAgent(Object.assign(new Visit(later, visit.ports, undefined), { hasLeftMessage: true }));
    expect(later.told).not.toContain('es:message.offer');
    expect([visit.hasLeftMessage, next, line.leftOver]).toEqual([true, 'menu', []]);
  });

  it.each<[string, Act[], string[]]>([
    ['at the offer', [], []],
    ['while it is told what becomes of it', [...wants], ['begin es']],
    ['when asked whether to send it', [...wants, speaks], ['begin es']],
    ['while they hear it', [...wants, speaks, '2'], ['begin es']],
    ['at the number', [...wants, speaks, '1'], ['begin es']],
    ['when it is sent', [...wants, speaks, '1', '1'], kept()],
  ])('may be left by hanging up: %s', async (_what, acts, desk) => {
    const [line, world] = [new ScriptedLine('es', ...acts, 'hang-up'), new FamilyWorld({ agents: 'closed' })];
    await expect(speakToAgent(new Visit(line, world, undefined))).rejects.toBeInstanceOf(HungUp);
    expect(world.desk).toEqual(desk);
  });
});

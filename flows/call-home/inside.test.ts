import { describe, expect, it } from 'vitest';
import type { Act } from '../testing/scripted-line.ts';
import type { SecretDigits } from '../menu/secret-digits.ts';
import { HungUp, ScriptedLine } from '../testing/scripted-line.ts';
import { typed } from '../testing/typed.ts';
import type { Caller, Desk } from './inside.ts';
import { callHome } from './inside.ts';

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const voice = { path: '/voices/new.wav', seconds: 1.5 };

function desk(changes: Partial<Desk> = {}, caller: Caller | 'busy' = { needsName: false, language: 'en' }) {
  const done: string[] = [];
  const all: Desk = {
    pinLocked: async () => false,
    identify: async ({ bytes }) => (textOf(bytes) === '4821' ? caller : 'unknown'),
    keepName: async ({ path }) => void done.push(`name ${path}`),
    mayCall: async (number) => {
      done.push(`may ${number}`);
      return undefined;
    },
    connect: async () => {
      done.push('connect');
      return 'outcome.ended';
    },
    giveUp: async (why) => void done.push(why),
    ...changes,
  };
  return { ...all, done };
}

const play = async (acts: Act[], behind = desk(), dialled: string | undefined = '2135550142') => {
  const line = new ScriptedLine('en', ...acts);
  await callHome(line, behind, dialled);
  expect(line.leftOver).toEqual([]);
  return { line, done: behind.done };
};

describe('a call home, as the person inside hears it', () => {
  it('goes from the language and the PIN to the called party', async () => {
    const { line, done } = await play(['1', { digits: '4821' }]);
    expect(done).toEqual(['may 2135550142', 'connect']);
    expect(line.told).toEqual([
      'en:language.choose',
      'es:language.choose',
      'en:pin.ask',
      'en:calling',
      'en:outcome.ended',
    ]);
  });

  it('speaks the chosen language, else that of the person', async () => {
    const spanish = desk({}, { needsName: false, language: 'es' });
    expect((await play(['2', { digits: '4821' }])).line.told.at(-1)).toBe('es:outcome.ended');
    expect((await play(['1', { digits: '4821' }], spanish)).line.told.at(-1)).toBe('en:outcome.ended');
    expect((await play(['silence', { digits: '4821' }], spanish)).line.told.at(-1)).toBe('es:outcome.ended');
  });

  it('gives three tries for the PIN, then says goodbye', async () => {
    const { line, done } = await play(['1', { digits: '1' }, 'silence', { digits: '3' }]);
    expect(done).toEqual(['pin-failed']);
    expect(line.told.slice(2)).toEqual([
      'en:pin.ask',
      'en:pin.wrong',
      'en:pin.ask',
      'en:pin.wrong',
      'en:pin.ask',
      'en:pin.goodbye',
    ]);
    expect((await play(['1', { digits: '1' }, { digits: '2' }, { digits: '4821' }])).done).toContain('connect');
  });

  it('keeps the PIN secret, leaves time for it, and looks up none when none was entered', async () => {
    const tried: string[] = [];
    const identify = async ({ bytes }: SecretDigits) => {
      tried.push(textOf(bytes));
      return 'unknown' as const;
    };
    const { line } = await play(['1', '*', { digits: '7' }, 'silence'], desk({ identify }));
    expect(tried).toEqual(['7']);
    expect(line.entries).toEqual([]);
    expect(line.secrets.map(({ waitSeconds, betweenSeconds }) => [waitSeconds, betweenSeconds])).toEqual(
      Array(3).fill([8, 4]),
    );
    const whole = (digits: string) => line.secrets[0]?.complete(typed(digits));
    expect(['48213344556', '482133445566'].map(whole)).toEqual([false, true]);
  });

  it.each([
    ['it was right', ['1', { digits: '4821' }]],
    ['it was wrong three times', ['1', { digits: '1' }, { digits: '2' }, { digits: '3' }]],
    ['the caller hangs up instead of another one', ['1', { digits: '1' }, 'hang-up']],
  ] as [string, Act[]][])('keeps nothing of the PIN when %s', async (_, acts) => {
    const line = new ScriptedLine('en', ...acts);
    await callHome(line, desk(), '+12135550142').catch((error: unknown) => expect(error).toBeInstanceOf(HungUp));
    expect(line.secrets.length).toBeGreaterThan(0);
    expect(line.secrets.map(({ into }) => into.length)).toEqual(line.secrets.map(() => 0));
  });

  it('asks for no PIN while the phone is locked, in the language that was chosen', async () => {
    const { line, done } = await play(['2'], desk({ pinLocked: async () => true }));
    expect(done).toEqual(['pin-locked']);
    expect(line.told.slice(2)).toEqual(['es:pin.locked']);
  });

  it('asks for no other PIN once one of them has locked the phone', async () => {
    const answers = ['unknown', 'locked'] as const;
    let asked = 0;
    const { line, done } = await play(
      ['1', { digits: '1' }, { digits: '4821' }],
      desk({ identify: async () => answers[asked++] ?? 'unknown' }),
    );
    expect(done).toEqual(['pin-locked']);
    expect(line.told.slice(2)).toEqual(['en:pin.ask', 'en:pin.wrong', 'en:pin.ask', 'en:pin.locked']);
  });

  it('lets nobody have two calls', async () => {
    const { line, done } = await play(['1', { digits: '4821' }], desk({}, 'busy'));
    expect(done).toEqual([]);
    expect(line.told.at(-1)).toBe('en:person.busy');
  });

  it('records the name on the first call, again when asked, and goes on without one', async () => {
    const first = () => desk({}, { needsName: true, language: 'en' });
    const start: Act[] = ['1', { digits: '4821' }];
    expect((await play([...start, { voice }, '1'], first())).done[0]).toBe('name /voices/new.wav');
    expect((await play([...start, { voice }, 'silence'], first())).done[0]).toBe('name /voices/new.wav');
    const again = await play([...start, { voice: { ...voice, path: '/a' } }, '2', { voice }, '1'], first());
    expect(again.done[0]).toBe('name /voices/new.wav');
    const nothing: Act = { voice: undefined };
    const without = await play([...start, nothing, nothing, nothing], first());
    expect(without.done).toEqual(['may 2135550142', 'connect']);
    expect(without.line.told).toContain('en:name.skipped');
  });

  it('keeps a name of half a second to four', async () => {
    const first = desk({}, { needsName: true, language: 'en' });
    const { line } = await play(['1', { digits: '4821' }, { voice }, '1'], first);
    expect(line.voices).toMatchObject([{ minSeconds: 0.5, maxSeconds: 4 }]);
  });

  it('knows a whole number when it is dialled, and leaves room for one abroad', async () => {
    const line = new ScriptedLine('en', '1', { digits: '4821' }, { digits: '2135550142' });
    await callHome(line, desk(), undefined);
    const entry = line.entries[0];
    expect(entry).toMatchObject({ max: 18 });
    const whole = (digits: string) => entry?.complete?.(digits);
    expect(['213555014', '2135550142', '1213555014', '12135550142', '0114420794'].map(whole)).toEqual([
      ...[false, true, false, true, false],
    ]);
  });

  it('keeps what was typed for a number to itself unless it looks like one: it may be a PIN', async () => {
    const line = new ScriptedLine('en', '1', { digits: '4821' }, { digits: '2135550142' });
    await callHome(line, desk(), undefined);
    const secret = line.entries[0]?.secret;
    const hidden = (typed: string) => (typeof secret === 'function' ? secret(typed) : secret);
    expect(['48219377', '482193776512', '0', '*'].map(hidden)).toEqual([true, true, true, true]);
    expect(['2135550142', '12135550142', '011442079460000', '911', ''].map(hidden)).toEqual([
      ...[false, false, false, false, false],
    ]);
  });

  it('asks for the number when the request names none', async () => {
    const asked = async (...acts: Act[]) => {
      const behind = desk();
      const line = new ScriptedLine('en', '1', { digits: '4821' }, ...acts);
      await callHome(line, behind, undefined);
      return { done: behind.done, told: line.told };
    };
    expect((await asked({ digits: '2135550142' })).done).toEqual(['may 2135550142', 'connect']);
    const silent = await asked('silence');
    expect(silent.done).toEqual(['no-number']);
    expect(silent.told.at(-1)).toBe('en:number.silence');
  });

  it('tells why a call may not be placed, and places none', async () => {
    const { line, done } = await play(
      ['1', { digits: '4821' }],
      desk({ mayCall: async () => 'refusal.outside-hours' }),
    );
    expect(done).toEqual([]);
    expect(line.told.at(-1)).toBe('en:refusal.outside-hours');
  });

  it('is over wherever the caller hangs up, and connects nobody', async () => {
    const path: Act[] = ['1', { digits: '4821' }, { voice }, '1'];
    for (let step = 0; step < path.length; step++) {
      const behind = desk({}, { needsName: true, language: 'en' });
      const line = new ScriptedLine('en', ...path.slice(0, step), 'hang-up');
      await expect(callHome(line, behind, '2135550142')).rejects.toBeInstanceOf(HungUp);
      expect(behind.done).not.toContain('connect');
    }
  });
});

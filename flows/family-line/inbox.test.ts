import { describe, expect, it } from 'vitest';
import type { Prompt } from '../prompt.ts';
import { prompt } from '../prompt.ts';
import { HungUp, ScriptedLine, type Act } from '../testing/scripted-line.ts';
import type { Inbox, InboxMessage } from './inbox.ts';
import { hearMessages } from './inbox.ts';

const today = { year: 2026, month: 11, day: 28 };
const day = { year: 2026, month: 11, day: 27 };
const number = '+12135550142';
const message = (id: string, known: Partial<InboxMessage> = {}): InboxMessage => ({
  ...{ id, language: 'en', day, time: { hour: 21, minute: 30 }, number, path: `/${id}.wav` },
  ...known,
});
const when = { date: { kind: 'date', date: day, today }, time: { kind: 'time', hour: 21, minute: 30 } } as const;
const voice = (id: string): Prompt =>
  prompt('message.voice', { message: { kind: 'recorded', path: `/${id}.wav`, shown: '(a message)' } });

/** An agent hears these messages, and does that. */
function agent(messages: readonly InboxMessage[], acts: readonly Act[], { gone = false } = {}) {
  const [line, did, left] = [new ScriptedLine('es', ...acts), [] as string[], [...messages]];
  const inbox: Inbox = {
    today,
    next: async () => left.shift(),
    done: async ({ id }) => {
      did.push(`done ${id}`);
      return !gone;
    },
    leave: async ({ id }) => void did.push(`leave ${id}`),
  };
  return { line, did, heard: hearMessages(line, inbox) };
}
async function hears(...given: Parameters<typeof agent>) {
  const { line, did, heard } = agent(...given);
  await heard;
  expect(line.leftOver).toEqual([]);
  return { line, did, asked: line.questions.map(({ say }) => say), told: line.told };
}

describe('an agent', () => {
  it('hears when it came and where to call back, then the message, says that it is done, and hears the next', async () => {
    const messages = [message('a'), message('b', { language: 'es', number: undefined })];
    const { asked, did, line, told } = await hears(messages, ['1', '1']);
    expect(asked.map((say) => say.slice(0, 2))).toEqual([
      [prompt('inbox.from', { ...when, phone: { kind: 'phone', number } }), voice('a')],
      [prompt('inbox.withheld', when), voice('b')],
    ]);
    expect(told.slice(2)).toEqual([
      ...['inbox.done', 'menu.press', 'inbox.again', 'menu.press', 'inbox.leave', 'menu.press'].map(
        (key) => `en:${key}`,
      ),
      ...['en:inbox.is-done', 'es:inbox.withheld', 'es:message.voice'],
      ...['inbox.done', 'menu.press', 'inbox.again', 'menu.press', 'inbox.leave', 'menu.press'].map(
        (key) => `es:${key}`,
      ),
      ...['es:inbox.is-done', 'es:inbox.none'],
    ]);
    expect(did).toEqual(['done a', 'done b']);
    expect(line.questions.every(({ fresh }) => fresh)).toBe(true);
  });

  it('hears it again, and then not what was said of it before', async () => {
    const { asked, did } = await hears([message('a')], ['2', '1']);
    expect(asked[1]?.[0]).toEqual(voice('a'));
    expect(did).toEqual(['done a']);
  });

  it('leaves it for others, and hears the next', async () => {
    const { did, told } = await hears([message('a'), message('b')], ['3', '1']);
    expect(did).toEqual(['leave a', 'done b']);
    expect(told).toContain('en:inbox.is-left');
  });

  it('leaves it for others after hearing it twenty times', async () => {
    const { did } = await hears(
      [message('a')],
      Array.from({ length: 20 }, (): Act => '2'),
    );
    expect(did).toEqual(['leave a']);
  });

  it.each<[string, Act[]]>([
    ['goes back', ['*']],
    ['asks for an agent', ['0']],
    ['is not there', ['silence', 'silence', 'silence']],
  ])('leaves it for others and hears no more who %s', async (_what, acts) => {
    const { did, told } = await hears([message('a'), message('b')], acts);
    expect(did).toEqual(['leave a']);
    expect(told.at(-1)).toBe('en:inbox.is-left');
  });

  it('is told of one that is not theirs any more', async () => {
    const { told } = await hears([message('a')], ['1'], { gone: true });
    expect(told.slice(-2)).toEqual(['en:inbox.gone', 'en:inbox.none']);
  });

  it('is told of one that can not be played, which waits, and hears the next', async () => {
    const { told, did } = await hears([message('a', { path: undefined }), message('b')], ['1']);
    expect(told.slice(0, 2)).toEqual(['en:inbox.from', 'en:inbox.broken']);
    expect(did).toEqual(['leave a', 'done b']);
  });

  it('is told in their own language that there is none', async () => {
    expect((await hears([], [])).told).toEqual(['es:inbox.none']);
  });

  it('who hangs up is done with nothing', async () => {
    const { heard, did } = agent([message('a')], ['hang-up']);
    await expect(heard).rejects.toBeInstanceOf(HungUp);
    expect(did).toEqual([]);
  });
});

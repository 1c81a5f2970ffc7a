import { describe, expect, it } from 'vitest';
import { prompt } from '#flows/prompt.ts';
import { EndpointGone } from '#media/endpoint.ts';
import { turns } from '../testing/moved-clock.ts';
import { question, spoken } from '../testing/spoken.ts';
import { watched } from '../testing/watched.ts';
import type { SpokenLine } from './spoken-line.ts';

describe('a leg that ends', () => {
  const verbs = {
    say: (line: SpokenLine) => line.say(prompt('pin.ask')),
    ask: (line: SpokenLine) => line.ask(question()),
    gather: (line: SpokenLine) =>
      line.gather({
        ...{ say: [prompt('pin.ask')], max: 4, waitSeconds: 8, betweenSeconds: 4 },
        terminator: '#',
        secret: true,
      }),
    recordVoice: (line: SpokenLine) => line.recordVoice({ say: [prompt('name.ask')], minSeconds: 0.5, maxSeconds: 4 }),
  };

  it.each(Object.entries(verbs))('ends %s while it is told, and leaves nobody waiting', async (_name, verb) => {
    const { clock, dialog, endpoint, leg, line } = spoken();
    const over = watched<unknown>(verb(line));
    await turns();
    dialog.hangUp();
    await turns();
    expect(over.error).toBe(leg.ended.reason);
    expect(endpoint.playing.stopped).toBe(true);
    expect(clock.waits).toEqual([]);
  });

  it.each([verbs.ask, verbs.gather])('ends a wait for a key', async (verb) => {
    const { clock, dialog, endpoint, leg, line } = spoken();
    const over = watched<unknown>(verb(line));
    await turns();
    await endpoint.playing.end();
    await clock.move(1_000);
    dialog.hangUp();
    await turns();
    expect(over.error).toBe(leg.ended.reason);
    expect(clock.waits).toEqual([]);
  });

  it('ends an entry between two digits', async () => {
    const { dialog, endpoint, leg, line } = spoken();
    const over = watched(verbs.gather(line));
    await turns();
    endpoint.press('4');
    await turns();
    dialog.hangUp();
    await turns();
    expect(over.error).toBe(leg.ended.reason);
  });

  it('ends a recording', async () => {
    const { dialog, endpoint, leg, line } = spoken();
    endpoint.quick = true;
    endpoint.voices.push(new Promise<number>(() => undefined));
    const over = watched(verbs.recordVoice(line));
    await turns();
    dialog.hangUp();
    await turns();
    expect(over.error).toBe(leg.ended.reason);
  });

  it.each(Object.entries(verbs))('before %s is told nothing at all', async (_name, verb) => {
    const { dialog, endpoint, leg, line } = spoken();
    dialog.hangUp();
    await expect(verb(line)).rejects.toBe(leg.ended.reason);
    expect(endpoint.prompts).toEqual([]);
  });

  it('says so itself, even when its endpoint noticed first', async () => {
    const { dialog, endpoint, leg, line } = spoken();
    endpoint.quick = true;
    endpoint.recordVoice = () => {
      const gone = Promise.reject(new EndpointGone('endpoint ended'));
      queueMicrotask(() => dialog.hangUp());
      return gone;
    };
    const over = watched(verbs.recordVoice(line));
    await turns();
    expect(over.error).toBe(leg.ended.reason);
  });

  it('answers no question: a key pressed as it ended is none', async () => {
    const { dialog, endpoint, leg, line, noted } = spoken();
    endpoint.quick = true;
    const over = watched(verbs.ask(line));
    await turns();
    endpoint.press('1');
    dialog.hangUp();
    await turns();
    expect([over.error, noted.of('key')]).toEqual([leg.ended.reason, []]);
  });

  it('needs no prompts: that they cannot be made is no fault then', async () => {
    const { dialog, leg, line } = spoken();
    dialog.hangUp();
    const unreadable = { kind: 'recorded', path: '/no/such/name.wav', shown: 'Alex' } as const;
    await expect(line.say(prompt('name.check', { name: unreadable }))).rejects.toBe(leg.ended.reason);
  });
});

describe('a line that somebody else may end', () => {
  it('ends with their reason, and stops what it plays on the leg that lives on', async () => {
    const caller = new AbortController();
    const { endpoint, leg, line } = spoken({ signal: caller.signal });
    const over = watched(line.say(prompt('pin.ask')));
    await turns();
    caller.abort('the caller left');
    await turns();
    expect(over.error).toBe('the caller left');
    expect(endpoint.playing.stopped).toBe(true);
    expect(leg.ended.aborted).toBe(false);
  });

  it('begins nothing when that happens while its prompts are made', async () => {
    const caller = new AbortController();
    const { endpoint, line } = spoken({ signal: caller.signal });
    const over = watched(line.say(prompt('pin.ask')));
    caller.abort('the caller left');
    await turns();
    expect(over.error).toBe('the caller left');
    expect(endpoint.prompts.filter(({ stopped }) => !stopped)).toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';
import { MovedClock, turns } from '#ivr/testing/moved-clock.ts';
import { firstThatServes, homeIsBack, inTurn, lookHomeMs, type SipAddress } from './choose-server.ts';
import type { SipServer } from './drachtio.ts';

const [one, two, three] = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((host) => ({ host, port: 9022 })) as [SipAddress, SipAddress, SipAddress]; // prettier-ignore

/** The network: which servers can be used, and who was asked. */
function network(...serving: SipAddress[]) {
  const up = new Set(serving);
  const asked: string[] = [];
  let open = 0;
  const connect = async (at: SipAddress): Promise<SipServer> => {
    asked.push(at.host);
    if (!up.has(at)) throw new Error(`${at.host} is away`);
    open++;
    return { close: () => void open-- } as unknown as SipServer;
  };
  const logged: string[] = [];
  const log = { warn: (_fields: object, text: string) => void logged.push(text) };
  return { up, asked, connect, logged, log, open: () => open };
}

test('processes spread over the servers by the number in their names', () => {
  const order = (node: string) =>
    inTurn([one, two, three], node)
      .map(({ host }) => host.at(-1))
      .join('');
  expect(['ivr-1', 'ivr-2', 'ivr-3', 'ivr-4'].map(order)).toEqual(['123', '231', '312', '123']);
  expect(['ivr', 'ivr-0', 'east-12.b'].map(order)).toEqual(['123', '123', '123']);
  expect(inTurn([one], 'ivr-7')).toEqual([one]);
});

describe('the server of a process', () => {
  test('is its own when that serves', async () => {
    const { connect, asked, log, logged } = network(one, two);
    expect(await firstThatServes([one, two], connect, log)).toMatchObject({ own: true });
    expect([asked, logged]).toEqual([['10.0.0.1'], []]);
  });

  test('is the next one when its own is away', async () => {
    const { connect, asked, log, logged } = network(three);
    expect(await firstThatServes([one, two, three], connect, log)).toMatchObject({ own: false });
    expect(asked).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
    expect(logged).toHaveLength(2);
  });

  test('is none when all are away, and why is told once, by the start that fails', async () => {
    const { connect, log } = network();
    await expect(firstThatServes([one, two], connect, log)).rejects.toThrow('10.0.0.2 is away');
    const alone = network();
    await expect(firstThatServes([one], alone.connect, alone.log)).rejects.toThrow('10.0.0.1 is away');
    expect(alone.logged).toEqual([]);
  });
});

describe('a process that is a guest at another server', () => {
  function guest() {
    const { up, connect, asked, open } = network();
    const clock = new MovedClock();
    const state = { idle: true, back: false };
    const leaving = new AbortController();
    const done = homeIsBack({ at: one, connect, idle: () => state.idle, clock }, leaving.signal);
    done.then(
      () => (state.back = true),
      () => undefined,
    );
    return { up, asked, open, clock, state, leaving, done };
  }

  test('goes home once its own is back and it has no calls', async () => {
    const { up, asked, open, clock, state, done } = guest();
    await clock.move(lookHomeMs);
    expect(asked).toEqual(['10.0.0.1']);
    up.add(one);
    state.idle = false;
    await clock.move(lookHomeMs);
    expect([asked.length, state.back]).toEqual([1, false]);
    state.idle = true;
    await clock.move(lookHomeMs);
    await done;
    expect([asked.length, open()]).toEqual([2, 0]);
  });

  test('stays while a call begins as it looks', async () => {
    const { up, clock, state } = guest();
    up.add(one);
    let looks = 0;
    Object.defineProperty(state, 'idle', { get: () => looks++ % 2 === 0 });
    await clock.move(lookHomeMs);
    await turns();
    expect([looks, state.back]).toEqual([2, false]);
  });

  test('looks no more when it ends', async () => {
    const { clock, leaving, done } = guest();
    await turns();
    leaving.abort('ends');
    await expect(done).rejects.toBe('ends');
    expect(clock.waits).toEqual([]);
  });
});

import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { MovedClock, turns } from '#ivr/testing/moved-clock.ts';
import type { Endpoint } from '../endpoint.ts';
import type { MediaLoad, MediaServer } from '../freeswitch.ts';
import { MediaServerUnavailable } from '../endpoint.ts';
import { nameOf, readAddresses, type MediaAddress } from './address.ts';
import { MediaServers } from './media-servers.ts';

/** One media server in the network, through all its deaths. */
class PlayedServer {
  /** What it says of itself; undefined: it stands still. */
  load: MediaLoad | undefined = { sessions: 0, maxSessions: 100, ready: true };
  /** Why it cannot be connected to. */
  refusal: string | undefined;
  /** Why it gives no endpoint. */
  fault: Error | 'silence' | undefined;
  tries = 0;
  connections = 0;
  /** How often it was asked for a channel. */
  lookUps = 0;
  /** Endpoints that are made when the test says so. */
  slow: (() => void)[] | undefined;
  /** Instead of how it is: when it says it. */
  answer: Promise<unknown> = Promise.resolve();
  readonly channels = new Set<string>();
  readonly ended: string[] = [];
  lose: () => void = () => undefined;
  closed = 0;

  async connect(): Promise<MediaServer> {
    this.tries++;
    if (this.refusal !== undefined) throw new MediaServerUnavailable(this.refusal);
    this.connections++;
    const lost = new AbortController();
    const up = new Map<string, AbortController>();
    const forever = <T>() => new Promise<T>((_resolve, reject) => lost.signal.addEventListener('abort', () => reject(new MediaServerUnavailable('lost')))); // prettier-ignore
    const endpoint = async (): Promise<Endpoint> => {
      if (this.fault === 'silence') return forever();
      if (this.fault) throw this.fault;
      if (this.slow) await new Promise<void>((resolve) => this.slow?.push(resolve));
      const [id, gone] = [randomUUID(), new AbortController()];
      up.set(id, gone);
      this.channels.add(id);
      const end = () => {
        up.delete(id);
        this.channels.delete(id);
        gone.abort('NORMAL_CLEARING');
      };
      return { id, gone: gone.signal, end } as unknown as Endpoint;
    };
    const connection = {
      lost: lost.signal,
      abandoned: [] as string[],
      load: async () => {
        await this.answer;
        return this.load === undefined ? forever<MediaLoad>() : this.load;
      },
      endpoint,
      endpointFor: endpoint,
      has: async (id: string) => {
        this.lookUps++;
        return this.channels.has(id);
      },
      channels: async () => [...this.channels],
      endOrphan: async (id: string) => {
        if (this.load === undefined) return forever<void>();
        this.ended.push(id);
        this.channels.delete(id);
      },
      lose: () => {
        if (lost.signal.aborted) return;
        connection.abandoned = [...up.keys()];
        for (const gone of up.values()) gone.abort('closed');
        lost.abort('media-server-lost');
      },
      close: () => void this.closed++,
    };
    this.lose = connection.lose;
    return connection as unknown as MediaServer;
  }
}

const opened: MediaServers[] = [];
afterEach(() => {
  for (const servers of opened.splice(0)) servers.close();
});

async function open(
  text = '10.0.0.1,10.0.0.2',
  prepare: (server: (name: string) => PlayedServer) => void = () => undefined,
  names: Record<string, string[]> = {},
) {
  const clock = new MovedClock();
  const played = new Map<string, PlayedServer>();
  const server = (name: string) => {
    const found = played.get(name) ?? new PlayedServer();
    played.set(name, found);
    return found;
  };
  prepare((host) => server(`${host}:8021`));
  const logged: string[] = [];
  const note = (_fields: object, what: string) => void logged.push(what);
  const servers = await MediaServers.open({
    addresses: readAddresses(text, 8021),
    connect: (at: MediaAddress) => server(nameOf(at)).connect(),
    lookUp: async (name) => names[name] ?? Promise.reject(new Error('ENOTFOUND')),
    log: { info: note, warn: note },
    clock,
  });
  opened.push(servers);
  await turns();
  const [one, two] = [server('10.0.0.1:8021'), server('10.0.0.2:8021')];
  /** On which server an endpoint is. */
  const where = ({ id }: Endpoint) => [...played].find(([, { channels }]) => channels.has(id))?.[0];
  return { servers, clock, one, two, server, where, logged };
}

/** Until what was asked is noticed to stay unanswered. */
const silenceMs = 2_000;

describe('a call', () => {
  test('is placed where there is most room, as far as the server has said and we have placed since', async () => {
    const { servers, where } = await open('10.0.0.1,10.0.0.2', (server) => {
      server('10.0.0.1').load = { sessions: 3, maxSessions: 100, ready: true };
    });
    const places: (string | undefined)[] = [];
    for (let nth = 0; nth < 6; nth++) places.push(where(await servers.endpoint())?.slice(0, 8));
    expect(places.slice(0, 3)).toEqual(['10.0.0.2', '10.0.0.2', '10.0.0.2']);
    expect(places.slice(3).sort()).toEqual(['10.0.0.1', '10.0.0.1', '10.0.0.2']);
  });

  test('is counted once: what the server says of itself includes what we placed on it', async () => {
    const { servers, clock, one, two } = await open();
    await servers.endpoint();
    await servers.endpoint();
    one.load = { sessions: 1, maxSessions: 100, ready: true };
    two.load = { sessions: 1, maxSessions: 100, ready: true };
    await clock.move(400);
    await turns();
    expect(servers.dump().map(({ sessions }) => sessions)).toEqual([1, 1]);
  });

  test('has its other leg where the first is, however full that is', async () => {
    const { servers, clock, one, where } = await open();
    const inside = await servers.endpointFor('v=0');
    expect(where(inside)).toBe('10.0.0.1:8021');
    one.load = { sessions: 99, maxSessions: 100, ready: false };
    await clock.move(400);
    expect(where(await servers.endpoint(inside.id))).toBe('10.0.0.1:8021');
    expect(where(await servers.endpointFor('v=0', inside.id))).toBe('10.0.0.1:8021');
    expect(where(await servers.endpointFor('v=0'))).toBe('10.0.0.2:8021');
    // Nobody has to be asked where it is.
    expect(one.lookUps).toBe(0);
  });

  test('of another process is joined where it is', async () => {
    const { servers, two, where } = await open();
    const [theirs, nowhere] = [randomUUID(), randomUUID()];
    two.channels.add(theirs);
    expect(where(await servers.endpoint(theirs))).toBe('10.0.0.2:8021');
    const mine = await servers.endpointFor('v=0', theirs);
    expect(where(mine)).toBe('10.0.0.2:8021');
    expect([await servers.has(theirs, mine.id), await servers.has(nowhere, mine.id)]).toEqual([true, false]);
    const elsewhere = await servers.endpointFor('v=0', nowhere);
    expect(where(elsewhere)).toBe('10.0.0.1:8021');
    expect(await servers.has(theirs, elsewhere.id)).toBe(false);
    await expect(servers.endpoint(nowhere)).rejects.toThrow('no media server carries');
  });

  test('goes to the next server when one gives no endpoint; that one is left alone for a while', async () => {
    const { servers, clock, one, where } = await open();
    one.fault = new Error('no route');
    expect(where(await servers.endpoint())).toBe('10.0.0.2:8021');
    one.fault = undefined;
    expect(where(await servers.endpoint())).toBe('10.0.0.2:8021');
    await clock.move(10_000);
    expect(where(await servers.endpoint())).toBe('10.0.0.1:8021');
  });

  test('goes to the next server when one says nothing to it, though it lives', async () => {
    const { servers, clock, one, where } = await open();
    one.fault = 'silence';
    const placing = servers.endpoint();
    await clock.move(4_500);
    expect(where(await placing)).toBe('10.0.0.2:8021');
  });

  test('is ended where it comes too late', async () => {
    const { servers, clock, one, where } = await open();
    one.slow = [];
    const placing = servers.endpoint();
    await clock.move(4_500);
    expect(where(await placing)).toBe('10.0.0.2:8021');
    for (const make of one.slow) make();
    await turns();
    expect([...one.channels]).toEqual([]);
  });

  test('without a common codec is tried nowhere else', async () => {
    const { servers, one, two } = await open();
    const refusal = Object.assign(new Error('488'), { status: 488 });
    one.fault = refusal;
    two.fault = new Error('never asked');
    await expect(servers.endpointFor('v=0')).rejects.toBe(refusal);
    one.fault = two.fault = new Error('no route');
    await expect(servers.endpointFor('v=0')).rejects.toBe(two.fault);
  });

  test('is not placed on a server that takes none, and is refused when all are full', async () => {
    const { servers, clock, one, two, where } = await open();
    one.load = { sessions: 0, maxSessions: 100, ready: false };
    await clock.move(400);
    expect(where(await servers.endpoint())).toBe('10.0.0.2:8021');
    two.load = { sessions: 99, maxSessions: 100, ready: true };
    await clock.move(400);
    expect(servers.open).toBe(false);
    await expect(servers.endpoint()).rejects.toThrow('no media server takes a call');
  });
});

describe('a server', () => {
  test('that dies takes its endpoints along; new ones are on the other, and on it again once it is back', async () => {
    const { servers, clock, one, two, where } = await open();
    const [first, second] = [await servers.endpoint(), await servers.endpoint()];
    one.lose();
    one.refusal = 'ECONNREFUSED';
    await turns();
    expect([first.gone.reason, second.gone.aborted]).toEqual(['closed', false]);
    expect([servers.serving, servers.open]).toEqual([1, true]);
    for (let nth = 0; nth < 3; nth++) expect(where(await servers.endpoint())).toBe('10.0.0.2:8021');
    await expect(servers.endpoint(first.id)).rejects.toBeInstanceOf(MediaServerUnavailable);
    one.channels.clear();
    one.refusal = undefined;
    await clock.move(5_000);
    expect([servers.serving, one.connections, two.connections]).toEqual([2, 2, 1]);
    expect(where(await servers.endpoint())).toBe('10.0.0.1:8021');
  });

  test('that answers nothing is dead within two seconds, and what it still had is ended when it is back', async () => {
    const { servers, clock, one, logged } = await open();
    const { id, gone } = await servers.endpoint();
    one.load = undefined;
    await clock.move(silenceMs);
    expect(gone.reason).toBe('closed');
    expect(servers.serving).toBe(1);
    expect(logged).toContain('a media server is lost, its calls end');
    one.load = { sessions: 1, maxSessions: 100, ready: true };
    await clock.move(5_000);
    expect(one.ended).toEqual([id]);
    expect(servers.serving).toBe(2);
    one.lose();
    await clock.move(5_000);
    expect(one.ended).toEqual([id]);
  });

  test('whose answer came while we ourselves stood still is not dead', async () => {
    const { servers, clock, one } = await open();
    const wait = clock.wait.bind(clock);
    // We come to the time that is up, and in the same turn to the answer.
    let say = (): void => undefined;
    one.answer = new Promise<void>((resolve) => (say = resolve));
    clock.wait = async (ms, signal) => {
      await wait(ms, signal);
      if (ms === 1_400) setImmediate(say);
    };
    await clock.move(400);
    await clock.move(1_400);
    await turns();
    await turns();
    expect([servers.serving, one.connections]).toEqual([2, 1]);
  });

  test('that is back is trusted again at once, and tried at once when it dies again', async () => {
    const { servers, clock, one, where } = await open();
    one.fault = new Error('no route');
    await servers.endpoint();
    one.refusal = 'ECONNREFUSED';
    one.lose();
    await clock.move(5_000);
    one.fault = one.refusal = undefined;
    await clock.move(1_000);
    expect(where(await servers.endpoint())).toBe('10.0.0.1:8021');
    one.channels.clear();
    one.lose();
    const before = one.tries;
    await clock.move(250);
    expect(one.tries).toBe(before + 1);
  });

  test('that is late comes after the others', async () => {
    const { servers, clock, one, where } = await open();
    one.load = undefined;
    await clock.move(950);
    expect(where(await servers.endpoint())).toBe('10.0.0.2:8021');
    expect(where(await servers.endpoint())).toBe('10.0.0.2:8021');
    expect(servers.serving).toBe(2);
  });

  test('that lets us in and answers nothing is no server', async () => {
    const { servers, one, clock } = await open();
    one.lose();
    one.load = undefined;
    await clock.move(10_000);
    expect(servers.serving).toBe(1);
    expect(one.connections).toBeGreaterThan(1);
    expect(one.connections).toBeLessThan(12);
  });

  test('is tried after pauses that grow to a second', async () => {
    const { clock, one, logged } = await open();
    one.refusal = 'ECONNREFUSED';
    one.lose();
    await clock.move(20_000);
    const tries = logged.filter((what) => what.includes('it is tried again')).length;
    expect(tries).toBeGreaterThanOrEqual(20);
    expect(tries).toBeLessThanOrEqual(23);
  });

  test('that is away ends what it should have ended as soon as it is back', async () => {
    const { servers, clock, one, two } = await open();
    const id = randomUUID();
    one.lose();
    await turns();
    await servers.endOrphan(id);
    expect([one.ended, two.ended]).toEqual([[], [id]]);
    await clock.move(5_000);
    expect(one.ended).toEqual([id]);
  });

  test('tells its channels with the others', async () => {
    const { servers, one, two } = await open();
    const [a, b] = [randomUUID(), randomUUID()];
    one.channels.add(a);
    two.channels.add(b);
    expect((await servers.channels()).sort()).toEqual([a, b].sort());
  });
});

describe('the first connection', () => {
  test('to one of them is enough', async () => {
    const { servers, one, clock } = await open('10.0.0.1,10.0.0.2', (server) => {
      server('10.0.0.1').refusal = 'ECONNREFUSED';
    });
    expect(servers.serving).toBe(1);
    one.refusal = undefined;
    await clock.move(1_000);
    expect(servers.serving).toBe(2);
  });

  test('to none of them is a start that fails, and is not tried again', async () => {
    let tried = 0;
    const clock = new MovedClock();
    const note = () => undefined;
    const opening = MediaServers.open({
      addresses: readAddresses('10.0.0.1,10.0.0.2', 8021),
      connect: async () => {
        tried++;
        throw new MediaServerUnavailable('the media server cannot be used: ECONNREFUSED');
      },
      ...{ clock, log: { info: note, warn: note } },
    });
    await expect(opening).rejects.toThrow('ECONNREFUSED');
    await clock.move(10_000);
    expect(tried).toBe(2);
  });

  test('to a name that nobody knows is told', async () => {
    await expect(open('gone.test')).rejects.toThrow('no media server has the name gone.test');
  });
});

test('a name that comes to stand for others brings new servers; those it left keep their calls and get no more', async () => {
  const names: Record<string, string[]> = { 'media.test': ['10.0.0.1', '10.0.0.2'] };
  const { servers, clock, where } = await open('media.test', undefined, names);
  const first = await servers.endpoint();
  expect(where(first)).toBe('10.0.0.1:8021');
  names['media.test'] = ['10.0.0.2', '10.0.0.3'];
  await clock.move(30_000);
  const places = new Set<string | undefined>();
  for (let nth = 0; nth < 4; nth++) places.add(where(await servers.endpoint()));
  expect([...places].sort()).toEqual(['10.0.0.2:8021', '10.0.0.3:8021']);
  expect(where(await servers.endpoint(first.id))).toBe('10.0.0.1:8021');
  delete names['media.test'];
  await clock.move(30_000);
  expect(servers.open).toBe(true);
  names['media.test'] = ['10.0.0.1'];
  await clock.move(30_000);
  expect(where(await servers.endpoint())).toBe('10.0.0.1:8021');
});

test('what is closed is closed with the servers, and tried no more', async () => {
  const { servers, clock, one } = await open();
  servers.close();
  await turns();
  expect(one.closed).toBeGreaterThan(0);
  await clock.move(10_000);
  expect(one.connections).toBe(1);
});

import { beforeEach, describe, expect, it } from 'vitest';
import { Connection, type Wire } from './connection.ts';
import { standardLimits } from './connection-limits.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeNetwork } from './testing/fake-network.ts';

const limits = { ...standardLimits, firstMessage: 10, halfMessage: 20, idle: 100, connect: 5, waiting: 50 };
const bytes = Buffer.alloc(20);
const network = new FakeNetwork();
const transport = network.transport('server', { reliable: true });

let clock: FakeClock;
let told: string[];

/** A wire that takes what it is given, and says what happens to it. */
class FakeWire implements Wire {
  waiting = 0;
  write(given: Buffer, done: (error?: Error) => void): void {
    told.push(`write ${given.length}`);
    done();
  }
  end(): void {
    told.push('end');
  }
  destroy(): void {
    told.push('destroy');
  }
}

const make = (origin: 'ours' | 'peer', wire: Wire | null = new FakeWire()): Connection => {
  const remote = { address: '192.0.2.1', port: 5 };
  const connection = new Connection(transport, remote, origin, { limits, clock }, (_one, why) => told.push(why));
  if (wire) connection.attach(wire);
  return connection;
};
const take = (): string[] => told.splice(0);

beforeEach(() => {
  clock = new FakeClock();
  told = [];
});

describe('a connection of a peer is closed', () => {
  it('when its first message does not come in time, whatever else does', () => {
    const connection = make('peer');
    connection.begun();
    connection.heard('keep-alive', true);
    clock.advance(9);
    expect([connection.open, take()]).toEqual([true, []]);
    clock.advance(1);
    expect([connection.open, take(), clock.pending]).toEqual([false, ['no message in time', 'destroy'], 0]);
  });

  it('when a message does not come to its end, counted from its beginning', () => {
    const connection = make('peer');
    connection.heard('message', false);
    clock.advance(50);
    connection.begun();
    clock.advance(10);
    connection.begun();
    clock.advance(9);
    expect(take()).toEqual([]);
    clock.advance(1);
    expect(take()).toEqual(['half a message', 'destroy']);
  });

  it('when it is idle; messages and keep-alives keep it open', () => {
    const connection = make('peer');
    connection.heard('message', false);
    for (const what of ['message', 'keep-alive', 'message'] as const) {
      clock.advance(99);
      connection.heard(what, false);
    }
    clock.advance(99);
    expect(take()).toEqual([]);
    clock.advance(1);
    expect([take(), clock.pending]).toEqual([['idle', 'destroy'], 0]);
  });

  it('not for half a message that was ended, nor for the one before', () => {
    const connection = make('peer');
    connection.heard('message', true);
    clock.advance(19);
    connection.heard('message', true);
    clock.advance(19);
    connection.heard('message', false);
    clock.advance(99);
    expect(connection.open).toBe(true);
    connection.close('enough');
    expect(take()).toEqual(['enough', 'destroy']);
  });

  it('when it does not read what it is sent', () => {
    const wire = new FakeWire();
    const connection = make('peer', wire);
    wire.waiting = 50;
    connection.send(bytes);
    expect(connection.open).toBe(true);
    wire.waiting = 51;
    connection.send(bytes);
    expect(take()).toEqual(['write 20', 'write 20', 'the peer reads too slowly', 'destroy']);
  });

  it('once what was sent has gone, and by force when the peer does not take it', () => {
    const polite = make('peer');
    polite.finish('no SIP');
    polite.finish('again');
    clock.advance(19);
    expect([polite.open, take()]).toEqual([false, ['no SIP', 'end']]);
    polite.gone('closed by the peer');
    expect([take(), clock.pending]).toEqual([[], 0]);
    make('peer').finish('no SIP');
    clock.advance(20);
    expect(take()).toEqual(['no SIP', 'end', 'destroy']);
  });
});

describe('a connection of ours', () => {
  it('sends when it stands, in order', () => {
    const connection = make('ours');
    connection.send(bytes.subarray(0, 1));
    connection.send(bytes.subarray(0, 2));
    expect(take()).toEqual([]);
    connection.opened();
    connection.send(bytes.subarray(0, 3));
    connection.opened();
    expect(take()).toEqual(['write 1', 'write 2', 'write 3']);
    clock.advance(99);
    expect(connection.open).toBe(true);
    clock.advance(1);
    expect(take()).toEqual(['idle', 'destroy']);
  });

  it('is given up when it does not come to stand, and says so to all who wait', () => {
    const connection = make('ours');
    connection.lost.add((error) => told.push(`lost: ${error.message}`));
    connection.send(bytes, (error) => told.push(`failed: ${error.message}`));
    clock.advance(5);
    const why = 'connection closed: no connection in time';
    expect(take()).toEqual(['no connection in time', `failed: ${why}`, `lost: ${why}`, 'destroy']);
    connection.opened();
    connection.gone('ECONNREFUSED');
    expect([take(), connection.lost.size, clock.pending]).toEqual([[], 0, 0]);
  });

  it('takes no more than may wait', () => {
    const connection = make('ours', null);
    for (let i = 0; i < 3; i++) connection.send(bytes, () => told.push(`failed ${i}`));
    expect(take()).toEqual(['too much waits for the connection', 'failed 0', 'failed 1', 'failed 2']);
    connection.attach(new FakeWire());
    expect(take()).toEqual(['destroy']);
  });

  it('tells who sends after its end, later', async () => {
    const connection = make('peer');
    connection.gone('closed by the peer');
    take();
    const failed = new Promise<Error>((resolve) => connection.send(bytes, resolve));
    expect(take()).toEqual([]);
    expect((await failed).message).toBe('the connection is closed');
  });
});

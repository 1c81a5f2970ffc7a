import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RtpSocket } from '#media/embedded/rtp-leg.ts';
import { openAnyPort } from './any-port.ts';
import { dgramIo } from './dgram-io.ts';
import { libc, loadLibc } from './libc.ts';
import { MmsgIo } from './mmsg-io.ts';
import { openRtpIo } from './open.ts';
import type { RtpIo } from './rtp-io.ts';

const HOST = '127.0.0.1';
const noted: string[] = [];
const log = (_level: string, event: string): void => void noted.push(event);
const loaded = libc();
/** What holds of the C library's calls can be seen only where they can be made. */
const callable = !(loaded instanceof Error);
const ways: readonly (readonly [RtpIo['name'], () => RtpIo])[] = [
  ...(callable ? ([['mmsg', () => openRtpIo('auto', HOST, log)]] as const) : []),
  ['dgram', () => dgramIo()],
];

/** A peer that others wrote: Node's own socket, and what it heard. */
class Peer {
  readonly heard: string[] = [];
  readonly socket: Socket = createSocket('udp4');
  static async open(): Promise<Peer> {
    const peer = new Peer();
    peer.socket.on('message', (bytes) => peer.heard.push(bytes.toString('latin1')));
    await new Promise<void>((resolve) => peer.socket.bind(0, HOST, resolve));
    return peer;
  }
  get port(): number {
    return this.socket.address().port;
  }
  /** Resolves when the kernel has it. */
  say(text: string, port: number): Promise<void> {
    return new Promise((resolve) => this.socket.send(Buffer.from(text, 'latin1'), port, HOST, () => resolve()));
  }
}

describe.each(ways)('RTP by %s', (name, open) => {
  let io: RtpIo;
  let ours: RtpSocket;
  let peer: Peer;
  let heard: { text: string; from: number; address: string }[];
  let errors: string[];
  const peers: Peer[] = [];
  const sockets: RtpSocket[] = [];

  const listen = async (): Promise<RtpSocket> => {
    const socket = await openAnyPort(io, HOST);
    socket.on('message', (bytes: Buffer, { port, address }: RemoteInfo) => {
      heard.push({ text: bytes.toString('latin1'), from: port, address });
    });
    socket.on('error', (error) => errors.push((error as NodeJS.ErrnoException).code ?? error.message));
    sockets.push(socket);
    return socket;
  };
  const meet = async (): Promise<Peer> => {
    const one = await Peer.open();
    peers.push(one);
    return one;
  };
  /** What came so far, when it is at least so much. */
  const hears = async (count: number): Promise<string[]> => {
    await expect.poll(() => (io.poll(), heard.length)).toBeGreaterThanOrEqual(count);
    return heard.map(({ text }) => text);
  };

  beforeEach(async () => {
    noted.length = 0;
    io = open();
    heard = [];
    errors = [];
    ours = await listen();
    peer = await meet();
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.close();
    for (const one of peers.splice(0)) one.socket.close();
    io.close();
  });

  it('is what was asked for', () => {
    expect(io.name).toBe(name);
  });

  it('brings what comes, with whom it is from', async () => {
    const other = await meet();
    await peer.say('one', ours.address().port);
    await hears(1);
    await other.say('two', ours.address().port);
    await hears(2);
    await peer.say('three', ours.address().port);
    expect(await hears(3)).toEqual(['one', 'two', 'three']);
    expect(heard.map(({ from }) => from)).toEqual([peer.port, other.port, peer.port]);
    expect(heard[0]?.address).toBe(HOST);
    const namesake = createSocket('udp4');
    await new Promise<void>((resolve) => namesake.bind(peer.port, '127.0.0.2', resolve));
    namesake.send('four', ours.address().port, HOST);
    await hears(4);
    expect([heard[3]?.address, heard[3]?.from]).toEqual(['127.0.0.2', peer.port]);
    namesake.close();
  });

  it('brings each to the socket it came to', async () => {
    const second = await openAnyPort(io, HOST);
    sockets.push(second);
    const there: string[] = [];
    second.on('message', (bytes: Buffer) => there.push(bytes.toString()));
    await peer.say('here', ours.address().port);
    await peer.say('there', second.address().port);
    await expect.poll(() => (io.poll(), [heard.length, there.length])).toEqual([1, 1]);
    expect([heard[0]?.text, there[0]]).toEqual(['here', 'there']);
  });

  it('brings all of what came in a bunch, in order, whatever their lengths', async () => {
    const sent = Array.from({ length: 60 }, (_, n) => `${n}:`.padEnd(10 + ((n * 37) % 190), 'x'));
    for (const text of sent) await peer.say(text, ours.address().port);
    expect(await hears(60)).toEqual(sent);
  });

  it('sends to a named address before it is connected, and without a name after', async () => {
    ours.send(Buffer.from('named'), peer.port, HOST);
    await expect.poll(() => peer.heard).toEqual(['named']);
    ours.connect(peer.port, HOST);
    ours.send(Buffer.from('connected'));
    await expect.poll(() => peer.heard).toEqual(['named', 'connected']);
    const other = await meet();
    ours.disconnect();
    ours.send(Buffer.from('elsewhere'), other.port, HOST);
    await expect.poll(() => other.heard).toEqual(['elsewhere']);
    expect(peer.heard).toHaveLength(2);
    expect(errors).toEqual([]);
  });

  it('hears nobody but its peer once connected, and everybody again after that', async () => {
    const stranger = await meet();
    ours.connect(peer.port, HOST);
    await stranger.say('stranger', ours.address().port);
    await peer.say('peer', ours.address().port);
    expect(await hears(1)).toEqual(['peer']);
    expect(heard[0]?.from).toBe(peer.port);
    ours.disconnect();
    await stranger.say('welcome', ours.address().port);
    expect(await hears(2)).toEqual(['peer', 'welcome']);
  });

  it('tells of a port where nobody listens, and goes on', async () => {
    const gone = await Peer.open();
    const { port } = gone;
    await new Promise<void>((resolve) => gone.socket.close(() => resolve()));
    ours.connect(port, HOST);
    ours.send(Buffer.from('hello'));
    await expect.poll(() => (io.poll(), errors)).toEqual(['ECONNREFUSED']);
    ours.disconnect();
    await peer.say('still here', ours.address().port);
    expect(await hears(1)).toEqual(['still here']);
  });

  it('is told the system’s error when a port is taken, and another port is another socket', async () => {
    await expect(io.open(HOST, peer.port)).rejects.toMatchObject({ code: 'EADDRINUSE', syscall: 'bind' });
    const other = await listen();
    expect(other.address()).toMatchObject({ address: HOST });
    expect(other.address().port).not.toBe(ours.address().port);
  });

  it('neither hears nor sends after it is closed, and its port is free again', async () => {
    const { port } = ours.address();
    await peer.say('too late', port);
    ours.close();
    if (name === 'mmsg') {
      ours.send(Buffer.from('x'), peer.port, HOST);
      ours.connect(peer.port, HOST);
      ours.close();
    }
    sockets.splice(0);
    const next = await io.open(HOST, port);
    sockets.push(next);
    const there: string[] = [];
    next.on('message', (bytes: Buffer) => there.push(bytes.toString()));
    await peer.say('in time', port);
    await expect.poll(() => (io.poll(), there)).toEqual(['in time']);
    expect([heard, peer.heard]).toEqual([[], []]);
  });

  it('lets a socket close another one while both have something', async () => {
    const [first, second] = [await listen(), await listen()];
    const told: string[] = [];
    first.on('message', () => (told.push('first'), second.close()));
    second.on('message', () => (told.push('second'), first.close()));
    if (name === 'dgram') return; // Node's sockets are read in turns of their own
    await peer.say('a', first.address().port);
    await peer.say('b', second.address().port);
    io.poll();
    expect(told).toHaveLength(1);
  });

  it('an empty datagram is one, too', async () => {
    await peer.say('', ours.address().port);
    await peer.say('after', ours.address().port);
    expect(await hears(2)).toEqual(['', 'after']);
  });
});

describe.runIf(callable)('RTP by the C library', () => {
  const library = loaded as Exclude<typeof loaded, Error>;
  let io: MmsgIo;
  let peer: Peer;
  beforeEach(async () => {
    noted.length = 0;
    io = new MmsgIo(library, log);
    peer = await Peer.open();
  });
  afterEach(() => {
    io.close();
    peer.socket.close();
  });
  const drained = async (socket: RtpSocket, wanted: number): Promise<number[]> => {
    const lengths: number[] = [];
    socket.on('message', (bytes: Buffer) => lengths.push(bytes.length));
    await expect.poll(() => (io.poll(), lengths.length)).toBe(wanted);
    return lengths;
  };

  it('shows a datagram that is too long for sound as empty', async () => {
    const socket = await openAnyPort(io, HOST);
    await peer.say('x'.repeat(2048), socket.address().port);
    await peer.say('x'.repeat(2049), socket.address().port);
    await peer.say('x'.repeat(9000), socket.address().port);
    await peer.say('x'.repeat(172), socket.address().port);
    expect(await drained(socket, 4)).toEqual([2048, 0, 0, 172]);
  });

  it('refuses to send what it has no room for', async () => {
    const socket = await openAnyPort(io, HOST);
    expect(() => socket.send(Buffer.alloc(2049), peer.port, HOST)).toThrow(RangeError);
    expect(() => socket.room!(2049)).toThrow(RangeError);
    socket.send(Buffer.alloc(2048, 'y'), peer.port, HOST);
    await expect.poll(() => peer.heard.map((text) => text.length)).toEqual([2048]);
  });

  it('sends a packet that was made in its own memory, and a copy of any other', async () => {
    const socket = await openAnyPort(io, HOST);
    const room = socket.room!(172);
    expect(room).toHaveLength(172);
    room.fill('a');
    socket.send(room, peer.port, HOST);
    socket.send(room.subarray(0, 16), peer.port, HOST);
    room.write('bbbbb', 100);
    socket.send(room.subarray(98, 108), peer.port, HOST);
    socket.send(Buffer.alloc(20, 'c'), peer.port, HOST);
    await expect.poll(() => peer.heard).toHaveLength(4);
    expect(peer.heard).toEqual(['a'.repeat(172), 'a'.repeat(16), 'aabbbbbaaa', 'c'.repeat(20)]);
  });

  it('never lets a stranger’s packet through that came before it was connected', async () => {
    const socket = await openAnyPort(io, HOST);
    const stranger = await Peer.open();
    await stranger.say('before', socket.address().port);
    socket.connect(peer.port, HOST);
    await peer.say('after', socket.address().port);
    expect(await drained(socket, 1)).toEqual([5]);
    stranger.socket.close();
  });

  it('reads no more of one socket in a tick than two seconds of sound, so that a flood stops nobody’s clock', async () => {
    const socket = await openAnyPort(io, HOST);
    let told = 0;
    socket.on('message', () => void (told += 1));
    for (let n = 0; n < 200; n += 1) await peer.say('flood', socket.address().port);
    io.poll();
    expect(told).toBe(121);
    io.poll();
    expect(told).toBe(200);
  });

  it('goes on for the others when one cannot take what came', async () => {
    const [bad, good] = [await openAnyPort(io, HOST), await openAnyPort(io, HOST)];
    const heard: string[] = [];
    bad.on('message', () => {
      throw new Error('a fault of ours');
    });
    good.on('message', (bytes: Buffer) => heard.push(bytes.toString()));
    for (const socket of [bad, good, bad, good]) await peer.say('x', socket.address().port);
    await expect.poll(() => (io.poll(), heard)).toEqual(['x', 'x']);
    expect(noted).toEqual(['RTP fault', 'RTP fault']);
  });

  it('tells of an address that is none', async () => {
    const socket = await openAnyPort(io, HOST);
    const errors: string[] = [];
    socket.on('error', (error: Error) => errors.push(error.message));
    for (const address of ['::1', 'localhost', '1.2.3', '1.2.3.256', '1.2.3.4.5', '1..2.3']) {
      socket.send(Buffer.from('x'), 5000, address);
      socket.connect(5000, address);
    }
    expect(new Set(errors.map((text) => text.replace(/: .*/, '')))).toEqual(new Set(['not an IPv4 address']));
    expect(errors).toHaveLength(12);
  });

  it('leaves no descriptor behind', async () => {
    const { readdirSync } = await import('node:fs');
    const open = (): number => readdirSync('/proc/self/fd').length;
    const before = open();
    const own = new MmsgIo(library, log);
    await Promise.all(Array.from({ length: 20 }, () => openAnyPort(own, HOST)));
    await expect(own.open(HOST, peer.port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(open()).toBe(before + 21);
    const last = await openAnyPort(own, HOST);
    expect(own.sockets).toBe(21);
    last.close();
    expect(own.sockets).toBe(20);
    own.close();
    expect(open()).toBe(before);
  });
});

describe('how sound is read', () => {
  const reasons: unknown[] = [];
  const told = (_level: string, _event: string, fields?: object): void => void reasons.push({ ...fields });
  beforeEach(() => void reasons.splice(0));

  it('is by Node when it is told so, or when the address is no IPv4', () => {
    for (const [choice, host] of [
      ['dgram', HOST],
      ['auto', '::1'],
      ['auto', 'localhost'],
    ] as const)
      expect(openRtpIo(choice, host, told).name).toBe('dgram');
    expect(reasons).toEqual(['RTP_IO=dgram', '::1: not IPv4', 'localhost: not IPv4'].map((reason) => ({ reason })));
  });

  it('is by Node where the C library cannot be called', () => {
    const notThere = (): never => {
      throw new Error("Cannot find module 'koffi'\nRequire stack:\n- /secret/path");
    };
    const linux = { platform: 'linux', arch: 'x64' };
    const loads = [
      () => loadLibc(linux, notThere),
      () => loadLibc({ platform: 'darwin', arch: 'arm64' }, notThere),
      () => loadLibc({ platform: 'linux', arch: 's390x' }, notThere),
      () => loadLibc(linux, () => ({ load: notThere })),
    ];
    for (const load of loads) expect(openRtpIo('auto', HOST, told, load).name).toBe('dgram');
    expect(reasons).toEqual([
      { reason: "koffi cannot be loaded: Cannot find module 'koffi'" },
      { reason: 'not made for darwin on arm64' },
      { reason: 'not made for linux on s390x' },
      { reason: "koffi cannot be loaded: Cannot find module 'koffi'" },
    ]);
  });

  it.runIf(callable)('is by Node when the system has no descriptor left for it', () => {
    const short = { ...(loaded as Exclude<typeof loaded, Error>), epoll_create1: () => -1, errno: () => 24 };
    expect(openRtpIo('auto', HOST, told, () => short).name).toBe('dgram');
    expect(reasons).toEqual([{ reason: expect.stringContaining('EMFILE') as string }]);
  });
});

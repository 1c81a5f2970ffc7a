import type { Endpoint as FsEndpoint, MediaServer as FsServer } from 'drachtio-fsmrf';
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { runApi } from './embedded/api/table.ts';
import { FakeServer, type FakeParty } from './embedded/testing/fake-party.ts';
import { SoundFolder, voiceFrame } from './embedded/testing/fake-sounds.ts';
import { Endpoint, endpointCutOff, MediaServerUnavailable } from './endpoint.ts';
import { securedEnd } from './inviting.ts';
import { MediaServer } from './freeswitch.ts';

const folder = new SoundFolder();
afterAll(() => folder.remove());

/** Of a media server that is not lost. */
const standing = new AbortController().signal;

/** A server that takes every command and dies before it answers; drachtio-fsmrf never settles what was asked of it. */
function dying() {
  const asked: string[] = [];
  const forever = (command: string) => {
    asked.push(command);
    return new Promise<never>(() => undefined);
  };
  const near = Object.assign(new EventEmitter(), { uuid: 'u-1', destroy: () => forever('destroy') });
  const server = { api: forever } as unknown as FsServer;
  return { asked, near, endpoint: new Endpoint(near as unknown as FsEndpoint, server, standing) };
}

test('an endpoint that is being ended as the media server dies is ended', async () => {
  const { asked, near, endpoint } = dying();
  const ended = endpoint.end();
  near.emit('destroy');
  await ended;
  expect(asked).toContain('uuid_kill u-1');
  expect(endpoint.gone.reason).toBe(endpointCutOff);
});

test('an endpoint that has ended is asked nothing more', async () => {
  const { asked, near, endpoint } = dying();
  near.emit('destroy', { reason: 'NORMAL_CLEARING' });
  await endpoint.end();
  expect(asked).toEqual([]);
});

test('tones of keys follow each other, each to its end; a prompt breaks them off', async () => {
  const asked: string[] = [];
  const over: (() => void)[] = [];
  const near = Object.assign(new EventEmitter(), {
    uuid: 'u-1',
    execute: (_app: string, arg: string) => {
      asked.push(arg);
      near.emit('playback-start', {});
      return new Promise((resolve) => over.push(() => resolve({ getHeader: () => 'FILE PLAYED' })));
    },
    api: async (command: string) => {
      asked.push(command);
      return { getBody: () => '+OK' };
    },
  });
  const endpoint = new Endpoint(near as unknown as FsEndpoint, {} as FsServer, standing);
  const sent = () => new Promise((resolve) => setImmediate(resolve));
  const [first, second] = [endpoint.keyTone(), endpoint.keyTone()];
  await sent();
  expect(asked).toHaveLength(1);
  over.shift()?.();
  expect(await first.ended).toBe('played');
  await sent();
  expect(asked).toEqual([asked[0], asked[0]]);
  expect(asked[0]).toContain('tone_stream://');
  endpoint.play('/sounds/next.wav');
  await sent();
  expect(asked[2]).toBe('uuid_break');
  over.shift()?.();
  expect(await second.ended).toBe('stopped');
  await sent();
  expect(asked[3]).toBe('/sounds/next.wav');
  // After a prompt a tone is one of its own again.
  endpoint.keyTone();
  await sent();
  expect(asked[4]).toBe('uuid_break');
});

test('a playback is broken off when it has begun: what is said before that, the media server forgets', async () => {
  const asked: string[] = [];
  let over = (): void => undefined;
  const near = Object.assign(new EventEmitter(), {
    uuid: 'u-1',
    execute: (app: string, arg: string) => {
      asked.push(`${app} ${arg}`);
      return new Promise((resolve) => (over = () => resolve({ getHeader: () => 'FILE PLAYED' })));
    },
    api: async (command: string) => {
      asked.push(command);
      return { getBody: () => '+OK' };
    },
  });
  const endpoint = new Endpoint(near as unknown as FsEndpoint, {} as FsServer, standing);
  const sent = () => new Promise((resolve) => setImmediate(resolve));
  const early = endpoint.play('/sounds/early.wav');
  await sent();
  early.stop();
  await sent();
  expect(asked).toEqual(['playback /sounds/early.wav']);
  near.emit('playback-start', { file: '/sounds/early.wav' });
  expect(asked.splice(0)).toEqual(['playback /sounds/early.wav', 'uuid_break']);
  over();
  expect(await early.ended).toBe('stopped');

  const late = endpoint.play('/sounds/late.wav');
  await sent();
  near.emit('playback-start', { file: '/sounds/late.wav' });
  late.stop();
  expect(asked).toEqual(['playback /sounds/late.wav', 'uuid_break']);
  over();
  expect(await late.ended).toBe('stopped');
  near.emit('playback-start', { file: '/sounds/of-nobody.wav' });
  expect(asked).toHaveLength(2);
});

const sdpWith = (...lines: string[]): string => ['v=0', 'm=audio 4000 RTP/AVP 0 101', ...lines, ''].join('\r\n');
const withEvents = sdpWith('a=rtpmap:101 telephone-event/8000');

test.each([
  ['is listened to for tones when it has no telephone events', [sdpWith()], ['start_dtmf']],
  ['is not when it has', [withEvents], []],
  ['is listened to once, and no more when it has them after all', [sdpWith(), sdpWith(), withEvents], ['start_dtmf', 'stop_dtmf']], // prettier-ignore
])('a far end %s', async (_what, descriptions, expected) => {
  const done: string[] = [];
  const near = Object.assign(new EventEmitter(), {
    ...{ uuid: 'u-1', local: { sdp: 'ours' }, modify: async () => undefined },
    execute: async (app: string) => void done.push(app),
  });
  const endpoint = new Endpoint(near as unknown as FsEndpoint, {} as FsServer, standing);
  for (const sdp of descriptions) expect(await endpoint.connectTo(sdp)).toBe('ours');
  expect(done).toEqual(expected);
});

/** The endpoint of a party of the embedded media server, without the sockets between. */
function endpointOf(party: FakeParty, server: FakeServer): Endpoint {
  const near = Object.assign(new EventEmitter(), {
    uuid: party.uuid,
    execute: async (app: string, arg?: string) => party.execute(app, arg),
    api: async (command: string, args: readonly string[]) => {
      const body = server.api([command, ...args].join(' '));
      return { getBody: () => body };
    },
  });
  return new Endpoint(near as unknown as FsEndpoint, {} as FsServer, standing);
}

const [A, B, S] = [1, 2, 3];
/** Who talks with whom, and who listens. All of them speak for 20 frames; the voices that each heard in the last ten. */
async function listening(heardBy: 'nobody' | 'party' | 'both') {
  const server = new FakeServer();
  const [caller, agent, supervisor] = [server.party(), server.party(), server.party()];
  const id = randomUUID();
  server.engine.channels.set(id, agent.channel);
  server.api(`uuid_bridge ${caller.uuid} ${agent.uuid}`);
  const endpoint = endpointOf(supervisor, server);
  const sounds = { told: folder.voice('told.wav', 8, 3), over: folder.voice('over.wav', 9, 3) };
  await endpoint.listenTo(id, heardBy, sounds);
  const speak = (frames: number, ...voices: (number | undefined)[]) => {
    const parties = [caller, agent, supervisor];
    const before = parties.map(({ heard }) => heard.length);
    server.run(frames, (n) => {
      for (const [at, party] of parties.entries())
        party.say(voices[at] === undefined ? new Uint8Array(160).fill(0xff) : voiceFrame(voices[at], n));
    });
    return parties.map(({ heard }, at) => {
      const voicesOf = heard.slice(before[at]! + Math.floor(frames / 2)).map((codes) => codes[0]! / 4);
      return [...new Set(voicesOf)].map((voice) => (voice === 0xff / 4 ? '-' : voice)).join(' ');
    });
  };
  return { server, caller, agent, supervisor, endpoint, sounds, id, speak };
}

test.each([
  ['nobody', ['-', '-', '-']],
  ['party', ['-', '3', '-']],
  ['both', ['3', '3', '-']],
] as const)('who listens, heard by %s, hears both', async (heardBy, heard) => {
  const { caller, agent, supervisor, speak } = await listening(heardBy);
  speak(4);
  // What they are told is for them alone.
  const told = [caller, agent, supervisor].map(({ heard }) => heard.filter((codes) => codes[0] === 8 * 4).length);
  expect(told).toEqual([0, 0, 3]);
  expect(speak(20, A)).toEqual(['-', '1', '1']);
  speak(4);
  expect(speak(20, undefined, B)).toEqual(['2', '-', '2']);
  speak(4);
  expect(speak(20, undefined, undefined, S)).toEqual(heard);
});

test('who listens is heard by nobody while they are told something else, then as that says', async () => {
  const { endpoint, sounds, id, speak, server, agent, supervisor } = await listening('both');
  speak(10);
  await endpoint.listenTo(id, 'party', { ...sounds, told: folder.voice('longer.wav', 8, 10) });
  const before = agent.heard.length;
  server.run(10, (n) => supervisor.say(voiceFrame(3, n)));
  expect(agent.heard.slice(before).some((codes) => codes[0] === 12)).toBe(false);
  speak(4);
  expect(speak(20, undefined, undefined, S)).toEqual(['-', '3', '-']);
});

test('who listens changes nothing by keys that nobody was told of', async () => {
  const { supervisor, speak } = await listening('nobody');
  speak(10);
  for (const key of '3*') supervisor.press(key);
  speak(4);
  expect(speak(20, undefined, undefined, S)).toEqual(['-', '-', '-']);
  expect(speak(20, A)).toEqual(['-', '1', '1']);
});

test('who listens is told, and hung up, when the leg is gone', async () => {
  const { server, agent, supervisor, speak } = await listening('nobody');
  speak(10);
  agent.channel.hangup('NORMAL_CLEARING');
  const before = supervisor.heard.length;
  server.run(6);
  expect(supervisor.heard.slice(before).map((codes) => codes[0]! / 4)).toEqual([9, 9, 9]);
  expect(supervisor.channel.hangupCause).toBe('NORMAL_CLEARING');
});

test('keys of who listens are told, and say nothing to the media server', async () => {
  const { server, supervisor, endpoint, speak } = await listening('nobody');
  await endpoint.tellKeys(['1', '*']);
  speak(10);
  for (const key of '1*4') supervisor.press(key);
  expect(server.seen('DTMF').map((event) => [event['Unique-ID'], event['DTMF-Digit']])).toEqual([
    [supervisor.uuid, '1'],
    [supervisor.uuid, '*'],
  ]);
  expect(speak(20, A)).toEqual(['-', '1', '1']);
});

test('who listens names a channel and files, and nothing else', async () => {
  const { endpoint, sounds, id, server, supervisor } = await listening('nobody');
  await expect(endpoint.listenTo('all', 'nobody', sounds)).rejects.toThrow('not a channel');
  await expect(endpoint.listenTo(id, 'nobody', { ...sounds, told: '/a,b.wav' })).rejects.toThrow('not a sound file');
  await expect(endpoint.listenTo(id, 'nobody', { ...sounds, over: 'x' })).rejects.toThrow('not a sound file');
  server.engine.channels.delete(supervisor.uuid);
  await expect(endpoint.listenTo(id, 'nobody', sounds)).rejects.toBeInstanceOf(MediaServerUnavailable);
});

test('a media server is asked whether it carries a channel', async () => {
  const fake = new FakeServer();
  const conn = { socket: { setNoDelay: () => undefined }, subscribe: () => undefined };
  const connection = { conn, api: async (text: string) => fake.api(text) };
  const near = Object.assign(new EventEmitter(), connection) as unknown as FsServer;
  const server = new (MediaServer as unknown as new (near: FsServer) => MediaServer)(near);
  const id = randomUUID();
  expect(await server.has(id)).toBe(false);
  fake.engine.channels.set(id, fake.party().channel);
  expect(await server.has(id)).toBe(true);
  await expect(server.has('all')).rejects.toThrow('not a channel');
});

test.each([
  ['three seconds of silence unless told', [], 3],
  ['the silence that is told', [5], 5],
])('a voice ends after %s', async (_what, silence, seconds) => {
  const done: string[] = [];
  const near = Object.assign(new EventEmitter(), {
    uuid: 'u-1',
    execute: async (app: string, arg: string) => {
      done.push(`${app} ${arg}`);
      const headers: Record<string, string> = { 'Application-Response': 'FILE PLAYED', variable_record_ms: '2500' };
      return { getHeader: (name: string) => headers[name] };
    },
  });
  const endpoint = new Endpoint(near as unknown as FsEndpoint, {} as FsServer, standing);
  const { signal } = new AbortController();
  expect(await endpoint.recordVoice('/spool/a.wav', 180, signal, ...silence)).toBe(2.5);
  expect(done).toContain(`record /spool/a.wav 180 100 ${seconds}`);
});

/** A media server to which somebody is connected: what its commands are answered, and endpoints that it makes when the test says so. */
function connected(answers: Record<string, string> = {}) {
  const asked: string[] = [];
  const wanted: (object | undefined)[] = [];
  const making: ((endpoint: FsEndpoint) => void)[] = [];
  let disconnected = 0;
  const near = Object.assign(new EventEmitter(), {
    conn: Object.assign(new EventEmitter(), {
      socket: { setNoDelay: () => undefined },
      subscribe: (events: string) => void asked.push(`event ${events}`),
    }),
    api: async (command: string) => {
      asked.push(command);
      return answers[command] ?? new Promise<string>(() => undefined);
    },
    createEndpoint: (options?: object) => {
      wanted.push(options);
      return new Promise<FsEndpoint>((resolve) => making.push(resolve));
    },
    disconnect: () => void disconnected++,
  });
  const server = new (MediaServer as unknown as new (near: FsServer) => MediaServer)(near as unknown as FsServer);
  const make = (uuid: string) => {
    const ended: string[] = [];
    const fs = Object.assign(new EventEmitter(), {
      uuid,
      local: { sdp: `answer of ${uuid}` },
      conn: { socket: { setNoDelay: () => undefined }, disconnect: () => void ended.push('socket') },
      dialog: { connected: true, destroy: async () => void ended.push('dialog') },
    });
    making.shift()?.(fs as unknown as FsEndpoint);
    return Object.assign(fs, { ended });
  };
  return { server, near, asked, make, wanted, disconnected: () => disconnected };
}

const status = (sessions: number, ready = 'ready', max = '1000 session(s) max') =>
  [`UP 0 years`, `FreeSWITCH (Version 1.11.1) is ${ready}`, `7 session(s) since startup`, `${sessions} session(s) - peak 9, last 5min 9`, max, ''].join('\n'); // prettier-ignore

test.each([
  [status(3), { sessions: 3, maxSessions: 1_000, ready: true }],
  [status(0, 'not ready'), { sessions: 0, maxSessions: 1_000, ready: false }],
])('a media server says how many channels it has, and whether it takes more', async (text, expected) => {
  expect(await connected({ status: text }).server.load()).toEqual(expected);
});

test('a media server that says something else of itself is none', async () => {
  for (const text of ['-ERR status Command not found!\n', status(3, 'ready', '')])
    await expect(connected({ status: text }).server.load()).rejects.toThrow('does not say how it is');
});

test('our own media server is asked the same', async () => {
  const { engine } = new FakeServer();
  const text = runApi(engine, 'status');
  expect(await connected({ status: text }).server.load()).toMatchObject({ sessions: 0, ready: true });
});

test('a media server that is lost takes its endpoints along, and whatever was asked of it', async () => {
  const { server, near, make, disconnected } = connected();
  const [first, second] = [server.endpoint(), server.endpoint()];
  const [ended, up] = [make('u-1'), make('u-2')];
  const [over, endpoint] = [await first, await second];
  ended.emit('destroy', { reason: 'NORMAL_CLEARING' });
  const [pending, question] = [server.endpoint(), server.load()];
  const waiting = [expect(pending).rejects, expect(question).rejects].map((one) => one.toThrow('was lost'));
  near.emit('end');
  await Promise.all(waiting);
  expect([endpoint.gone.reason, over.gone.reason]).toEqual([endpointCutOff, 'NORMAL_CLEARING']);
  expect([server.lost.aborted, server.abandoned, disconnected()]).toEqual([true, ['u-2'], 1]);
  // The phone's side of it is ended too, else the SIP server keeps the dialog for ever.
  expect([up.ended, ended.ended]).toEqual([['socket', 'dialog'], []]);
  server.lose();
  expect([server.abandoned, disconnected()]).toEqual([['u-2'], 1]);
  await expect(server.has(randomUUID())).rejects.toBeInstanceOf(MediaServerUnavailable);
  await expect(server.endpointFor('v=0')).rejects.toBeInstanceOf(MediaServerUnavailable);
});

test('a secured far end is invited as such, another with its description; both are told of the answer', async () => {
  const { server, make, wanted } = connected();
  const told: string[] = [];
  const secured = 'v=0\r\nm=audio 4000 UDP/TLS/RTP/SAVPF 0\r\n';
  const plain = 'v=0\r\nm=audio 4000 RTP/AVP 0\r\n';
  for (const sdp of [secured, plain])
    void server.endpointFor(sdp, (answer) => told.push(answer)).catch(() => undefined);
  expect(wanted).toEqual([
    { headers: { [securedEnd]: { remoteSdp: secured, onAnswer: expect.any(Function) as () => void } } },
    { remoteSdp: plain },
  ]);
  make('u-1');
  make('u-2');
  await expect.poll(() => told).toEqual(['answer of u-1', 'answer of u-2']);
});

test('an endpoint that comes when its server has been given up is ended', async () => {
  const { server, make } = connected();
  const pending = server.endpoint();
  server.lose();
  await expect(pending).rejects.toThrow('was lost');
  const late = make('u-3');
  await new Promise((resolve) => setImmediate(resolve));
  expect(late.ended).toEqual(['socket', 'dialog']);
});

test('an endpoint whose dialog has ended already goes with its server, without a word', async () => {
  const { server, make } = connected();
  const pending = server.endpoint();
  const one = make('u-4');
  Object.assign(one, { dialog: null });
  const endpoint = await pending;
  server.lose();
  expect([endpoint.gone.reason, one.ended]).toEqual([endpointCutOff, ['socket']]);
});

test('what fails once more when nobody waits any longer ends no process', () => {
  const theirs = createRequire(createRequire(import.meta.url).resolve('drachtio-fsmrf'));
  const { prototype } = theirs('./mediaserver') as { prototype: object };
  const near = Object.create(prototype) as EventEmitter;
  const heard: unknown[] = [];
  near.once('error', (error) => heard.push(error));
  expect([near.emit('error', 1), near.emit('error', 2), heard]).toEqual([true, false, [1]]);
});

test('a recording is complete when the media server says so, whatever becomes of the connection of its endpoint', async () => {
  const { server, near, asked, make } = connected();
  expect(asked).toEqual(['event RECORD_STOP']);
  const pending = server.endpoint();
  const fs = make('u-5');
  const own = new EventEmitter();
  Object.assign(fs, {
    execute: async () => ({ getHeader: () => undefined }),
    api: async () => ({ getBody: () => '+OK Success' }),
    conn: Object.assign(own, fs.conn),
  });
  const endpoint = await pending;
  const told: string[] = [];
  const recording = async (name: string) => {
    const { complete } = await endpoint.startRecording(`/spool/${name}.wav`);
    void complete.then(() => told.push(name));
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  await recording('first');
  own.emit('esl::end');
  fs.emit('destroy', { reason: 'NORMAL_CLEARING' });
  await settled();
  near.conn.emit('esl::event::RECORD_STOP::another', {});
  await settled();
  expect(told).toEqual([]);
  near.conn.emit('esl::event::RECORD_STOP::u-5', {});
  await settled();
  expect(told).toEqual(['first']);
  expect(near.conn.eventNames()).toEqual([]);
});

test.each(['the connection breaks', 'it stands still and is given up'])(
  'a recording of a media server that is lost (%s) is waited for no longer',
  async (how) => {
    const { server, near, make } = connected();
    const pending = server.endpoint();
    const fs = make('u-6');
    Object.assign(fs, {
      execute: async () => ({ getHeader: () => undefined }),
      api: async () => ({ getBody: () => '+OK Success' }),
    });
    const { complete } = await (await pending).startRecording('/spool/a.wav');
    if (how === 'the connection breaks') near.emit('end');
    else server.lose();
    await complete;
    expect(near.conn.eventNames()).toEqual([]);
  },
);

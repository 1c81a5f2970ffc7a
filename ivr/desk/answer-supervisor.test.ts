import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { forgetNode, serveQueue, talkOver } from '#accounts/desk/queue.ts';
import { ha1Of, saveCredentials } from '#db/credentials.ts';
import { saveAgent, turnAgent } from '#db/desk/agents.ts';
import { beginTalk, enterQueue } from '#db/desk/entries.ts';
import { eventsOfEntry } from '#db/desk/events.ts';
import { endDeskLeg, openDeskLegsOf, planDeskLeg, updateDeskLeg } from '#db/desk/legs.ts';
import type { Language } from '#db/people.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { brokenConstraint, DatabaseUnavailable } from '#db/unavailable.ts';
import { authorization } from '#test-calls/phone/authorization.ts';
import { answer, type RunningCall } from '../answering/answer.ts';
import { Door } from '../answering/door.ts';
import type { Platform } from '../platform.ts';
import { recover } from '../recovery.ts';
import { clearDesk, hireAgent } from '../testing/agent-at-desk.ts';
import { invite } from '../testing/knock.ts';
import { PlayedEndpoint } from '../testing/played-endpoint.ts';
import { playedPlatform, realm } from '../testing/world.ts';

let server: TestDatabase;
const password = 'of the supervisors';
async function hire(id: string, extension: string, languages: readonly Language[], supervisor = true) {
  await saveAgent(server.db, { id, name: id, extension, languages, supervisor, active: true }, new Date());
  await saveCredentials(server.db, { username: id, realm, ha1: ha1Of(id, realm, password), agentId: id });
}
beforeAll(async () => {
  server = await startTestDatabase();
  await hireAgent(server.db);
  await hire('sol', '300', ['es', 'en']);
  await hire('teo', '301', ['es']);
  await hire('eva', '202', ['en'], false);
  const ida = { id: 'ida', name: 'Ida', extension: '303', languages: ['en'], supervisor: true, active: true } as const;
  await hire(ida.id, ida.extension, ida.languages);
  // Who works here no more.
  await saveAgent(server.db, { ...ida, active: false }, new Date());
});
afterAll(() => server.stop());
beforeEach(async () => {
  await server.db.deleteFrom('deskListening').execute();
  await clearDesk(server.db);
});

/** Ana talks with somebody; her leg on the media server is this one. */
async function anaTalks({ answered = true } = {}) {
  const { db } = server;
  const [entryId, endpointUuid, legId, at] = [randomUUID(), randomUUID(), randomUUID(), new Date()];
  await turnAgent(db, 'ana', 'ready', at);
  const entry = { id: entryId, callId: randomUUID(), language: 'es', number: undefined, accountId: undefined } as const;
  await enterQueue(db, { ...entry, node: 'ivr-other', at });
  await serveQueue(db, at);
  const sip = { sipCallId: 'x', localTag: 'y', dialogId: 'z' };
  await planDeskLeg(db, { id: legId, entryId, side: 'agent', node: 'ivr-other', ...sip, endpointUuid, plannedAt: at });
  if (answered) await updateDeskLeg(db, legId, { remoteTag: 'theirs', remoteTarget: 'sip:ana@10.0.0.9' });
  await beginTalk(db, entryId, at);
  return { entryId, endpointUuid, legId };
}

/** A supervisor's phone dials. */
async function dials(
  user: string,
  who = 'sol',
  on: Partial<Platform> = {},
  prepare: (played: ReturnType<typeof playedPlatform>) => unknown = () => undefined,
) {
  const played = playedPlatform(server.db);
  prepare(played);
  const endpoint = new PlayedEndpoint(randomUUID());
  endpoint.quick = true;
  played.media.ready.push(endpoint);
  const platform = { ...played.platform, ...on };
  const door = new Door(played.platform);
  const requestUri = `sip:${user}@homeline`;
  const known = authorization(
    door.challenge(false),
    { method: 'INVITE', uri: requestUri },
    { username: who, password },
  );
  const call = invite({ requestUri }, known === undefined ? {} : { 'Proxy-Authorization': known });
  let running: RunningCall | undefined;
  await answer(call.incoming, door, platform, (taken) => (running = taken));
  const done = running?.done;
  return { ...played, ...call, endpoint, running, done };
}
/** A database in which nothing can be written while it is away. */
function leaving() {
  const state = { away: false };
  const db = new Proxy(server.db, {
    get: (real, key) => {
      if (state.away && key === 'transaction') throw new DatabaseUnavailable('57P03');
      const value: unknown = Reflect.get(real, key);
      return typeof value === 'function' ? (value.bind(real) as unknown) : value;
    },
  });
  return Object.assign(state, { db });
}

type Dialled = Awaited<ReturnType<typeof dials>>;

const paths = ({ endpoint }: Dialled): string[] => endpoint.prompts.map(({ path }) => path);
/** What the media server was ordered, one after the other. */
const orders = ({ endpoint }: Dialled): string[] => endpoint.told.filter((one) => one.startsWith('listen to'));
async function ordered(call: Dialled, count: number): Promise<string> {
  while (orders(call).length < count) await new Promise((resolve) => setImmediate(resolve));
  return orders(call).at(-1) ?? '';
}
const over = '/en/supervise.over.wav';
const notes = async (entryId: string) =>
  (await eventsOfEntry(server.db, entryId)).filter(({ kind }) => kind.startsWith('listening'));
const listenings = () =>
  server.db.selectFrom('deskListening').selectAll().orderBy('since', 'desc').orderBy('id').execute();

describe('a supervisor', () => {
  it("hears the agent's leg and nobody else's, whispers, joins, hears only, and leaves", async () => {
    const { entryId, endpointUuid } = await anaTalks();
    const call = await dials('*8201');
    expect(await ordered(call, 1)).toMatch(
      `listen to ${endpointUuid}, heard by nobody: /en/supervise.listen.wav+/en/supervise.to-agent.wav+/en/menu.press.2.wav+`,
    );
    expect(call.endpoint.told[0]).toBe('tell 123*');
    call.endpoint.press('1', '9', '#');
    call.endpoint.press('2');
    expect(await ordered(call, 2)).toBe(
      `listen to ${endpointUuid}, heard by party: /en/supervise.whisper.wav, then ${over}`,
    );
    call.endpoint.press('3');
    expect(await ordered(call, 3)).toBe(
      `listen to ${endpointUuid}, heard by both: /en/supervise.join.wav, then ${over}`,
    );
    expect(await listenings()).toMatchObject([{ mode: 'join', until: null }]);
    call.endpoint.press('1');
    expect(await ordered(call, 4)).toBe(
      `listen to ${endpointUuid}, heard by nobody: /en/supervise.listen.wav, then ${over}`,
    );
    call.endpoint.press('*');
    await call.done;
    expect(call.dialog.byes).toEqual([16]);
    const id = call.running?.id;
    expect((await notes(entryId)).map(({ kind, agentId, data }) => [kind, agentId, data])).toEqual([
      ['listening-begun', 'sol', { listening: id, mode: 'listen', agentId: 'ana' }],
      ['listening-mode', 'sol', { listening: id, mode: 'whisper' }],
      ['listening-mode', 'sol', { listening: id, mode: 'join' }],
      ['listening-mode', 'sol', { listening: id, mode: 'listen' }],
      ['listening-ended', 'sol', { listening: id, how: 'left' }],
    ]);
    expect(await listenings()).toMatchObject([
      { id, entryId, supervisorId: 'sol', node: 'ivr-test', since: call.clock.now(), until: call.clock.now() },
    ]);
    expect(paths(call)).toEqual([]);
    expect(await openDeskLegsOf(server.db, 'ivr-test')).toEqual([]);
  });

  it("hears the agent's leg of a call-back, not the family's, and of one that was rung again the later", async () => {
    const { entryId } = await anaTalks();
    const sip = { sipCallId: 'x', localTag: 'y', dialogId: 'z' };
    const later = (seconds: number) => new Date(Date.now() + seconds * 1000);
    const [family, again] = [randomUUID(), randomUUID()];
    for (const [side, endpointUuid, seconds] of [
      ['agent', again, 5],
      ['family', family, 10],
    ] as const) {
      const leg = {
        id: randomUUID(),
        entryId,
        side,
        node: 'ivr-other',
        ...sip,
        endpointUuid,
        plannedAt: later(seconds),
      };
      await planDeskLeg(server.db, leg);
      await updateDeskLeg(server.db, leg.id, { remoteTag: 'theirs', remoteTarget: 'sip:x@10.0.0.9' });
    }
    const call = await dials('*8201');
    expect(await ordered(call, 1)).toContain(`listen to ${again},`);
    call.dialog.hangUp();
    await call.done;
  });

  it('is written down, with their leg, before anything is heard', async () => {
    const { entryId } = await anaTalks();
    let before: unknown[] = [];
    const call = await dials('*8201', 'sol', {}, ({ media }) => {
      media.has = async () => {
        before = [await notes(entryId), await openDeskLegsOf(server.db, 'ivr-test'), await listenings()];
        return true;
      };
    });
    await ordered(call, 1);
    expect(before).toMatchObject([
      [{ kind: 'listening-begun' }],
      [{ entryId, side: 'supervisor', dialogId: 'dialog-1', remoteTag: 'theirs', endpointUuid: call.endpoint.id }],
      [{ mode: 'listen', until: null }],
    ]);
    // So is every change.
    const ordering = call.endpoint.listenTo.bind(call.endpoint);
    let mode: unknown;
    call.endpoint.listenTo = async (...order) => {
      mode = (await listenings())[0]?.mode;
      return ordering(...order);
    };
    call.endpoint.press('3');
    await ordered(call, 2);
    expect(mode).toBe('join');
    call.dialog.hangUp();
    await call.done;
    expect((await notes(entryId)).at(-1)?.data).toMatchObject({ how: 'left' });
  });

  it.each([
    ['*8201', 'eva', '/en/supervise.no-supervisor.wav'],
    ['*8999', 'sol', '/en/supervise.no-agent.wav'],
    ['*8', 'sol', '/en/supervise.no-agent.wav'],
    ['*8303', 'sol', '/en/supervise.no-agent.wav'],
    ['*8300', 'sol', '/en/supervise.own-talk.wav'],
    ['*8202', 'teo', '/es/supervise.not-talking.wav'],
  ])('who dials %s is told why not: %s hears %s', async (user, who, path) => {
    await anaTalks();
    const call = await dials(user, who);
    await call.done;
    expect([paths(call), orders(call)]).toEqual([[path], []]);
    expect(call.dialog.byes).toEqual([16]);
    expect(await listenings()).toEqual([]);
  });

  it('hears nothing of an agent who is rung, or writes down what a talk was about', async () => {
    const { entryId } = await anaTalks();
    await talkOver(server.db, entryId, new Date());
    const call = await dials('*8201');
    await call.done;
    expect([paths(call), orders(call)]).toEqual([['/en/supervise.not-talking.wav'], []]);
  });

  it('is alone: another hears that somebody listens already', async () => {
    const { entryId } = await anaTalks();
    const first = await dials('%2a8201');
    await ordered(first, 1);
    for (const who of ['teo', 'sol']) {
      const second = await dials('*8201', who);
      await second.done;
      expect([paths(second), orders(second)]).toEqual([[`/${who === 'sol' ? 'en' : 'es'}/supervise.taken.wav`], []]);
    }
    const row = {
      id: randomUUID(),
      entryId,
      supervisorId: 'teo',
      node: 'n',
      mode: 'listen',
      since: new Date(),
    } as const;
    const forced = server.db.insertInto('deskListening').values(row).execute();
    expect(brokenConstraint(await forced.catch((error: unknown) => error))).toBe('desk_listening_once');
    first.dialog.hangUp();
    await first.done;
    const third = await dials('*8201', 'teo');
    await ordered(third, 1);
    third.dialog.hangUp();
    await third.done;
  });

  it.each([
    ['was not written down', { answered: false }],
    ['is over', { answered: true }],
  ])("hears nothing when the agent's leg %s", async (_why, { answered }) => {
    const { legId } = await anaTalks({ answered });
    if (answered) await endDeskLeg(server.db, legId, new Date());
    const call = await dials('*8201');
    await call.done;
    expect([paths(call), orders(call)]).toEqual([['/en/supervise.not-now.wav'], []]);
  });

  it('has their leg on the media server of the talk', async () => {
    const { endpointUuid } = await anaTalks();
    const call = await dials('*8201');
    await ordered(call, 1);
    expect(call.media.besides).toEqual([endpointUuid]);
    expect((await dials('*8299')).media.besides).toEqual([undefined]);
  });

  it('hears nothing of a talk on another media server', async () => {
    const { entryId, endpointUuid } = await anaTalks();
    const call = await dials('*8201', 'sol', {}, ({ media }) => media.elsewhere.add(endpointUuid));
    await call.done;
    expect([paths(call), orders(call)]).toEqual([['/en/supervise.not-now.wav'], []]);
    expect((await notes(entryId)).at(-1)?.data).toMatchObject({ how: 'elsewhere' });
  });

  it.each([
    ['NORMAL_CLEARING', 'talk-over'],
    ['MEDIA_TIMEOUT', 'media-server'],
  ])(
    'is told and hung up by the media server when the talk is over, or when their phone is dead: %s',
    async (cause, how) => {
      const { entryId } = await anaTalks();
      const call = await dials('*8201');
      await ordered(call, 1);
      call.endpoint.vanish(cause);
      await call.done;
      expect((await notes(entryId)).at(-1)?.data).toMatchObject({ how });
      expect(call.logged.filter(({ level }) => level !== 'info')).toEqual([]);
    },
  );

  it('is hung up when the platform stops', async () => {
    const { entryId } = await anaTalks();
    const call = await dials('*8201');
    await ordered(call, 1);
    call.running?.stop();
    await call.done;
    expect(call.dialog.byes).toEqual([41]);
    expect((await notes(entryId)).at(-1)?.data).toMatchObject({ how: 'shutdown' });
  });

  it('listens to nobody while it can not be written down', async () => {
    await anaTalks();
    const database = leaving();
    database.away = true;
    const call = await dials('*8201', 'sol', { db: database.db });
    await call.done;
    expect(await listenings()).toEqual([]);
    expect(call.logged.map(({ level }) => level)).toEqual(['warn']);
    expect([paths(call), orders(call)]).toEqual([['/en/supervise.not-now.wav'], []]);
  });

  it('speaks to nobody while it can not be written down, but may stop speaking', async () => {
    const { endpointUuid } = await anaTalks();
    const database = leaving();
    const call = await dials('*8201', 'sol', { db: database.db });
    await ordered(call, 1);
    call.endpoint.press('2');
    await ordered(call, 2);
    database.away = true;
    call.endpoint.press('3');
    expect(await ordered(call, 3)).toBe(
      `listen to ${endpointUuid}, heard by party: /en/supervise.not-now.wav, then ${over}`,
    );
    call.endpoint.press('1');
    expect(await ordered(call, 4)).toContain('heard by nobody: /en/supervise.listen.wav');
    // Whoever starts next under this name writes the end.
    call.endpoint.press('*');
    await call.done;
    expect(call.logged.at(-1)).toMatchObject({ level: 'warn' });
    expect(await listenings()).toMatchObject([{ mode: 'whisper', until: null }]);
  });

  it('is no more when it was written that they are not', async () => {
    const { entryId } = await anaTalks();
    const call = await dials('*8201');
    await ordered(call, 1);
    await forgetNode(server.db, 'ivr-test', call.clock.now());
    call.endpoint.press('2');
    await call.done;
    expect(orders(call)).toHaveLength(1);
    expect((await notes(entryId)).map(({ data }) => data['how'])).toEqual([undefined, 'restart']);
  });

  it('whose process died is hung up by the next one, and the end is written; those of others are left alone', async () => {
    const { entryId } = await anaTalks();
    const call = await dials('*8201');
    await ordered(call, 1);
    const other = playedPlatform(server.db, { node: 'ivr-third' });
    await recover(other.platform);
    expect(await listenings()).toMatchObject([{ until: null }]);
    const next = playedPlatform(server.db);
    await recover(next.platform);
    expect(next.media.ended).toContain(call.endpoint.id);
    expect(next.sip.orphans).toMatchObject([{ dialogId: 'dialog-1', remoteTag: 'theirs' }]);
    expect((await notes(entryId)).at(-1)?.data).toMatchObject({ how: 'restart' });
    call.dialog.hangUp();
    await call.done;
    expect((await notes(entryId)).filter(({ kind }) => kind === 'listening-ended')).toHaveLength(1);
  });
});

describe("an agent's phone", () => {
  it('may call nobody else', async () => {
    const calls = [await dials('201'), await dials('*7201'), await dials('+12135550150')];
    expect(calls.map(({ said, answers }) => [said[0]?.status, answers])).toEqual([
      [403, []],
      [403, []],
      [403, []],
    ]);
  });

  it('is refused without an offer, and when its agent works here no more', async () => {
    expect((await dials('*8201', 'ida')).said).toEqual([{ status: 403, headers: {} }]);
    const played = playedPlatform(server.db);
    const door = new Door(played.platform);
    const uri = 'sip:*8201@homeline';
    const known = authorization(door.challenge(false), { method: 'INVITE', uri }, { username: 'sol', password });
    const { incoming, said } = invite({ requestUri: uri, sdp: '' }, { 'Proxy-Authorization': known ?? '' });
    await answer(incoming, door, played.platform, () => expect.unreachable());
    expect(said).toEqual([{ status: 488, headers: {} }]);
  });
});

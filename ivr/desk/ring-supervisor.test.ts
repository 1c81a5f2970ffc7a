import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serveQueue } from '#accounts/desk/queue.ts';
import { ha1Of, saveCredentials } from '#db/credentials.ts';
import { saveAgent, turnAgent } from '#db/desk/agents.ts';
import { beginTalk, endTalk, enterQueue } from '#db/desk/entries.ts';
import { eventsOfEntry } from '#db/desk/events.ts';
import { openDeskLegsOf, planDeskLeg, updateDeskLeg } from '#db/desk/legs.ts';
import { orderInTalk } from '#db/desk/in-talk.ts';
import { orderListening, orderOfTalk, takeOrders } from '#db/desk/orders.ts';
import { saveRegistration } from '#db/registrations.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { Stopped } from '../call/last-words.ts';
import { Leg } from '../leg/leg.ts';
import { clearDesk, hireAgent, turnOnPage } from '../testing/agent-at-desk.ts';
import { PlayedDialog } from '../testing/played-dialog.ts';
import { PlayedEndpoint } from '../testing/played-endpoint.ts';
import { failed, offerOfTheirs, patient, type Network } from '../testing/played-servers.ts';
import { playedPlatform } from '../testing/world.ts';
import { ringSupervisor } from './ring-supervisor.ts';
import { orderMs, TalkOrders } from './talk-orders.ts';

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
  const { db } = server;
  await hireAgent(db);
  for (const [id, extension, supervisor] of [
    ['sol', '300', true],
    ['eva', '202', false],
  ] as const) {
    await saveAgent(db, { id, name: id, extension, languages: ['en'], supervisor, active: true }, new Date());
    await saveCredentials(db, { username: id, realm: 'homeline', ha1: ha1Of(id, 'homeline', 'x'), agentId: id });
  }
});
afterAll(() => server.stop());
beforeEach(async () => {
  await server.db.deleteFrom('deskListening').execute();
  await server.db.deleteFrom('registration').execute();
  await clearDesk(server.db);
});

/** Ana talks with somebody, and a supervisor's telephone does this when it is rung. */
async function talking(network?: Network, { registered = true } = {}) {
  const { db } = server;
  const played = playedPlatform(db);
  const at = played.clock.now();
  const [entryId, legId] = [randomUUID(), randomUUID()];
  await turnAgent(db, 'ana', 'ready', at);
  const entry = { id: entryId, callId: randomUUID(), language: 'es', number: undefined, accountId: undefined } as const;
  await enterQueue(db, { ...entry, node: 'ivr-test', at });
  await serveQueue(db, at);
  const sip = { sipCallId: 'x', localTag: 'y', dialogId: 'z' };
  await planDeskLeg(db, {
    id: legId,
    entryId,
    side: 'agent',
    node: 'ivr-other',
    ...sip,
    endpointUuid: 'ana on media',
    plannedAt: at,
  });
  await updateDeskLeg(db, legId, { remoteTag: 'theirs', remoteTarget: 'sip:ana@10.0.0.9' });
  await beginTalk(db, entryId, at);
  if (registered) {
    const binding = {
      username: 'sol',
      contact: 'sip:sol@127.0.0.1:5998',
      source: { address: '127.0.0.1', port: 5998 },
    };
    const expiresAt = new Date(at.getTime() + 3_600_000);
    await saveRegistration(db, { ...binding, expiresAt }, { callId: randomUUID(), cseq: 1 }, at);
  }
  const [agentEnd, supervisor, dialog, agentDialog] = [
    new PlayedEndpoint('ana on media'),
    new PlayedEndpoint('sol on media'),
    new PlayedDialog(),
    new PlayedDialog(),
  ];
  supervisor.quick = true;
  played.media.ready.push(supervisor);
  played.sip.network.push(network ?? (() => ({ kind: 'answered', dialog })));
  const agent = new Leg('inside', agentDialog, agentEnd.real, played.clock);
  const stopping = new AbortController();
  const call = {
    ...{ callId: entry.callId, callingNumber: undefined, platform: played.platform, holdMusic: '' },
    ...({ entryId, language: 'es', signal: stopping.signal } as const),
  };
  const ring = (mode: 'listen' | 'whisper' | 'join' = 'listen') =>
    ringSupervisor({ kind: 'listen', agentId: 'sol', mode }, agent, call);
  return { ...played, entryId, agent, agentDialog, supervisor, dialog, stopping, call, ring };
}
type Talking = Awaited<ReturnType<typeof talking>>;

const orders = ({ supervisor }: Talking): string[] => supervisor.told.filter((one) => one.startsWith('listen to'));
async function until(ready: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await ready())) await new Promise((resolve) => setImmediate(resolve));
}
const notes = async ({ entryId }: Talking) =>
  (await eventsOfEntry(server.db, entryId))
    .filter(({ kind }) => kind.startsWith('listening'))
    .map(({ kind, data }) => [kind, data]);
const order = (entryId: string, agentId: string, at: Date) =>
  server.db.transaction().execute((trx) => orderListening(trx, { entryId, agentId, mode: 'join' }, at));

describe('a supervisor who has ordered it', () => {
  it('and answers the telephone in their page hears at once, without a key', async () => {
    const talk = await talking();
    talk.media.ready.unshift(new PlayedEndpoint('until the page has offered'));
    const { contact } = await turnOnPage(server.db, talk.clock, 'sol');
    const done = talk.ring('listen');
    await until(() => orders(talk).length === 1);
    expect(talk.sip.dialled).toMatchObject([{ uri: contact }]);
    expect(talk.media.offers).toEqual([offerOfTheirs]);
    expect(talk.supervisor.prompts).toEqual([]);
    talk.supervisor.press('*');
    await done;
    await server.db.deleteFrom('credential').where('staffSessionId', 'is not', null).execute();
  });

  it('is rung beside the talk, presses 1, and is heard by whom they wanted from the beginning', async () => {
    const talk = await talking();
    const asked = talk.supervisor.begins();
    const done = talk.ring('whisper');
    expect((await asked).path).toMatch(/desk\.take.*menu\.press/);
    expect(talk.sip.dialled).toMatchObject([{ uri: 'sip:sol@127.0.0.1:5998' }]);
    expect(talk.media.besides).toEqual(['ana on media']);
    // Nothing is heard before.
    expect([orders(talk), await notes(talk)]).toEqual([[], []]);
    expect(await openDeskLegsOf(server.db, 'ivr-test')).toMatchObject([{ side: 'supervisor', remoteTag: 'theirs' }]);
    talk.supervisor.press('1');
    await until(() => orders(talk).length === 2);
    expect(orders(talk)).toEqual([
      expect.stringContaining('listen to ana on media, heard by nobody: /en/supervise.listen.wav'),
      'listen to ana on media, heard by party: /en/supervise.whisper.wav, then /en/supervise.over.wav',
    ]);
    talk.supervisor.press('*');
    await done;
    expect(talk.dialog.byes).toEqual([16]);
    const listening = expect.any(String) as string;
    expect(await notes(talk)).toEqual([
      ['listening-begun', { listening, mode: 'listen', agentId: 'ana' }],
      ['listening-mode', { listening, mode: 'whisper' }],
      ['listening-ended', { listening, how: 'left' }],
    ]);
    expect(await openDeskLegsOf(server.db, 'ivr-test')).toEqual([]);
  });

  it('only listens when that is what they wanted', async () => {
    const talk = await talking();
    const asked = talk.supervisor.begins();
    const done = talk.ring();
    await asked;
    talk.supervisor.press('1');
    await until(() => orders(talk).length === 1);
    talk.supervisor.press('*');
    await done;
    expect(orders(talk)).toHaveLength(1);
  });

  it('hears nothing without pressing 1: an answering machine does not', async () => {
    const talk = await talking();
    const asked = talk.supervisor.begins();
    const done = talk.ring();
    await asked;
    talk.supervisor.press('2');
    await talk.clock.move(120_000);
    await done;
    expect([orders(talk), await notes(talk), talk.dialog.byes.length]).toEqual([[], [], 1]);
    // Nobody waits for it to be written.
    await until(async () => (await openDeskLegsOf(server.db, 'ivr-test')).length === 0);
  });

  it.each([
    ['is busy', failed(486)],
    ['is away', failed(480)],
  ])('and %s hears nothing, and nothing is left of it', async (_, result) => {
    const talk = await talking(() => result);
    await talk.ring();
    expect([orders(talk), await notes(talk)]).toEqual([[], []]);
    expect(await openDeskLegsOf(server.db, 'ivr-test')).toEqual([]);
  });

  it('whose telephone is not registered any more is not rung', async () => {
    const talk = await talking(undefined, { registered: false });
    await talk.ring();
    expect(talk.sip.dialled).toEqual([]);
    expect(talk.logged.map(({ level }) => level)).toEqual(['info']);
  });

  it('hangs up instead, and nothing is heard', async () => {
    const talk = await talking();
    const asked = talk.supervisor.begins();
    const done = talk.ring();
    await asked;
    talk.dialog.hangUp();
    await done;
    expect([orders(talk), await notes(talk)]).toEqual([[], []]);
  });

  it('is rung no longer than the talk lasts', async () => {
    const talk = await talking(patient);
    const done = talk.ring();
    await until(() => talk.sip.dialled.length === 1);
    talk.agentDialog.hangUp();
    await done;
    expect(await openDeskLegsOf(server.db, 'ivr-test')).toEqual([]);
    expect(talk.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('is told that the talk is over by the media server, not by the end of the caller’s leg', async () => {
    const talk = await talking();
    const asked = talk.supervisor.begins();
    const done = talk.ring();
    await asked;
    talk.supervisor.press('1');
    await until(() => orders(talk).length === 1);
    talk.stopping.abort(new Error('the caller has gone'));
    expect(talk.dialog.byes).toEqual([]);
    talk.supervisor.vanish('NORMAL_CLEARING');
    await done;
    expect((await notes(talk)).at(-1)).toMatchObject(['listening-ended', { how: 'talk-over' }]);
  });

  it('is hung up when the platform stops', async () => {
    const talk = await talking();
    const asked = talk.supervisor.begins();
    const done = talk.ring();
    await asked;
    talk.supervisor.press('1');
    await until(() => orders(talk).length === 1);
    talk.stopping.abort(new Stopped());
    await done;
    expect(talk.dialog.byes).toEqual([41]);
    expect((await notes(talk)).at(-1)).toMatchObject(['listening-ended', { how: 'shutdown' }]);
  });
});

describe('an order to listen', () => {
  it('is taken by the talk, once, and leaves the payments alone', async () => {
    const talk = await talking();
    const at = talk.clock.now();
    expect(await order(talk.entryId, 'sol', at)).toEqual({ kind: 'ordered', talkOf: 'ana' });
    expect((await notes(talk))[0]).toEqual(['listening-ordered', { mode: 'join', agentId: 'ana' }]);
    const seen: unknown[] = [];
    const talkOrders = new TalkOrders(talk.agent, { ...talk.call, leg: talk.agent }, (one) => seen.push(one));
    const stop = new AbortController();
    const payment = talkOrders.next(stop.signal);
    payment.catch(() => undefined);
    await talk.clock.move(orderMs);
    await until(() => seen.length === 1);
    expect(seen).toEqual([{ kind: 'listen', agentId: 'sol', mode: 'join' }]);
    expect(await takeOrders(server.db, talk.entryId, at)).toEqual([]);
    stop.abort(new Error('over'));
    await expect(payment).rejects.toThrow('over');
  });

  it('comes beside those that the talk carries out one after the other, each once, as they came', async () => {
    const talk = await talking();
    const at = talk.clock.now();
    const stop = new AbortController();
    const talkOrders = new TalkOrders(talk.agent, { ...talk.call, leg: talk.agent }, () => undefined);
    const pay = (cents: number) => orderOfTalk(server.db, { kind: 'payment', agentId: 'ana', cents }, at);
    await pay(1_000);
    const hold = { kind: 'hold' } as const;
    await server.db.transaction().execute((trx) => orderInTalk(trx, 'ana', hold, at));
    await pay(2_000);
    const first = talkOrders.next(stop.signal);
    await talk.clock.move(orderMs);
    expect(await first).toMatchObject({ kind: 'payment', cents: 1_000 });
    expect(await talkOrders.next(stop.signal)).toMatchObject({ kind: 'hold' });
    const third = talkOrders.next(stop.signal);
    stop.abort(new Error('over'));
    await expect(third).rejects.toThrow('over');
  });

  it('is refused to who is no supervisor, of one’s own talk, of no talk, of one that is taken, and without a telephone', async () => {
    const talk = await talking(undefined, { registered: false });
    const at = talk.clock.now();
    expect(await order(talk.entryId, 'eva', at)).toEqual({ kind: 'no-supervisor' });
    expect(await order(talk.entryId, 'nobody', at)).toEqual({ kind: 'no-supervisor' });
    expect(await order(talk.entryId, 'sol', at)).toEqual({ kind: 'no-phone' });
    expect(await order(randomUUID(), 'sol', at)).toEqual({ kind: 'no-talk' });
    await saveAgent(
      server.db,
      { id: 'ana', name: 'Ana', extension: '201', languages: ['es'], supervisor: true, active: true },
      at,
    );
    expect(await order(talk.entryId, 'ana', at)).toEqual({ kind: 'own-talk' });
    await hireAgent(server.db);
    const row = {
      id: randomUUID(),
      entryId: talk.entryId,
      supervisorId: 'sol',
      node: 'n',
      mode: 'listen',
      since: at,
    } as const;
    await server.db.insertInto('deskListening').values(row).execute();
    expect(await order(talk.entryId, 'sol', at)).toEqual({ kind: 'taken' });
    await endTalk(server.db, talk.entryId, at, at);
    expect(await order(talk.entryId, 'sol', at)).toEqual({ kind: 'no-talk' });
    expect(await takeOrders(server.db, talk.entryId, at)).toEqual([]);
  });
});

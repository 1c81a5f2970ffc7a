import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serveQueue } from '#accounts/desk/queue.ts';
import { deskTermsAt } from '#accounts/desk/terms.ts';
import { turnAgent } from '#db/desk/agents.ts';
import { enterQueue, keepForCallBack, openEntries } from '#db/desk/entries.ts';
import { orderInTalk } from '#db/desk/in-talk.ts';
import { eventsOfEntry } from '#db/desk/events.ts';

import { takeCallBack } from '#db/desk/turns.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import type { RunningCall } from '../answering/answer.ts';
import { Stopped } from '../call/last-words.ts';
import { agentState, clearDesk, hireAgent, plugIn, rowOf, untilEntry } from '../testing/agent-at-desk.ts';
import { PlayedDialog } from '../testing/played-dialog.ts';
import { PlayedEndpoint } from '../testing/played-endpoint.ts';
import { failed, patient } from '../testing/played-servers.ts';
import { playedPlatform } from '../testing/world.ts';
import { callBack } from './call-back.ts';
import { CallBacks, lookMs } from './call-backs.ts';
import { lookMs as waitMs } from './place-in-queue.ts';
import { orderMs } from './talk-orders.ts';

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
  await hireAgent(server.db);
});
afterAll(() => server.stop());
beforeEach(() => clearDesk(server.db));

const house = { number: '+18669490290', holdMusic: '/music.wav' };
const number = '+12135550142';

/** Somebody who is to be called back, whose number nobody answers unless the test says so. */
async function wanted({ node = 'another', served = true } = {}) {
  const { db } = server;
  const played = playedPlatform(db, { trunks: [{ name: 'carrier', host: '127.0.0.1', port: 5080 }] });
  const { platform, clock, media, sip } = played;
  await plugIn(db, clock);
  const id = randomUUID();
  const at = clock.now();
  const entry = { id, callId: randomUUID(), language: 'es', number, accountId: undefined, node, at } as const;
  await enterQueue(db, entry);
  expect(await keepForCallBack(db, id, number, at)).toBe(true);
  if (served) {
    await serveQueue(db, at);
    expect(await takeCallBack(db, platform.terms.node, at)).toBe(id);
  }
  const [agent, family] = [new PlayedEndpoint('agent'), new PlayedEndpoint('family')];
  const [agentDialog, familyDialog] = [new PlayedDialog(), new PlayedDialog()];
  media.ready.push(agent, family);
  sip.network.push(
    () => ({ kind: 'answered', dialog: agentDialog }),
    () => ({ kind: 'answered', dialog: familyDialog }),
  );
  const stopping = new AbortController();
  const run = () => callBack(id, house, platform, stopping.signal);
  return { ...played, ...{ id, agent, family, agentDialog, familyDialog, stopping, run } };
}

/** Until the agent has taken it and the family is rung; what the family hears first. */
async function taken(call: Awaited<ReturnType<typeof wanted>>) {
  const [told, heard] = [call.agent.begins(), call.family.begins()];
  const done = call.run();
  const toAgent = await told;
  call.agent.press('1');
  return { done, heard, toAgent };
}

const kinds = async (id: string) => (await eventsOfEntry(server.db, id)).map(({ kind }) => kind).slice(2);
const sides = async () => await server.db.selectFrom('deskLeg').selectAll().orderBy('side').execute();

describe('a call-back', () => {
  it('rings the agent first, then the family, who hears who it is, presses 1, and talks', async () => {
    const call = await wanted();
    const { done, heard, toAgent } = await taken(call);
    expect(toAgent.path).toMatch(/^passing:/);
    const toFamily = await heard;
    expect(toFamily.path).toContain('/es/call-back.here');
    expect(call.sip.dialled).toMatchObject([
      { uri: 'sip:desk1@127.0.0.1:5999', callingNumber: number },
      { callingNumber: house.number },
    ]);
    expect(call.media.besides).toEqual([undefined, 'agent']);
    expect(call.agent.ringing?.stopped).toBe(false);
    expect((await rowOf(server.db, call.id)).state).toBe('ringing');
    const notices = [call.agent, call.family].map((each) => each.begins('agent.monitored'));
    call.family.press('1');
    await Promise.all(notices.map(async (notice) => (await notice).end()));
    await untilEntry(server.db, call.id, 'talking');
    while (!call.family.told.includes('bridge to agent')) await new Promise((resolve) => setImmediate(resolve));
    expect(call.agent.ringing?.stopped).toBe(true);
    call.familyDialog.hangUp();
    await done;
    expect(call.family.told).toContain('bridge to agent');
    expect(await rowOf(server.db, call.id)).toMatchObject({
      outcome: 'talked',
      agentId: 'ana',
      callBackNumber: number,
    });
    expect(await agentState(server.db)).toBe('wrap-up');
    expect(call.agentDialog.connected).toBe(false);
    expect((await sides()).map(({ side, node }) => [side, node])).toEqual([
      ['agent', 'ivr-test'],
      ['family', 'ivr-test'],
    ]);
  });

  it('passed on by the agent lets the family wait on the line for another, and talk with them', async () => {
    const call = await wanted();
    const { done, heard } = await taken(call);
    await heard;
    const notices = [call.agent, call.family].map((each) => each.begins('agent.monitored'));
    call.family.press('1');
    await Promise.all(notices.map(async (notice) => (await notice).end()));
    while (!call.family.told.includes('bridge to agent')) await new Promise((resolve) => setImmediate(resolve));
    const { db } = server;
    const wants = { kind: 'transfer', to: undefined, note: undefined } as const;
    await db.transaction().execute((trx) => orderInTalk(trx, 'ana', wants, call.clock.now()));
    const told = call.family.begins('hold.put-through');
    const thanked = call.agent.begins('desk.passed-on');
    const music = call.family.begins('music');
    await call.clock.move(orderMs);
    const waiting = call.clock.asked(waitMs);
    await Promise.all([(await told).end(), (await thanked).end()]);
    await music;
    await waiting;
    const [place] = await openEntries(db);
    expect(place).toMatchObject({ state: 'waiting', way: 'line', number, fromEntryId: call.id });
    // Ana is the only one, and takes it again.
    const [again, againDialog] = [new PlayedEndpoint('again'), new PlayedDialog()];
    again.quick = true;
    call.media.ready.push(again);
    call.sip.network.push(() => ({ kind: 'answered', dialog: againDialog }));
    await turnAgent(db, 'ana', 'ready', call.clock.now());
    await call.clock.move(waitMs);
    while (!again.prompts.some(({ path }) => path.startsWith('passing:')))
      await new Promise((resolve) => setImmediate(resolve));
    const notice = call.family.begins('agent.monitored');
    again.press('1');
    await (await notice).end();
    while (!call.family.told.includes('bridge to again')) await new Promise((resolve) => setImmediate(resolve));
    const goodbye = call.family.begins('goodbye');
    againDialog.hangUp();
    await (await goodbye).end();
    await done;
    expect(call.familyDialog.byes).toHaveLength(1);
    expect(await rowOf(db, place?.id ?? '')).toMatchObject({ outcome: 'talked', agentId: 'ana' });
  });

  it('says goodbye to the family when the agent hangs up first', async () => {
    const call = await wanted();
    const { done, heard } = await taken(call);
    await heard;
    call.family.press('1');
    await untilEntry(server.db, call.id, 'talking');
    const goodbye = call.family.begins('goodbye');
    call.agentDialog.hangUp();
    await (await goodbye).end();
    await done;
    expect(call.familyDialog.byes.length).toBe(1);
  });

  it('joins nobody whose entry was taken back while their phone rang; they hear a goodbye', async () => {
    const call = await wanted();
    const { done, heard } = await taken(call);
    await heard;
    const waits = { state: 'waiting', agentId: null, claimed: false } as const;
    await server.db.updateTable('deskEntry').set(waits).where('id', '=', call.id).execute();
    const goodbye = call.family.begins('goodbye');
    call.family.press('1');
    await (await goodbye).end();
    await done;
    expect(call.family.told).not.toContain('bridge to agent');
    expect([call.agentDialog.byes.length, call.familyDialog.byes.length]).toEqual([1, 1]);
  });

  it('is given up after its last try', async () => {
    const call = await wanted();
    const { callBack } = await deskTermsAt(server.db, call.clock.now());
    const tries = callBack.tries - 1;
    await server.db.updateTable('deskEntry').set({ tries }).where('id', '=', call.id).execute();
    call.sip.network.splice(1, 1, () => failed(486));
    const { done } = await taken(call);
    await (await call.agent.begins('not-reached')).end();
    await done;
    expect((await rowOf(server.db, call.id)).state).toBe('ended');
  });

  it('rings no family when the agent does not take it; the place stays', async () => {
    const call = await wanted();
    call.sip.network.splice(0, 2, () => failed(486));
    await call.run();
    expect(call.sip.dialled.length).toBe(1);
    const back = { state: 'waiting', agentId: null, claimed: false, tries: 0, callBackNumber: number };
    expect(await rowOf(server.db, call.id)).toMatchObject(back);
    expect(await agentState(server.db)).toBe('away');
  });

  it('is tried again in five minutes when nobody answers, and the agent hears it and is free', async () => {
    const call = await wanted();
    call.sip.network.splice(1, 1, () => failed(486));
    const { done } = await taken(call);
    const told = call.agent.begins('not-reached');
    await (await told).end();
    await done;
    const notBefore = new Date(call.clock.now().getTime() + 300_000);
    expect(await rowOf(server.db, call.id)).toMatchObject({ state: 'waiting', tries: 1, notBefore, claimed: false });
    expect(await agentState(server.db)).toBe('ready');
    expect(call.agentDialog.byes.length).toBe(1);
  });

  it('has not reached who presses nothing: it may be a machine', async () => {
    const call = await wanted();
    const { done, heard } = await taken(call);
    const told = call.agent.begins('not-reached');
    for (let nth = 0, playing = await heard; nth < 2; nth++) {
      const thinking = call.clock.asked(6_000);
      await playing.end();
      await thinking;
      const again = call.family.begins();
      await call.clock.move(6_000);
      if (nth === 0) playing = await again;
    }
    await (await told).end();
    await done;
    expect(await rowOf(server.db, call.id)).toMatchObject({ state: 'waiting', tries: 1 });
    expect(call.familyDialog.byes.length).toBe(1);
  });

  it('has not reached who hangs up before they press 1', async () => {
    const call = await wanted();
    const { done, heard } = await taken(call);
    await heard;
    const told = call.agent.begins('not-reached');
    call.familyDialog.hangUp();
    await (await told).end();
    await done;
    expect(await rowOf(server.db, call.id)).toMatchObject({ state: 'waiting', tries: 1 });
  });

  it('is no try when the agent hangs up while it rings', async () => {
    const call = await wanted();
    let rung: () => void = () => undefined;
    const rings = new Promise<void>((resolve) => (rung = resolve));
    call.sip.network.splice(1, 1, (dialling) => {
      rung();
      return patient(dialling);
    });
    const { done } = await taken(call);
    await rings;
    call.agentDialog.hangUp();
    await done;
    expect(await rowOf(server.db, call.id)).toMatchObject({ state: 'waiting', tries: 0, claimed: false });
    expect(await agentState(server.db)).toBe('away');
    expect((await kinds(call.id)).at(-1)).toBe('not-taken');
  });

  it('goes back to its place when the platform stops, and the agent is free', async () => {
    const call = await wanted();
    const { done, heard } = await taken(call);
    await heard;
    call.stopping.abort(new Stopped());
    await done;
    expect(await rowOf(server.db, call.id)).toMatchObject({ state: 'waiting', tries: 0, notBefore: null });
    expect(await agentState(server.db)).toBe('ready');
    expect([call.agentDialog.byes.length, call.familyDialog.byes.length]).toEqual([1, 1]);
  });

  it('says so to the family when the platform stops while they talk', async () => {
    const call = await wanted();
    const { done, heard } = await taken(call);
    await heard;
    const notice = call.family.begins('agent.monitored');
    call.family.press('1');
    await notice;
    const sorry = call.family.begins();
    call.stopping.abort(new Stopped());
    await (await sorry).end();
    await done;
    expect(await rowOf(server.db, call.id)).toMatchObject({ state: 'ended', outcome: 'talked' });
  });

  it('does nothing for who is not to be called any more', async () => {
    const call = await wanted({ served: false });
    await call.run();
    expect(call.sip.dialled).toEqual([]);
  });
});

describe('whose turn to be called back has come', () => {
  it('is taken by one of two processes, whichever looks first, and by none that stops', async () => {
    const call = await wanted({ served: false });
    const running: RunningCall[] = [];
    const look = call.clock.asked(lookMs);
    const told = call.agent.begins();
    const parts = [{ ...house }, call.platform, (one: RunningCall) => void running.push(one)] as const;
    const rounds = [1, 2].map(() => new CallBacks(...parts));
    await told;
    await look;
    expect(running.map(({ id }) => id)).toEqual([(await rowOf(server.db, call.id)).callId]);
    expect(call.sip.dialled.length).toBe(1);
    for (const round of rounds) round.stop();
    running[0]?.stop();
    await running[0]?.done;
    expect(await rowOf(server.db, call.id)).toMatchObject({ state: 'waiting', claimed: false });
    expect(call.clock.waits).not.toContain(lookMs);
  });

  it('is looked at again when it could not be', async () => {
    const call = await wanted({ served: false });
    const [first, told] = [call.clock.asked(lookMs), call.agent.begins()];
    let away = true;
    const db = new Proxy(server.db, {
      get: (real, key) => {
        if (away) throw new Error('the database is away');
        const value: unknown = Reflect.get(real, key);
        return typeof value === 'function' ? (value.bind(real) as unknown) : value;
      },
    });
    const running: RunningCall[] = [];
    const rounds = new CallBacks(house, { ...call.platform, db }, (one) => void running.push(one));
    await first;
    expect(call.logged.map(({ level }) => level)).toEqual(['warn']);
    away = false;
    await call.clock.move(lookMs);
    await told;
    rounds.stop();
    running[0]?.stop();
    await running[0]?.done;
  });
});

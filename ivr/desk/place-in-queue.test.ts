import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findAgentPhone, turnAgent } from '#db/desk/agents.ts';
import { eventsOfEntry } from '#db/desk/events.ts';
import { openAccount } from '#db/accounts.ts';
import { endStaffSessions } from '#db/staff/sessions.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import type { Place } from '#flows/family-line/ports.ts';
import { Stopped } from '../call/last-words.ts';
import { Leg, LegEnded } from '../leg/leg.ts';
import { agentState, clearDesk, hireAgent, plugIn, rowOf, turnOnPage, untilEntry } from '../testing/agent-at-desk.ts';
import { PlayedDialog } from '../testing/played-dialog.ts';
import { PlayedEndpoint, type PlayedPrompt } from '../testing/played-endpoint.ts';
import { failed, offerOfTheirs } from '../testing/played-servers.ts';
import { playedPlatform } from '../testing/world.ts';
import { agentsOf } from './agents.ts';

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
  await openAccount(server.db, { id: 'holder', numbers: [number], at: new Date() });
  await hireAgent(server.db);
});
afterAll(() => server.stop());
beforeEach(() => clearDesk(server.db));

const number = '+12135550142';

/** A caller who has just taken a place, and an agent whose phone is registered. */
async function caller({ ready = true } = {}) {
  const played = playedPlatform(server.db);
  const { platform, clock } = played;
  await plugIn(server.db, clock, { ready });
  const [dialog, endpoint, stopping] = [new PlayedDialog(), new PlayedEndpoint('caller'), new AbortController()];
  const leg = new Leg('outside', dialog, endpoint.real, clock);
  const parts = { callId: randomUUID(), callingNumber: number, leg, platform, holdMusic: '/music.wav' };
  const agents = agentsOf({ ...parts, signal: stopping.signal });
  const [agentDialog, agentEndpoint] = [new PlayedDialog(), new PlayedEndpoint('agent')];
  played.media.ready.push(agentEndpoint);
  played.sip.network.push(() => ({ kind: 'answered', dialog: agentDialog }));
  return { ...played, ...{ agents, dialog, endpoint, leg, stopping, agentDialog, agentEndpoint } };
}

async function queued(agents: Awaited<ReturnType<typeof caller>>['agents']): Promise<{ place: Place; id: string }> {
  const place = await agents.queue('es');
  if (place === 'nobody' || place === 'full') throw new Error('somebody is at work');
  const { id } = await server.db
    .selectFrom('deskEntry')
    .select('id')
    .where('state', '<>', 'ended')
    .executeTakeFirstOrThrow();
  return { place, id };
}
const entry = (id: string) => rowOf(server.db, id);
const legs = () => server.db.selectFrom('deskLeg').selectAll().orderBy('plannedAt', 'desc').orderBy('id').execute();
/** Resolves when the leg that the desk rang last is written as wanted. */
async function legIs(wanted: (leg: Awaited<ReturnType<typeof legs>>[number] | undefined) => boolean): Promise<void> {
  while (!wanted((await legs())[0])) await new Promise((resolve) => setImmediate(resolve));
}
const session = (id: string) =>
  server.db.selectFrom('staffSession').select('staffId').where('id', '=', id).executeTakeFirstOrThrow();
const until = (id: string, state: string) => untilEntry(server.db, id, state);

describe('a place in the queue', () => {
  it('is music, then an agent who hears who calls, presses 1, and talks until one hangs up', async () => {
    const { agents, endpoint, agentEndpoint, agentDialog, sip, media } = await caller();
    const { place, id } = await queued(agents);
    expect(await place.standing()).toEqual({ position: 1, minutes: 0 });
    const music = endpoint.begins('music');
    const whisper = agentEndpoint.begins();
    const held = place.hold(30);
    const playing = await music;
    await whisper;
    expect(sip.dialled).toMatchObject([
      { uri: 'sip:desk1@127.0.0.1:5999', via: 'sip:127.0.0.1:5999;transport=udp', callingNumber: number },
    ]);
    // A bridge stands on one media server.
    expect(media.besides).toEqual(['caller']);
    expect(playing.stopped).toBe(false);
    const notices = [endpoint, agentEndpoint].map((each) => each.begins('agent.monitored'));
    agentEndpoint.press('2', '1');
    const [toCaller, toAgent] = (await Promise.all(notices)) as [PlayedPrompt, PlayedPrompt];
    expect(playing.stopped).toBe(true);
    // Penal Code 632: nobody hears the other before both have heard that somebody may listen.
    expect([toCaller.path, toAgent.path]).toEqual(['/es/agent.monitored.wav', '/es/agent.monitored.wav']);
    await toAgent.end();
    expect(endpoint.told).toEqual(['keep keys']);
    await toCaller.end();
    await until(id, 'talking');
    await new Promise<void>((resolve) => {
      const looked = () => (endpoint.told.length === 2 ? resolve() : setImmediate(looked));
      looked();
    });
    // What is typed while they talk may be a card.
    expect(endpoint.told).toEqual(['keep keys', 'bridge to agent']);
    expect(await agentState(server.db)).toBe('talking');
    agentDialog.hangUp();
    expect(await held).toBe('talked');
    expect(await entry(id)).toMatchObject({ state: 'ended', outcome: 'talked', agentId: 'ana', accountId: 'holder' });
    expect(await agentState(server.db)).toBe('wrap-up');
    const [entered] = await eventsOfEntry(server.db, id);
    expect(entered).toMatchObject({ kind: 'entered', data: { language: 'es', number, accountId: 'holder' } });
  });

  it('is kept while the agent does not answer, who is away then', async () => {
    const { agents, sip, clock } = await caller();
    sip.network.splice(0, 1, () => failed(486));
    const { place, id } = await queued(agents);
    const waiting = clock.asked(1_000);
    const held = place.hold(1);
    await waiting;
    expect([(await entry(id)).state, await agentState(server.db)]).toEqual(['waiting', 'away']);
    await clock.move(1_000);
    expect(await held).toBe('waiting');
    expect((await eventsOfEntry(server.db, id)).map(({ kind }) => kind)).toEqual(['entered', 'given', 'not-taken']);
  });

  it('is kept while an agent answers and presses nothing: a machine takes no call', async () => {
    const { agents, agentEndpoint, clock, agentDialog } = await caller();
    const { place, id } = await queued(agents);
    const whisper = agentEndpoint.begins();
    const held = place.hold(1);
    const thinking = clock.asked(8_000);
    await (await whisper).end();
    await thinking;
    const waiting = clock.asked(1_000);
    await clock.move(8_000);
    await waiting;
    expect([(await entry(id)).state, await agentState(server.db)]).toEqual(['waiting', 'away']);
    expect(agentDialog.byes.length).toBe(1);
    await clock.move(1_000);
    expect(await held).toBe('waiting');
  });

  it('is taken by an agent who answers the telephone in their page, which makes the offer and asks for no key', async () => {
    const { agents, agentEndpoint, agentDialog, endpoint, clock, sip, media } = await caller();
    media.ready.unshift(new PlayedEndpoint('until the page has offered'));
    const { contact, sessionId } = await turnOnPage(server.db, clock);
    const { place, id } = await queued(agents);
    const notices = [endpoint, agentEndpoint].map((each) => each.begins('agent.monitored'));
    const held = place.hold(30);
    await Promise.all(notices.map(async (notice) => (await notice).end()));
    // That on the table is registered as well.
    expect(sip.dialled).toMatchObject([{ uri: contact }]);
    expect(sip.dialled[0]).not.toHaveProperty('via');
    expect(media.offers).toEqual([offerOfTheirs]);
    expect(agentEndpoint.prompts.map(({ path }) => path)).toEqual(['/es/agent.monitored.wav']);
    await until(id, 'talking');
    agentDialog.hangUp();
    expect(await held).toBe('talked');
    await endStaffSessions(server.db, { staffId: (await session(sessionId)).staffId }, 'signed-out', clock.now());
    expect(await findAgentPhone(server.db, 'ana', clock.now())).toMatchObject({ username: 'desk1', inPage: false });
  });

  it('is given up at once by who hangs up, whatever is going on', async () => {
    const { agents, dialog, agentEndpoint, agentDialog } = await caller();
    const { place, id } = await queued(agents);
    const whisper = agentEndpoint.begins();
    const held = place.hold(30);
    await whisper;
    dialog.hangUp();
    await expect(held).rejects.toBeInstanceOf(LegEnded);
    await until(id, 'ended');
    expect(await entry(id)).toMatchObject({ outcome: 'hung-up' });
    expect(await agentState(server.db)).toBe('ready');
    expect(agentDialog.byes.length).toBe(1);
  });

  it("has the agent's leg written down before it rings, when it has left, when it has answered, and when it is over", async () => {
    const { agents, sip, agentEndpoint, agentDialog } = await caller();
    let before: Awaited<ReturnType<typeof legs>> = [];
    sip.network.splice(0, 1, async ({ onSent }) => {
      before = await legs();
      onSent?.({ callId: 'x', transactionId: 'invite-1' });
      return { kind: 'answered', dialog: agentDialog };
    });
    const { place, id } = await queued(agents);
    const whisper = agentEndpoint.begins();
    const held = place.hold(30);
    await whisper;
    const planned = { entryId: id, side: 'agent', node: 'ivr-test', endpointUuid: 'agent', endedAt: null };
    expect(before).toMatchObject([{ ...planned, transactionId: null, remoteTag: null }]);
    expect(before[0]?.dialogId).toBe(`${before[0]?.sipCallId};from-tag=${before[0]?.localTag}`);
    await legIs((leg) => leg?.remoteTag === 'theirs');
    expect(await legs()).toMatchObject([
      { ...planned, transactionId: 'invite-1', dialogId: 'dialog-1', remoteTarget: 'sip:phone@127.0.0.1:5999' },
    ]);
    agentEndpoint.press('1');
    await until(id, 'talking');
    agentDialog.hangUp();
    expect(await held).toBe('talked');
    await legIs((leg) => leg?.endedAt !== null);
  });

  it("has no agent's leg left when the phone was busy", async () => {
    const { agents, sip, clock } = await caller();
    sip.network.splice(0, 1, () => failed(486));
    const { place } = await queued(agents);
    const waiting = clock.asked(1_000);
    const held = place.hold(1);
    await waiting;
    expect((await legs()).map(({ endedAt }) => endedAt)).toEqual([clock.now()]);
    await clock.move(1_000);
    await held;
  });

  it('has what the talk was about, as the agent types it with two pounds: the last word counts', async () => {
    const { agents, agentEndpoint, agentDialog, logged, clock } = await caller();
    const { place, id } = await queued(agents);
    const whisper = agentEndpoint.begins();
    const held = place.hold(30);
    await whisper;
    agentEndpoint.press('#', '#', '5', '1');
    await until(id, 'talking');
    expect((await entry(id)).code).toBeNull();
    const said = async (...keys: string[]) => {
      const before = logged.length;
      agentEndpoint.press(...keys);
      while (logged.length === before || !('code' in (logged.at(-1)?.fields ?? {})))
        await new Promise((resolve) => setImmediate(resolve));
      return (logged.at(-1)?.fields as { said?: string }).said;
    };
    expect(await said('#', '2', '#', '#', '8')).toBe('unknown-code');
    expect(await said('#', '#', '3')).toBe('done');
    expect(await said('#', '#', '1')).toBe('done');
    expect(await entry(id)).toMatchObject({ code: '1', codedAt: clock.now() });
    agentDialog.hangUp();
    await held;
    expect((await eventsOfEntry(server.db, id)).filter(({ kind }) => kind === 'coded').map(({ data }) => data)).toEqual(
      [{ code: '3' }, { code: '1' }],
    );
  });

  it('is given up by who hangs up between two pieces of music', async () => {
    const { agents, dialog } = await caller();
    const { id } = await queued(agents);
    dialog.hangUp();
    await until(id, 'ended');
    expect(await entry(id)).toMatchObject({ outcome: 'hung-up' });
  });

  it('stands aside while they say where to be called back, is kept meanwhile, and is back in line when they change their mind', async () => {
    const { agents, clock, dialog } = await caller();
    const { place, id } = await queued(agents);
    const renewed = clock.asked(10_000);
    expect(await place.stepAside()).toBe('aside');
    await renewed;
    expect((await entry(id)).notBefore).toEqual(new Date(clock.now().getTime() + 180_000));
    await place.stepBack();
    expect((await entry(id)).notBefore).toBeNull();
    dialog.hangUp();
    await until(id, 'ended');
  });

  it('ends with the platform, the agent free after the wrap-up', async () => {
    const { agents, agentEndpoint, endpoint, stopping, agentDialog } = await caller();
    const { place } = await queued(agents);
    const whisper = agentEndpoint.begins();
    const held = place.hold(30);
    await whisper;
    const notice = endpoint.begins('agent.monitored');
    agentEndpoint.press('1');
    await notice;
    stopping.abort(new Stopped());
    await expect(held).rejects.toBeInstanceOf(Stopped);
    expect(await agentState(server.db)).toBe('wrap-up');
    expect(agentDialog.byes.length).toBe(1);
    expect(endpoint.playing.stopped).toBe(true);
  });

  it('is not to be had when nobody at work speaks the language', async () => {
    const { agents } = await caller();
    expect(await agents.queue('en')).toBe('nobody');
    await turnAgent(server.db, 'ana', 'away', new Date());
    expect(await agents.queue('es')).toBe('nobody');
  });

  it('is offered in the hours of the agents', async () => {
    const { agents, clock } = await caller();
    expect(await agents.opening()).toEqual({ kind: 'open' });
    await clock.move(9 * 3_600_000);
    const hours = { opens: { hour: 5, minute: 0 }, closes: { hour: 21, minute: 0 } };
    expect(await agents.opening()).toEqual({ kind: 'closed', holiday: false, hours });
  });
});

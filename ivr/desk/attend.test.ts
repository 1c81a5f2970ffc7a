import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ha1Of, saveCredentials } from '#db/credentials.ts';
import { saveAgent, turnAgent } from '#db/desk/agents.ts';
import { openEntries } from '#db/desk/entries.ts';
import { eventsOfEntry } from '#db/desk/events.ts';
import { orderInTalk, type WantedInTalk } from '#db/desk/in-talk.ts';
import { saveRegistration } from '#db/registrations.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { DatabaseUnavailable } from '#db/unavailable.ts';
import { Leg, LegEnded } from '../leg/leg.ts';
import { Stopped } from '../call/last-words.ts';
import { clearDesk, hireAgent, plugIn, rowOf, untilEntry } from '../testing/agent-at-desk.ts';
import { PlayedDialog } from '../testing/played-dialog.ts';
import { PlayedEndpoint, type PlayedPrompt } from '../testing/played-endpoint.ts';
import { failed } from '../testing/played-servers.ts';
import { playedPlatform } from '../testing/world.ts';
import { agentsOf } from './agents.ts';
import { orderMs } from './talk-orders.ts';

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
  const { db } = server;
  await hireAgent(db);
  const eva = { id: 'eva', name: 'Eva', extension: '202', languages: ['es'], supervisor: false, active: true } as const;
  await saveAgent(db, eva, new Date());
  await saveCredentials(db, {
    username: 'desk2',
    realm: 'homeline',
    ha1: ha1Of('desk2', 'homeline', 'x'),
    agentId: 'eva',
  });
});
afterAll(() => server.stop());
beforeEach(() => clearDesk(server.db));

async function until(ready: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await ready())) await new Promise((resolve) => setImmediate(resolve));
}
const heard = ({ prompts }: PlayedEndpoint, part: string): PlayedPrompt | undefined =>
  prompts.findLast(({ path }) => path.includes(part));

/** Of what an agent is told of who calls. */
const piecesOf = (agent: PlayedEndpoint): number => Number(heard(agent, 'passing:')?.path.split(':')[1]);

/** A caller in the queue who talks with Ana; Eva's telephone is registered, and she is away. */
async function talking() {
  const { db } = server;
  const played = playedPlatform(db);
  const { platform, clock, media, sip } = played;
  await plugIn(db, clock);
  const binding = {
    username: 'desk2',
    contact: 'sip:desk2@127.0.0.1:5998',
    source: { address: '127.0.0.1', port: 5998 },
  };
  const expiresAt = new Date(clock.now().getTime() + 3_600_000);
  await saveRegistration(db, { ...binding, expiresAt }, { callId: randomUUID(), cseq: 1 }, clock.now());
  const [caller, ana, eva] = [new PlayedEndpoint('caller'), new PlayedEndpoint('ana'), new PlayedEndpoint('eva')];
  const [callerDialog, anaDialog, evaDialog] = [new PlayedDialog(), new PlayedDialog(), new PlayedDialog()];
  ana.quick = eva.quick = true;
  media.ready.push(ana, eva);
  sip.network.push(
    () => ({ kind: 'answered', dialog: anaDialog }),
    () => ({ kind: 'answered', dialog: evaDialog }),
  );
  const leg = new Leg('outside', callerDialog, caller.real, clock);
  const stopping = new AbortController();
  const callId = randomUUID();
  const parts = { callId, callingNumber: '+12135550142', leg, platform, holdMusic: '/music.wav' };
  const place = await agentsOf({ ...parts, signal: stopping.signal }).queue('es');
  if (place === 'nobody' || place === 'full') throw new Error('somebody is at work');
  const [entry] = await openEntries(db);
  const id = entry?.id ?? '';
  const held = place.hold(30);
  held.catch(() => undefined);
  // Who calls has digits in it.
  await until(() => heard(ana, 'passing:') !== undefined);
  ana.press('1');
  await until(() => heard(caller, 'agent.monitored') !== undefined);
  await heard(caller, 'agent.monitored')?.end();
  await until(() => caller.told.includes('bridge to ana'));
  const order = async (wanted: WantedInTalk, agentId = 'ana') => {
    const ordered = await db.transaction().execute((trx) => orderInTalk(trx, agentId, wanted, clock.now()));
    expect(ordered.kind).toBe('ordered');
    await clock.move(orderMs);
  };
  const aside = async () => (await rowOf(db, id)).aside;
  const kinds = async () => (await eventsOfEntry(db, id)).map(({ kind }) => kind).slice(3);
  const says = (part: string) => until(() => heard(caller, part) !== undefined);
  /** The caller hears music, once what came before it is over. */
  const music = async (part: string) => {
    await says(part);
    await heard(caller, part)?.end();
    await until(() => caller.playing.path === '/music.wav');
  };
  return {
    ...{ ...played, caller, ana, eva, callerDialog, anaDialog, evaDialog, leg, stopping, held, id, place },
    ...{ order, aside, kinds, says, music },
  };
}
const transfer = (to?: string, note?: string) => ({ kind: 'transfer', to, note }) as const;
const anotherPlace = async (before: string) => (await openEntries(server.db)).find(({ id }) => id !== before);

describe('a caller on hold', () => {
  it('is asked to stay and hears music, the agent nothing, until they are together again', async () => {
    const { caller, ana, order, aside, music, clock, leg, anaDialog, held, kinds } = await talking();
    await order({ kind: 'hold' });
    await music('hold.stay');
    expect(caller.told).toEqual(['keep keys', 'bridge to ana', 'unbridge']);
    await until(async () => (await aside()) === 'held');
    expect(ana.prompts.at(-1)?.path).toContain('agent.monitored');
    const first = caller.playing;
    await first.end();
    expect(caller.playing).not.toBe(first);
    // On hold already.
    await order({ kind: 'hold' });
    expect(caller.told.filter((one) => one === 'unbridge')).toHaveLength(1);
    caller.press('5');
    const musicNow = caller.playing;
    await order({ kind: 'resume' });
    await until(() => caller.told.at(-1) === 'bridge to ana');
    expect(musicNow.stopped).toBe(true);
    expect(caller.told).toEqual(['keep keys', 'bridge to ana', 'unbridge', 'bridge to ana']);
    await until(async () => (await aside()) === null);
    // What was pressed to the music is no answer to anything.
    expect(await Promise.race([leg.digits.next(0, leg.ended), clock.move(1)])).toBeUndefined();
    anaDialog.hangUp();
    expect(await held).toBe('talked');
    expect(await kinds()).toEqual(['hold-ordered', 'held', 'hold-ordered', 'resume-ordered', 'together', 'ended']);
  });

  it('hears no more music while they are asked to stay, once they are together again', async () => {
    const { caller, order, says, anaDialog, held } = await talking();
    await order({ kind: 'hold' });
    await says('hold.stay');
    await order({ kind: 'resume' });
    await until(() => caller.told.at(-1) === 'bridge to ana');
    expect(heard(caller, 'hold.stay')?.stopped).toBe(true);
    expect(heard(caller, 'music')?.stopped).toBe(true);
    expect(caller.playing.path).toContain('hold.stay');
    anaDialog.hangUp();
    await held;
  });

  it('hears nothing of the music any more when the agent hangs up, and the talk is over', async () => {
    const { caller, order, music, anaDialog, held, id } = await talking();
    await order({ kind: 'hold' });
    await music('hold.stay');
    anaDialog.hangUp();
    expect(await held).toBe('talked');
    expect(caller.playing.stopped).toBe(true);
    expect(await rowOf(server.db, id)).toMatchObject({ state: 'ended', outcome: 'talked', aside: null });
  });

  it('who hangs up ends the talk', async () => {
    const { order, music, callerDialog, anaDialog, held, id } = await talking();
    await order({ kind: 'hold' });
    await music('hold.stay');
    callerDialog.hangUp();
    await expect(held).rejects.toBeInstanceOf(LegEnded);
    expect(anaDialog.byes).toHaveLength(1);
    await untilEntry(server.db, id, 'ended');
  });

  it('and resumed when they were not on hold, nothing happens', async () => {
    const { caller, order, anaDialog, held } = await talking();
    await order({ kind: 'resume' });
    await order({ kind: 'resume' });
    expect(caller.told).toEqual(['keep keys', 'bridge to ana']);
    anaDialog.hangUp();
    await held;
  });
});

describe('a caller who is passed on', () => {
  it('hears so, waits with music, and talks with the other agent, who hears from whom they come', async () => {
    const talk = await talking();
    const { caller, ana, eva, order, music, media, anaDialog, evaDialog, held, id, callerDialog } = talk;
    await order(transfer('202', 'wants to pay'));
    await talk.says('hold.put-through');
    expect(caller.told).toEqual(['keep keys', 'bridge to ana', 'unbridge']);
    expect(ana.prompts.at(-1)?.path).toContain('desk.passed-on');
    expect(await rowOf(server.db, id)).toMatchObject({ state: 'ended', outcome: 'talked', agentId: 'ana' });
    await music('hold.put-through');
    expect(anaDialog.byes).toHaveLength(1);
    await until(() => eva.prompts.some(({ path }) => path.startsWith('passing:')));
    // "La extensión", three digits, "se la pasa."
    expect(piecesOf(eva)).toBe(piecesOf(ana) + 5);
    expect(media.besides).toEqual(['caller', 'caller']);
    const before = caller.prompts.length;
    eva.press('1');
    await until(() => caller.prompts.slice(before).some(({ path }) => path.includes('agent.monitored')));
    await heard(caller, 'agent.monitored')?.end();
    await until(() => caller.told.includes('bridge to eva'));
    const place = await anotherPlace(id);
    expect(place).toMatchObject({ state: 'talking', agentId: 'eva', fromEntryId: id });
    evaDialog.hangUp();
    expect(await held).toBe('talked');
    expect(callerDialog.byes).toEqual([]);
    expect(await rowOf(server.db, place?.id ?? '')).toMatchObject({ outcome: 'talked', note: 'wants to pay' });
  });

  it('from hold hears no more of the music before they are told', async () => {
    const { caller, order, music, says, stopping, held } = await talking();
    await order({ kind: 'hold' });
    await music('hold.stay');
    const before = caller.playing;
    await order(transfer());
    await says('hold.put-through');
    expect(before.stopped).toBe(true);
    expect(caller.told.filter((one) => one === 'unbridge')).toHaveLength(1);
    stopping.abort(new Stopped());
    await expect(held).rejects.toBeInstanceOf(Stopped);
  });

  it('and not taken waits first in the queue, with music, however long the talk was', async () => {
    const { sip, clock, order, music, held, id, place, callerDialog } = await talking();
    sip.network.splice(0, 1, () => failed(486));
    await clock.move(600_000);
    await order(transfer('202'));
    await music('hold.put-through');
    await until(async () => (await anotherPlace(id))?.state === 'waiting');
    // Who has just had them is not given them again.
    expect(await turnAgent(server.db, 'ana', 'away', clock.now())).toBe('done');
    expect(await place.standing()).toMatchObject({ position: 1 });
    await clock.move(29_000);
    expect(await Promise.race([held, Promise.resolve('still')])).toBe('still');
    await clock.move(1_000);
    expect(await held).toBe('waiting');
    const waiting = await anotherPlace(id);
    expect(waiting).toMatchObject({ state: 'waiting' });
    expect((await eventsOfEntry(server.db, waiting?.id ?? '')).map(({ kind }) => kind)).toEqual(['given', 'not-taken']);
    callerDialog.hangUp();
    await untilEntry(server.db, waiting?.id ?? '', 'ended');
    expect(await rowOf(server.db, waiting?.id ?? '')).toMatchObject({ outcome: 'hung-up' });
  });

  it('and hangs up while they are told so loses the place, and nobody is rung', async () => {
    const { sip, order, says, callerDialog, held, id } = await talking();
    await order(transfer('202'));
    await says('hold.put-through');
    const place = await anotherPlace(id);
    callerDialog.hangUp();
    await expect(held).rejects.toBeInstanceOf(LegEnded);
    await untilEntry(server.db, place?.id ?? '', 'ended');
    expect(await rowOf(server.db, place?.id ?? '')).toMatchObject({ outcome: 'hung-up' });
    expect(sip.dialled).toHaveLength(1);
  });

  it('stays with the agent while it cannot be written down', async () => {
    const { caller, order, platform, clock, anaDialog, held, logged } = await talking();
    const { db } = server;
    const real = platform.db.transaction.bind(platform.db);
    const ordered = await db.transaction().execute((trx) => orderInTalk(trx, 'ana', transfer('202'), clock.now()));
    expect(ordered.kind).toBe('ordered');
    platform.db.transaction = () => {
      throw new DatabaseUnavailable('57P03');
    };
    try {
      await clock.move(orderMs);
      await until(() => logged.some(({ text }) => text.includes('can not be passed on')));
    } finally {
      platform.db.transaction = real;
    }
    expect(caller.told).toEqual(['keep keys', 'bridge to ana']);
    await order({ kind: 'hold' });
    await until(() => caller.told.at(-1) === 'unbridge');
    anaDialog.hangUp();
    expect(await held).toBe('talked');
  });
});

it('an agent who is ready and was passed a call by name is ready again after it', async () => {
  const { clock, order, says, callerDialog, held, id } = await talking();
  await turnAgent(server.db, 'eva', 'ready', clock.now());
  await order(transfer('202'));
  await says('hold.put-through');
  callerDialog.hangUp();
  await expect(held).rejects.toBeInstanceOf(LegEnded);
  await until(async () => (await anotherPlace(id)) === undefined);
  const agents = server.db.selectFrom('agent').select('state').where('id', '=', 'eva');
  expect((await agents.executeTakeFirstOrThrow()).state).toBe('ready');
});

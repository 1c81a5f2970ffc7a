import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openAccount } from '#db/accounts.ts';
import { appendEvents, callReport, closeCall, openCall, openCallsOf, saveLeg } from '#db/calls.ts';
import { intendDeposit, settleDeposit } from '#db/deposits.ts';
import { enterQueue } from '#db/desk/entries.ts';
import { endDeskLeg, openDeskLegsOf, planDeskLeg, updateDeskLeg } from '#db/desk/legs.ts';
import { closeLineCall, endingOfLineCall, openLineCall } from '#db/line-calls.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { startTestDatabase } from '#db/testing.ts';
import type { FamilyLineHouse } from './family-line/house.ts';
import { orderKey } from './family-line/left-untold.ts';
import { recover } from './recovery.ts';
import { pinPepper, playedPlatform, realm } from './testing/world.ts';

const database = await startTestDatabase();
const { db } = database;
const begun = new Date('2026-11-28T19:59:00Z');
beforeAll(() => seedDemo(db, { pinPepper, realm, now: begun }));
afterEach(async () => {
  for (const { id } of await openCallsOf(db, {}))
    await closeCall(db, id, { disposition: 'restart', endedBy: 'system', cause: 'the test is over', states: {} });
});
afterAll(() => database.stop());

const dialog = { localTag: 'ours', remoteTag: 'theirs', dialogId: 'dialog-1', remoteTarget: 'sip:phone@10.0.0.5' };

/** A call that the process of this name left behind. */
async function leftBehind({
  node = 'ivr-test',
  endpointUuid = randomUUID(),
  ended = dialog,
}: { node?: string; endpointUuid?: string; ended?: object } = {}) {
  const id = randomUUID();
  const callerLeg = { sipCallId: `inside of ${id}`, endpointUuid, ...ended };
  await openCall(db, {
    id,
    facilityId: 'valley-view',
    stationId: 'valley-view-trunk',
    node,
    callerLeg,
    offHookAt: begun,
  });
  return { id, endpointUuid, callerLeg };
}

const closedOf = async (id: string) => (await callReport(db, id))?.call;

describe('whoever starts under the name of a process that died', () => {
  it('closes its calls, and says that it was a restart', async () => {
    const { id } = await leftBehind();
    const { platform, clock, logged } = playedPlatform(db);
    expect(await recover(platform)).toBe(1);
    expect(await closedOf(id)).toMatchObject({
      ...{ disposition: 'restart', endedBy: 'system', q850: 41, cause: 'restart', closedAt: clock.now() },
      states: { done: clock.now() },
    });
    expect(logged.filter(({ level }) => level === 'warn')).toMatchObject([{ fields: { calls: 1, channels: 0 } }]);
  });

  it('leaves the calls of others, and those that are closed', async () => {
    const { id } = await leftBehind({ node: 'ivr-other' });
    const { platform, sip, media, logged } = playedPlatform(db);
    expect(await recover(platform)).toBe(0);
    expect((await closedOf(id))?.closedAt).toBeUndefined();
    expect([sip.orphans, media.ended, logged]).toEqual([[], [], []]);
  });

  it('sends BYE to its phones and ends their channels', async () => {
    const { id, endpointUuid, callerLeg } = await leftBehind();
    const { platform, sip, media } = playedPlatform(db);
    await recover(platform);
    const { sipCallId, ...reference } = callerLeg;
    expect(sip.orphans).toEqual([{ ...dialog, callId: sipCallId }]);
    expect(reference.endpointUuid).toBe(endpointUuid);
    expect(media.ended).toEqual([endpointUuid]);
    expect((await closedOf(id))?.disposition).toBe('restart');
  });

  it('ends the channels that the media server still has, ours alone', async () => {
    const { endpointUuid } = await leftBehind();
    const { platform, media, logged } = playedPlatform(db);
    media.channelIds = [endpointUuid, randomUUID()];
    await recover(platform);
    expect(media.ended).toEqual([endpointUuid, endpointUuid]);
    expect(logged.filter(({ level }) => level === 'warn')).toMatchObject([{ fields: { channels: 1 } }]);
  });

  it('cancels a phone that rings for it still', async () => {
    const { id } = await leftBehind();
    await saveLeg(db, { callId: id, side: 'outside', sipCallId: 'outside', transactionId: 'invite-1' });
    const { platform, sip, media } = playedPlatform(db);
    await recover(platform);
    expect(sip.orphans).toContainEqual({ transactionId: 'invite-1' });
    expect(media.ended).toHaveLength(1);
  });

  it('hangs up a caller who was being answered, in whatever moment', async () => {
    const nothingYet = { localTag: undefined, remoteTag: undefined, remoteTarget: undefined };
    const { endpointUuid } = await leftBehind({ ended: { ...dialog, ...nothingYet } });
    const { platform, sip, media } = playedPlatform(db);
    await recover(platform);
    expect([sip.orphans, media.ended]).toEqual([[{ dialogId: 'dialog-1' }], [endpointUuid]]);
  });

  const planned = { sipCallId: 'outside', localTag: 'ours', dialogId: 'dialog-2', endpointUuid: 'endpoint outside' };

  it('ends the call of a phone that answered as it died, before that was written down', async () => {
    const { id } = await leftBehind();
    await saveLeg(db, { callId: id, side: 'outside', ...planned });
    await saveLeg(db, { callId: id, side: 'outside', sipCallId: 'outside', transactionId: 'invite-1' });
    const { platform, sip, media, logged } = playedPlatform(db);
    sip.answered.add('dialog-2');
    await recover(platform);
    expect(sip.orphans).toContainEqual({ dialogId: 'dialog-2' });
    expect(sip.orphans).not.toContainEqual({ transactionId: 'invite-1' });
    expect(media.ended).toContain('endpoint outside');
    expect(logged).toContainEqual({
      level: 'info',
      text: 'released whom a dead process rang',
      fields: { call: id, leg: 'outside', how: 'answered' },
    });
  });

  it('cancels a phone that rings, and looks whether it answers all the same', async () => {
    const { id } = await leftBehind();
    await saveLeg(db, { callId: id, side: 'outside', ...planned, transactionId: 'invite-1' });
    const { platform, sip, clock } = playedPlatform(db);
    const looking = clock.asked(500);
    await recover(platform);
    await looking;
    expect(sip.orphans).toContainEqual({ transactionId: 'invite-1' });
    sip.answered.add('dialog-2');
    await clock.move(500);
    expect(sip.orphans.at(-1)).toEqual({ dialogId: 'dialog-2' });
  });

  it('starts all the same when what is left with a phone cannot be ended, and says so', async () => {
    const { id } = await leftBehind();
    const { platform, sip, logged } = playedPlatform(db);
    sip.endOrphan = () => Promise.reject(new Error('no socket'));
    expect(await recover(platform)).toBe(1);
    expect((await closedOf(id))?.disposition).toBe('restart');
    expect(logged).toContainEqual(
      expect.objectContaining({ text: 'what a dead process left with a phone could not be ended' }),
    );
  });

  it('sends nothing to a leg of which too little is known', async () => {
    await leftBehind({ ended: { ...dialog, remoteTarget: undefined } });
    const { platform, sip } = playedPlatform(db);
    await recover(platform);
    expect(sip.orphans).toEqual([]);
  });

  it('does not wait for phones that are gone as well', async () => {
    const { id } = await leftBehind();
    const { platform, sip } = playedPlatform(db);
    sip.endOrphan = () => new Promise(() => undefined);
    expect(await recover(platform)).toBe(1);
    expect((await closedOf(id))?.disposition).toBe('restart');
  });
});

/** A payment that was declined, and who hears what is told of it. */
async function declined(key: string) {
  const accountId = randomUUID();
  await openAccount(db, { id: accountId, numbers: [], at: begun });
  const deposit = { id: randomUUID(), accountId, key, cents: 2_500, channel: 'phone-line' } as const;
  const card = { token: 't', brand: 'visa', lastFour: '1116' };
  await intendDeposit(db, { ...deposit, card, requestHash: '0'.repeat(64), intendedAt: begun });
  await settleDeposit(db, deposit.id, { state: 'declined', declineReason: 'expired' }, begun);
  const told: string[] = [];
  const receipts = {
    contactOf: async () => ({ language: 'en', email: 'family@example.com' }) as const,
    notify: async (_trx: unknown, { key: receipt }: { key: string }) => void told.push(receipt),
  };
  return { depositId: deposit.id, told, house: { receipts } as unknown as FamilyLineHouse };
}

describe('calls to the 866 line that a dead process left', () => {
  async function onTheLine(node = 'ivr-test') {
    const id = randomUUID();
    const call = { id, node, sipCallId: `line ${id}`, ...dialog, endpointUuid: randomUUID(), answeredAt: begun };
    await openLineCall(db, call);
    return call;
  }

  it('have their phones hung up and their channels ended, and are closed once', async () => {
    const { id, sipCallId, endpointUuid } = await onTheLine();
    const { platform, sip, media, logged } = playedPlatform(db);
    media.channelIds = [randomUUID(), endpointUuid];
    expect(await recover(platform)).toBe(1);
    expect(sip.orphans).toEqual([{ ...dialog, callId: sipCallId }]);
    expect(media.ended).toEqual([endpointUuid, endpointUuid]);
    expect(await endingOfLineCall(db, id)).toBe('restart');
    expect(logged.filter(({ level }) => level === 'warn')).toMatchObject([{ fields: { calls: 1, channels: 1 } }]);
    expect(await recover(platform)).toBe(0);
    expect(sip.orphans).toHaveLength(1);
  });

  it('are told by a message what was declined in them, as nobody knows whether it was heard', async () => {
    const { id } = await onTheLine();
    const { depositId, house, told } = await declined(orderKey(id, 2));
    const { platform } = playedPlatform(db);
    expect(await recover({ ...platform, familyLine: house })).toBe(1);
    expect(told).toEqual([`receipt ${depositId} not charged`]);
  });

  it('are left alone when they are another process’s, or over', async () => {
    const other = await onTheLine('ivr-other');
    const over = await onTheLine();
    await closeLineCall(db, over.id, { how: 'goodbye', at: begun });
    const { platform, sip } = playedPlatform(db);
    expect(await recover(platform)).toBe(0);
    expect(sip.orphans).toEqual([]);
    expect([await endingOfLineCall(db, other.id), await endingOfLineCall(db, over.id)]).toEqual([undefined, 'goodbye']);
  });
});

describe('phones that the desk of a dead process rang', () => {
  async function rung(side: 'agent' | 'family', node = 'ivr-test') {
    const entryId = randomUUID();
    const entry = {
      id: entryId,
      callId: randomUUID(),
      language: 'en',
      number: undefined,
      accountId: undefined,
    } as const;
    await enterQueue(db, { ...entry, node: 'ivr-other', at: begun });
    const [id, endpointUuid] = [randomUUID(), randomUUID()];
    const leg = { id, entryId, side, node, sipCallId: `desk ${id}`, localTag: 'ours', dialogId: `dialog ${id}` };
    await planDeskLeg(db, { ...leg, endpointUuid, plannedAt: begun });
    return { ...leg, endpointUuid };
  }

  it('are hung up when they have answered, once', async () => {
    const { id, sipCallId, endpointUuid } = await rung('agent');
    const answered = { dialogId: 'dialog-3', localTag: 'ours', remoteTag: 'theirs', remoteTarget: 'sip:desk@10.0.0.7' };
    await updateDeskLeg(db, id, answered);
    const { platform, sip, media } = playedPlatform(db);
    media.channelIds = [endpointUuid];
    await recover(platform);
    expect(sip.orphans).toEqual([{ ...answered, callId: sipCallId }]);
    expect(media.ended).toEqual([endpointUuid, endpointUuid]);
    expect(await openDeskLegsOf(db, 'ivr-test')).toEqual([]);
    await recover(platform);
    expect(sip.orphans).toHaveLength(1);
  });

  it('tell the family that was called back what was declined in the talk; the phone of an agent tells nobody', async () => {
    const { entryId } = await rung('family');
    const called = await declined(orderKey(entryId, 1));
    const { platform } = playedPlatform(db);
    await recover({ ...platform, familyLine: called.house });
    expect(called.told).toEqual([`receipt ${called.depositId} not charged`]);

    const { entryId: agents } = await rung('agent');
    const agent = await declined(orderKey(agents, 1));
    await recover({ ...platform, familyLine: agent.house });
    expect(agent.told).toEqual([]);
  });

  it('are cancelled when they ring, and hung up when they answer all the same', async () => {
    const { id, dialogId } = await rung('family');
    await updateDeskLeg(db, id, { transactionId: 'invite-7' });
    const { platform, sip, clock } = playedPlatform(db);
    const looking = clock.asked(500);
    await recover(platform);
    await looking;
    expect(sip.orphans).toContainEqual({ transactionId: 'invite-7' });
    sip.answered.add(dialogId);
    await clock.move(500);
    expect(sip.orphans.at(-1)).toEqual({ dialogId });
  });

  it('are left alone when they are another process’s, or over', async () => {
    await rung('agent', 'ivr-other');
    await endDeskLeg(db, (await rung('agent')).id, begun);
    const { platform, sip } = playedPlatform(db);
    await recover(platform);
    expect(sip.orphans).toEqual([]);
    expect(await openDeskLegsOf(db, 'ivr-other')).toHaveLength(1);
  });
});

describe('the record of a call that nobody lived to close', () => {
  const at = (second: number) => new Date(begun.getTime() + second * 1_000);
  const saying = (leg: string, key: string, language: string) => ({
    kind: 'saying',
    data: { leg, prompts: [{ key, language }] },
  });

  it('has its states, its acceptance and the language inside, as the journal tells them', async () => {
    const { id } = await leftBehind();
    const events = [
      { kind: 'state', data: { state: 'offHook' } },
      saying('inside', 'language.choose', 'es'),
      saying('inside', 'pin.ask', 'es'),
      { kind: 'state', data: { state: 'ringing' } },
      saying('outside', 'offer.from', 'en'),
      { kind: 'accepted', data: { key: '1', at: at(40).toISOString() } },
      { kind: 'state', data: { state: 'talking' } },
      { kind: 'state', data: { state: 'ringing' } },
    ];
    await appendEvents(
      db,
      events.map((event, seq) => ({ callId: id, seq, at: at(seq), ...event })),
    );
    const { platform, clock } = playedPlatform(db);
    await recover(platform);
    expect(await closedOf(id)).toMatchObject({
      ...{ disposition: 'restart', acceptedKey: '1', acceptedAt: at(40), language: 'es' },
      states: { offHook: at(0), ringing: at(3), talking: at(6), done: clock.now() },
    });
  });

  it('has no language when only the choice was offered', async () => {
    const { id } = await leftBehind();
    await appendEvents(db, [{ callId: id, seq: 0, at: at(0), ...saying('inside', 'language.choose', 'es') }]);
    await recover(playedPlatform(db).platform);
    const { language, acceptedKey } = (await closedOf(id)) ?? {};
    expect([language, acceptedKey]).toEqual([undefined, undefined]);
  });
});

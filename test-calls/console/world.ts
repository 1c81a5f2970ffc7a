import { createHash, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { closeAccount } from '#accounts/closing/close.ts';
import { previewClosing } from '#accounts/closing/preview.ts';
import { House } from '#accounts/refunds/testing/house.ts';
import { placeBlock } from '#db/blocks.ts';
import { appendEvents, closeCall, openCall, setNumber, setPerson } from '#db/calls.ts';
import { cardRefundsOf, endCardRefund, takeCardRefund } from '#db/card-refunds.ts';
import { addCard } from '#db/cards.ts';
import type { Database } from '#db/connect.ts';
import { turnAgent } from '#db/desk/agents.ts';
import { beginTalk, enterQueue } from '#db/desk/entries.ts';
import { giveTurns } from '#db/desk/turns.ts';
import { post } from '#db/ledger.ts';
import { emptyProfile, saveProfile } from '#db/profiles.ts';
import { finishRecording, intendRecording, startedRecording } from '#db/recordings.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { seedDemoDesk } from '#db/seed/demo-desk.ts';
import { twoVoices } from './two-voices.ts';

/** What the tests of the page ask for by name. */
export interface World {
  /** Called often, blocked once and lifted once. */
  readonly number: string;
  readonly accountId: string;
  /** Talked and recorded. */
  readonly callId: string;
}

const minutes = (many: number): number => many * 60_000;
/** How calls of a day end: more talks than anything else. */
const endings = ['talked', 'talked', 'no-answer', 'talked', 'refused', 'busy', 'limit-reached', 'outside-hours', 'no-key', 'blocked', 'unavailable', 'talked']; // prettier-ignore
const people = ['demo-alex', 'demo-jordan', 'demo-luz'] as const;
const RECORDED_SECONDS = 42;

/** A few days of an invented agency, up to now: for whoever goes through the pages of the console. `folder`: where recordings lie. */
export async function seedWorld(db: Database, folder: string, now: Date): Promise<World> {
  const secrets = { pinPepper: 'a-pepper-of-tests-alone', realm: 'homeline', now };
  await seedDemo(db, secrets);
  await seedDemoDesk(db, secrets);
  const number = '+12135550142';
  await pastCalls(db, number, now);
  const callId = await recordedCall(db, number, folder, new Date(now.getTime() - minutes(50)));
  await liveCalls(db, now);
  const accountId = await money(db, number, now);
  await blocks(db, number, callId, now);
  await pastWaits(db, now);
  await desk(db, accountId, number, now);
  return { number, accountId, callId };
}

interface PlannedCall {
  readonly at: Date;
  readonly person: (typeof people)[number];
  readonly number: string;
  readonly facilityId?: string;
}

async function begin(db: Database, { at, person, number, facilityId = 'valley-view' }: PlannedCall): Promise<string> {
  const id = randomUUID();
  const leg = { sipCallId: id };
  await openCall(db, { id, facilityId, stationId: 'valley-view-1', node: 'ivr-1', callerLeg: leg, offHookAt: at });
  await setPerson(db, id, person);
  await setNumber(db, id, number, at);
  return id;
}

async function end(db: Database, id: string, at: Date, disposition: string, talkSeconds: number): Promise<void> {
  const talked = disposition === 'talked' || disposition === 'limit-reached';
  const talking = new Date(at.getTime() + 20_000);
  const done = new Date(talking.getTime() + (talked ? talkSeconds * 1000 : 9_000));
  const states = { offHook: at, ringing: new Date(at.getTime() + 4_000), ...(talked && { talking }), done };
  const accepted = talked ? { acceptedKey: '1', acceptedAt: talking, language: 'en' as const } : {};
  await closeCall(db, id, { disposition, endedBy: 'outside', q850: 16, cause: 'BYE', states, ...accepted });
}

async function pastCalls(db: Database, mine: string, now: Date): Promise<void> {
  let turn = 0;
  for (let day = 13; day >= 0; day--)
    for (let call = 0; call < 6 + ((day * 5) % 7); call++, turn++) {
      const at = new Date(now.getTime() - day * minutes(24 * 60) - minutes(75 + call * 11));
      const number = turn % 3 === 0 ? mine : `+1213555${String(100 + (turn % 90)).padStart(4, '0')}`;
      const id = await begin(db, { at, person: people[turn % people.length] ?? people[0], number });
      await end(db, id, at, endings[turn % endings.length] ?? 'talked', 60 + ((turn * 37) % 800));
    }
}

async function recordedCall(db: Database, number: string, folder: string, at: Date): Promise<string> {
  const id = await begin(db, { at, person: 'demo-alex', number });
  const story: [number, string, Record<string, unknown>][] = [
    [0, 'begun', { station: 'Dayroom A, phone 1', facility: 'Valley View Facility' }],
    [0, 'state', { state: 'offHook' }],
    [1, 'entry', { leg: 'inside', digits: '(secret)' }],
    [2, 'identified', { name: 'Alex Rivera' }],
    [3, 'verdict', { number, verdict: 'yes' }],
    [4, 'progress', { status: 180, route: 'carrier' }],
    [11, 'answered', {}],
    [12, 'saying', { leg: 'outside', prompts: [{ key: 'offer.hello', text: 'Hello. You have a call from Alex Rivera, at Valley View Facility. This call is free of charge.' }] }], // prettier-ignore
    [17, 'saying', { leg: 'outside', prompts: [{ key: 'offer.notice', text: 'This call will be recorded and may be monitored.' }] }], // prettier-ignore
    [19, 'ignored-key', { leg: 'outside', key: '5' }],
    [20, 'key', { leg: 'outside', key: '1' }],
    [20, 'accepted', {}],
    [20, 'bridged', {}],
    [20, 'recording', {}],
    [20 + RECORDED_SECONDS, 'recorded', { seconds: RECORDED_SECONDS }],
    [21 + RECORDED_SECONDS, 'closed', { disposition: 'talked', endedBy: 'outside', q850: 16 }],
  ];
  const moment = (seconds: number) => new Date(at.getTime() + seconds * 1000);
  await appendEvents(
    db,
    story.map(([seconds, kind, data], seq) => ({ callId: id, seq, at: moment(seconds), kind, data })),
  );
  const spoolPath = join(folder, `${id}.wav`);
  const sound = twoVoices(RECORDED_SECONDS);
  await writeFile(spoolPath, sound);
  await intendRecording(db, { id, callId: id, spoolPath, channels: 2, at: moment(20) });
  await startedRecording(db, id, moment(20));
  const file = {
    sha256: createHash('sha256').update(sound).digest('hex'),
    bytes: sound.length,
    seconds: RECORDED_SECONDS,
  };
  await end(db, id, at, 'talked', RECORDED_SECONDS);
  await finishRecording(db, id, { ...file, repaired: false, at: moment(21 + RECORDED_SECONDS) });
  return id;
}

async function liveCalls(db: Database, now: Date): Promise<void> {
  const planned = [
    ['demo-alex', '+12135550143', 'talking', 194],
    ['demo-jordan', '+12135550144', 'greeting', 21],
    ['demo-luz', '+12135550157', 'ringing', 6],
  ] as const;
  for (const [person, number, state, secondsAgo] of planned) {
    const at = new Date(now.getTime() - secondsAgo * 1000);
    const id = await begin(db, { at, person, number });
    await appendEvents(db, [{ callId: id, seq: 0, at, kind: 'state', data: { state } }]);
  }
}

/** Two accounts: one that pays and is in use; one that was closed, whose money is on its way. Returns the first. */
async function money(db: Database, number: string, now: Date): Promise<string> {
  const house = new House(db);
  house.at = new Date(now.getTime() - minutes(9 * 24 * 60));
  const mine = await house.account(number, '+12135550143');
  const other = await house.account('+12135550188');
  for (const [accountId, firstName, lastName] of [
    [mine, 'Elena', 'Rivera'],
    [other, 'Maria', 'Lopez'],
  ] as const) {
    const address = { addressLine1: '1 Main St', city: 'Fresno', region: 'CA', postalCode: '93650', country: 'US' };
    const profile = { ...emptyProfile, ...address, firstName, lastName };
    const by = { kind: 'web', id: accountId } as const;
    await saveProfile(db, { accountId, from: 0, profile, fields: ['firstName', 'lastName'], by, at: house.at });
  }
  const { token, brand, lastFour } = await house.card('4242');
  const card = { accountId: mine, token, lastFour, expiryMonth: 8, expiryYear: 2029, funding: 'debit' } as const;
  const agreed = { agreementVersion: '2026-01-01', agreedAt: house.at, channel: 'web', savedAt: house.at } as const;
  await addCard(db, { ...card, brand: brand === 'visa' ? 'visa' : 'mastercard', ...agreed });
  await house.pay(mine, 5_000);
  house.days(2);
  await spend(db, mine, 1_325, house.at);
  house.days(2);
  await house.mailIn(mine, 2_000);
  await spend(db, mine, 840, house.at);
  await house.pay(other, 3_000, '1881');
  await house.mailIn(other, 1_250);
  house.days(1);
  const { version } = await previewClosing(db, house.deps(), other);
  const by = { kind: 'web', id: other } as const;
  await closeAccount(db, house.deps(), { key: randomUUID(), accountId: other, previewVersion: version, by });
  for (const { id } of await cardRefundsOf(db, { accountId: other })) {
    await takeCardRefund(db, id, house.at);
    await endCardRefund(db, id, { state: 'in-question', declineReason: 'exceeds-charge' }, house.at);
  }
  return mine;
}

/** A video call, as minutes of it are charged. */
async function spend(db: Database, holder: string, cents: number, at: Date): Promise<void> {
  const entries = [
    { ledger: { holder }, cents: -cents },
    { ledger: 'revenue', cents },
  ] as const;
  await post(db, { key: randomUUID(), kind: 'video-call', at, entries });
}

async function blocks(db: Database, number: string, callId: string, now: Date): Promise<void> {
  const at = new Date(now.getTime() - minutes(3 * 24 * 60));
  const scope = { facilityId: 'sierra-ridge' };
  const by = { kind: 'called-party-key', callId } as const;
  await placeBlock(db, { number, scope, by, reason: 'pressed 9', at });
}

/** Families who waited for an agent on the days before, most of them with patience. */
async function pastWaits(db: Database, now: Date): Promise<void> {
  const rows = Array.from({ length: 14 * 8 }, (_, turn) => {
    const enteredAt = new Date(now.getTime() - (Math.floor(turn / 8) + 1) * minutes(24 * 60) + minutes((turn % 8) * 9));
    const waited = new Date(enteredAt.getTime() + (15 + ((turn * 29) % 170)) * 1000);
    const ended = { state: 'ended', endedAt: new Date(waited.getTime() + minutes(4)) } as const;
    const talked = { agentId: 'demo-ana', talkingAt: waited, outcome: 'talked' } as const;
    const left = { agentId: null, talkingAt: null, outcome: 'hung-up' } as const;
    return {
      ...({
        id: randomUUID(),
        callId: randomUUID(),
        language: 'en',
        number: null,
        accountId: null,
        node: 'ivr-1',
      } as const),
      ...{ enteredAt, seenAt: enteredAt, ...ended, ...(turn % 9 === 4 ? left : talked) },
    } as const;
  });
  await db.insertInto('deskEntry').values(rows).execute();
}

async function desk(db: Database, accountId: string, number: string, now: Date): Promise<void> {
  const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
  const enter = (of: string | undefined, secondsAgo: number, language: 'en' | 'es', account?: string) =>
    enterQueue(db, {
      ...{ id: randomUUID(), callId: randomUUID(), language, number: of, accountId: account },
      ...{ node: 'ivr-1', at: ago(secondsAgo) },
    });
  await turnAgent(db, 'demo-ana', 'ready', ago(400));
  await enter('+12135550161', 300, 'en');
  const until = { seenBefore: ago(9_000), missedBefore: ago(9_000), wrapUpUntil: ago(0) };
  const [turn] = await giveTurns(db, ago(290), until, ([first], [agent]) =>
    first && agent ? [{ entryId: first.id, agentId: agent.id }] : [],
  );
  if (turn) await beginTalk(db, turn.entryId, ago(280));
  await enter(number, 95, 'en', accountId);
  await enter(undefined, 40, 'es');
}

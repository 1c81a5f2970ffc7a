import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activeBlock } from '#db/blocks.ts';
import { callReport } from '#db/calls.ts';
import type { Facility } from '#db/facilities.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { startTestDatabase } from '#db/testing.ts';
import { Leg } from '../leg/leg.ts';
import { PlayedDialog } from '../testing/played-dialog.ts';
import { PlayedEndpoint } from '../testing/played-endpoint.ts';
import { answeredCall, pinPepper, playedPlatform, realm } from '../testing/world.ts';
import { Stopped } from './last-words.ts';
import { offerTo } from './offering.ts';

const database = await startTestDatabase();
beforeAll(() => seedDemo(database.db, { pinPepper, realm, now: new Date() }));
afterAll(() => database.stop());

const number = '+12135550142';

/** Somebody has answered; every prompt is heard at once. */
async function offered(facility: Partial<Facility> = {}, spokenName = undefined as string | undefined) {
  const call = await answeredCall(playedPlatform(database.db), { facility });
  const [dialog, endpoint] = [new PlayedDialog(), new PlayedEndpoint('outside')];
  endpoint.quick = true;
  const outside = new Leg('outside', dialog, endpoint.real, call.clock);
  const name = spokenName === undefined ? undefined : { path: spokenName, shown: 'Alex' };
  const over = offerTo(outside, { number, spokenName: name }, call.parts);
  over.catch(() => undefined);
  await call.clock.move(0);
  const said = () => endpoint.prompts.flatMap(({ path }) => path.split('+'));
  return { call, dialog, endpoint, said, over };
}

describe('whoever answered', () => {
  it('accepts with the key of the facility, at the time at which it was pressed', async () => {
    const { call, endpoint, over } = await offered({
      offerKeys: { accept: '5', refuse: '6', block: '#', language: '0' },
    });
    await call.clock.move(2_000);
    const acceptedAt = call.clock.now();
    endpoint.quick = false;
    endpoint.press('1', '5');
    await call.clock.move(1_000);
    await endpoint.playing.end();
    const acceptance = { acceptedKey: '5', acceptedAt };
    expect(await over).toEqual({ outcome: 'accepted', language: 'en', acceptance });
    await call.record.settled();
    const journal = (await callReport(database.db, call.record.callId))?.events ?? [];
    expect(journal.filter(({ kind }) => kind === 'accepted').map(({ data }) => data)).toEqual([
      { key: '5', at: acceptedAt.toISOString() },
    ]);
  });

  it('accepts in the language that was chosen, and the talk speaks it', async () => {
    const { call, endpoint, over, said } = await offered({ defaultLanguage: 'es' });
    expect(said()[0]).toMatch(/^\/es\/offer\.from/);
    endpoint.press('*');
    await call.clock.move(0);
    endpoint.press('1');
    expect(await over).toMatchObject({ outcome: 'accepted', language: 'en' });
    expect(said().at(-1)).toMatch(/^\/en\/offer\.accepted/);
  });

  it('is told no more of the offer once the platform stops; the goodbye is to be in the chosen language', async () => {
    const { call, endpoint, over, said } = await offered({ defaultLanguage: 'es' });
    endpoint.quick = false;
    endpoint.press('*');
    await call.clock.move(0);
    const before = said().length;
    call.stopping.abort(new Stopped());
    expect(await over).toEqual({ outcome: 'shutdown', language: 'en' });
    expect(endpoint.playing.stopped).toBe(true);
    expect(said()).toHaveLength(before);
  });

  it('refuses, and the record says so', async () => {
    const { endpoint, over } = await offered();
    endpoint.press('2');
    const concluded = { disposition: 'refused', endedBy: 'outside', q850: 21 };
    expect(await over).toEqual({ outcome: 'refused', concluded });
  });

  it('blocks the number that was called', async () => {
    const { call, endpoint, over } = await offered();
    const confirmed = call.clock.asked(5_000);
    endpoint.press('9');
    await confirmed;
    await call.clock.move(5_000);
    expect(await over).toMatchObject({ outcome: 'blocked', concluded: { disposition: 'blocked' } });
    const block = await activeBlock(database.db, number, { facilityId: 'valley-view' });
    expect(block?.placed.by).toEqual({ kind: 'called-party-key', callId: call.record.callId });
  });

  it.each([
    ['hangs up', (phone: PlayedDialog) => phone.hangUp(), 'hung-up-in-offer'],
    ['is cut off', (_phone: PlayedDialog, sound: PlayedEndpoint) => sound.vanish('closed'), 'media-lost'],
  ] as const)('%s: nobody is told anything more', async (_what, how, disposition) => {
    const { dialog, endpoint, over, said } = await offered();
    const before = said().length;
    how(dialog, endpoint);
    expect(await over).toMatchObject({ outcome: 'hung-up-in-offer', concluded: { disposition } });
    expect(said()).toHaveLength(before);
  });
});

describe('a caller who leaves meanwhile', () => {
  it.each([
    ['hangs up', 'caller-left-offer'],
    ['is ended by us', 'shutdown'],
  ])('%s: the called party is told, in their language', async (what, disposition) => {
    const { call, endpoint, over, said } = await offered();
    endpoint.press('*');
    await call.clock.move(0);
    if (what === 'hangs up') call.dialog.hangUp();
    else void call.leg.end(41, 'shutdown');
    expect(await over).toMatchObject({ outcome: 'caller-left-offer', concluded: { disposition } });
    expect(said().at(-1)).toBe('/es/offer.caller-gone.wav');
  });

  it('is no fault when the called party is gone too', async () => {
    const { call, dialog, over } = await offered();
    call.dialog.hangUp();
    dialog.hangUp();
    expect(await over).toMatchObject({ outcome: 'caller-left-offer' });
  });
});

it('a name that cannot be read is a fault of the call, not an end of it', async () => {
  const { over } = await offered({}, '/no/such/name.wav');
  await expect(over).rejects.toMatchObject({ code: 'ENOENT' });
});

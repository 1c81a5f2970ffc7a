import { afterAll, beforeAll, expect, test } from 'vitest';
import { blockHistory } from '#db/blocks.ts';
import { balanceOf } from '#db/ledger.ts';
import { homePhones, VALLEY_VIEW } from '#db/seed/demo-world.ts';
import type { Language } from '#flows/language.ts';
import type { PromptKey, Value } from '#flows/prompt.ts';
import { baresip, ensureDebian } from './clients/apt.ts';
import { Baresip } from './clients/baresip.ts';
import { seedCast } from './demo/cast.ts';
import { calledBy, family, seedFamilies } from './family/families.ts';
import type { JournalEvent } from './journals.ts';
import { Phone } from './phone/phone.ts';
import { reference, encoded } from './phone/reference.ts';
import { find } from './phone/recognition.ts';
import { babble } from './phone/sound.ts';
import { readRecording } from './recording.ts';
import { Stage } from './stage.ts';

const familyLine = '+18669490290';
/** Who answers at the first two homes: one pays, one blocks. */
const [payer, blocker] = homePhones.map(({ number }, index) => family(number, `703${index}`));
/** One that the sandbox takes (https://docs.stripe.com/testing). */
const card = { number: '5555555555554444', expiry: '0431', cvv: '628', postalCode: '95814' };
const caller = { label: 'softphone', pin: '6120', language: 'en', number: '+12135550142', saysName: false } as const;
let stage: Stage;
const softphones: Baresip[] = [];

beforeAll(async () => {
  const installed = await ensureDebian([baresip]);
  if (installed.kind === 'missing') throw new Error(installed.message);
  stage = await Stage.open({
    prompts: 'short',
    environment: { FAMILY_LINE_NUMBER: familyLine },
    prepare: async (db, config) => {
      await seedCast([caller], VALLEY_VIEW, db, config);
      await seedFamilies([payer!, blocker!], db, config);
      await calledBy(VALLEY_VIEW, blocker!.number, db);
    },
  });
});

afterAll(async () => {
  await Promise.all(softphones.map((one) => one.stop()));
  await stage.close();
});

const registrar = () => ({ address: stage.system.sip.host, port: stage.system.sip.port });

/**
 * A real softphone that has registered with the platform, by digest.
 * @param tcp by TCP at this port instead of by UDP: it is called by the connection it keeps open
 */
async function registered(username: string, password: string, tcp?: number): Promise<Baresip> {
  const by = tcp === undefined ? {} : ({ registrar: { ...registrar(), port: tcp }, transport: 'tcp' } as const);
  const one = await Baresip.start({ name: username, registrar: registrar(), password, ...by });
  softphones.push(one);
  await one.event('REGISTER_OK');
  return one;
}

const says =
  (key: string) =>
  ({ kind, data }: JournalEvent) =>
    kind === 'saying' && (data['prompts'] as { key: string }[]).some((prompt) => prompt.key === key);

const share = (heard: Int16Array | undefined, sound: Parameters<typeof reference>[0]): number => {
  const place = find(encoded(heard ?? new Int16Array(), 'PCMU'), reference(sound, 'PCMU'), 0, 'encoder');
  return place ? place.matched / place.audible : 0;
};

test('two baresips, one inside and one at home, are registered, connected, and recorded each on its own channel', async () => {
  const [station] = stage.demo.stations;
  const [home] = stage.demo.homePhones;
  const inside = await registered(station!.username, station!.password);
  const { host, port, tcp } = stage.system.sip;
  const outside = await registered(home!.username, home!.password, tcp);
  const [his, hers] = [babble({ ms: 1_500, seed: 31 }), babble({ ms: 1_500, seed: 32 })];

  await inside.dial(`sip:${home!.number}@${host}:${port}`);
  await stage.journals.wait(says('language.choose'));
  await inside.press('1');
  await stage.journals.wait(says('pin.ask'));
  await inside.press(`${caller.pin}#`);
  await outside.event('CALL_INCOMING');
  await outside.answer();
  const { callId } = await stage.journals.wait(says('offer.menu'));
  await outside.press('1');
  await stage.journals.wait((event) => event.kind === 'bridged' && event.callId === callId);
  await Promise.all([inside.speak(his), outside.speak(hers)]);
  await outside.hangup();
  await inside.event('CALL_CLOSED');

  const { call, recording } = await stage.settled(callId);
  expect(call).toMatchObject({
    disposition: 'talked',
    endedBy: 'outside',
    acceptedKey: '1',
    personId: 'demo-softphone',
  });
  const { channels } = await readRecording(recording?.stored?.location ?? '');
  expect([share(channels[0], his), share(channels[1], hers)]).toEqual([1, 1]);
  expect([share(channels[0], hers), share(channels[1], his)]).toEqual([0, 0]);
  expect(share((await outside.heard()).at(-1), his)).toBe(1);
  expect(share((await inside.heard()).at(-1), hers)).toBe(1);
});

/** Calls the 866 line from a softphone at home: `hears` waits until it has a prompt of that language in its ears. */
async function callsTheLine(home: { username: string; password: string } | undefined, language: Language) {
  const phone = await registered(home!.username, home!.password);
  const { host, port } = stage.system.sip;
  await phone.dial(`sip:${familyLine}@${host}:${port}`);
  const hears = async (key: PromptKey, values: Record<string, Value> = {}) => {
    const sound = await stage.sound(language, key, values);
    const heard = async () => share(await phone.hearing(), sound);
    await expect.poll(heard, { timeout: 30_000, interval: 250 }).toBe(1);
  };
  const leaves = async () => {
    await hears('next.end');
    await phone.press('2');
    await hears('line.goodbye');
    await phone.event('CALL_CLOSED');
  };
  return { phone, hears, leaves };
}

test('a softphone at home calls the 866 line and pays, in English', async () => {
  const { phone, hears, leaves } = await callsTheLine(stage.demo.homePhones[0], 'en');
  await hears('language.choose');
  await phone.press('1');
  await hears('main.pay');
  await phone.press('1');
  await hears('amount.ask');
  await phone.press('17*50#');
  await hears('card.number');
  await phone.press(`${card.number}${card.expiry}${card.cvv}${card.postalCode}`);
  await hears('pay.fee');
  const { db } = stage.system;
  expect((await balanceOf(db, payer!.accountId)).balanceCents).toBe(0);
  await phone.press('1');
  await hears('pay.done', { amount: { kind: 'money', cents: 1_750 } });
  expect((await balanceOf(db, payer!.accountId)).balanceCents).toBe(1_750);
  await leaves();
}, 120_000);

test('a softphone at home calls the 866 line and blocks a facility, in Spanish', async () => {
  const { phone, hears, leaves } = await callsTheLine(stage.demo.homePhones[1], 'es');
  await hears('language.choose');
  await phone.press('2');
  await hears('main.block');
  await phone.press('3');
  await hears('block.one');
  await phone.press('1');
  const facility: Value = { kind: 'name', text: stage.facility.name };
  await hears('block.facility', { facility });
  await phone.press('1');
  await hears('block.how-to-lift');
  const { db } = stage.system;
  expect(await blockHistory(db, blocker!.number)).toEqual([]);
  await phone.press('1');
  await hears('block.placed', { facility });
  expect(await blockHistory(db, blocker!.number)).toMatchObject([
    { scope: { facilityId: VALLEY_VIEW }, placed: { by: { kind: 'phone-line' } } },
  ]);
  await leaves();
}, 120_000);

test('a REGISTER that a later one overtook changes nothing, and a new Call-ID begins anew', async () => {
  const [, , home] = stage.demo.homePhones;
  const { username: name, password } = home!;
  const options = { name, domain: stage.system.sip.host, digest: { username: name, password } };
  const phone = await Phone.start(options);
  const restarted = await Phone.start(options);
  const to = `sip:${stage.system.sip.host}:${stage.system.sip.port}`;
  try {
    // The challenge takes one CSeq, the answer to it the next.
    expect(await phone.register(to, { after: 10 })).toEqual({ status: 200, expires: 3600 });
    expect((await phone.register(to, { after: 10, expires: 0 })).status).toBe(500);
    expect((await phone.register(to, { after: 3, expires: 600 })).status).toBe(500);
    expect(await phone.register(to, { after: 11, expires: 600 })).toEqual({ status: 200, expires: 600 });
    expect(await restarted.register(to, { after: 0 })).toEqual({ status: 200, expires: 3600 });
    expect([...phone.surprises, ...restarted.surprises]).toEqual([]);
  } finally {
    await Promise.all([phone.stop(), restarted.stop()]);
  }
});

test('a phone at home may not call out, and a wrong password registers nobody', async () => {
  const [, home] = stage.demo.homePhones;
  const outside = await registered(home!.username, home!.password);
  const { host, port } = stage.system.sip;
  await outside.dial(`sip:+12135550150@${host}:${port}`);
  expect((await outside.event('CALL_CLOSED')).param).toMatch(/403/);

  const [, , third] = stage.demo.homePhones;
  const guesser = await Baresip.start({ name: third!.username, registrar: registrar(), password: 'guess' });
  softphones.push(guesser);
  expect((await guesser.event('REGISTER_FAIL')).param).toMatch(/401|403/);
});

import { afterEach, expect, test } from 'vitest';
import type { IncomingCall } from './incoming-call.ts';
import type { OutgoingCall } from './outgoing-call.ts';
import { Phone, type PhoneOptions } from './phone.ts';
import { babble } from './sound.ts';

const phones: Phone[] = [];

/** A phone that must not be surprised in this test. */
const phone = async (name: string, options: Partial<PhoneOptions> = {}): Promise<Phone> => {
  const one = await Phone.start({ name, ...options });
  phones.push(one);
  return one;
};

afterEach(async () => {
  const all = phones.splice(0);
  await Promise.all(all.map((one) => one.stop()));
  for (const one of all) expect(one.surprises).toEqual([]);
});

const next = (one: Phone): Promise<IncomingCall> => new Promise((resolve) => one.onCall(resolve));

/** Two phones in a call with each other. */
const talking = async (options: Partial<PhoneOptions> = {}): Promise<[OutgoingCall, IncomingCall]> => {
  const [son, mother] = [await phone('son', options), await phone('mother', options)];
  const incoming = next(mother);
  const call = son.dial(mother.uri);
  const other = await incoming;
  expect(await other.answer()).toBe(true);
  expect(await call.answered).toBe(true);
  return [call, other];
};

test.each(['PCMU', 'PCMA'] as const)('both hear every sample the other speaks, in %s', async (codec) => {
  const [son, mother] = await talking({ codec });
  const [hers, his] = [babble({ ms: 1500, seed: 1 }), babble({ ms: 1500, seed: 2 })];
  await Promise.all([son.speak(his), mother.speak(hers), son.ear.waitFor(hers), mother.ear.waitFor(his)]);
  for (const [ear, spoken, own] of [
    [mother.ear, his, hers],
    [son.ear, hers, his],
  ] as const) {
    const heard = ear.heard(spoken, { tolerance: 'exact' });
    expect(heard).toMatchObject({ complete: true, likeness: 'exact' });
    expect(heard!.matchedSamples).toBe(heard!.audibleSamples);
    expect(ear.heard(own)).toBeUndefined();
    expect(ear.counts).toMatchObject({ lost: 0, reordered: 0, duplicates: 0, overwritten: 0, odd: 0, elsewhere: 0 });
    expect(ear.counts).toMatchObject({ ssrcChanges: 0, jumps: 0, markers: 1 });
  }
  expect(await son.hangup()).toMatchObject({ by: 'us', how: 'bye', status: 200 });
  expect(await mother.ended).toMatchObject({ by: 'them', how: 'bye' });
});

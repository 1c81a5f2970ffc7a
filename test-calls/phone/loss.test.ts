import { expect, test } from 'vitest';
import { house, nextCall } from './house.ts';
import { losing } from './lossy-transport.ts';
import { babble } from './sound.ts';

const { phone, talking } = house();
const timers = { T1: 20, T2: 80, T4: 100 };

test.each([
  ['son', losing('out', 'INVITE', 2)],
  ['son', losing('in', '180 INVITE')],
  ['son', losing('in', '200 INVITE', 2)],
  ['son', losing('out', 'ACK', 2)],
  ['mother', losing('in', 'INVITE')],
  ['mother', losing('out', '200 INVITE')],
  ['son', losing('in', '200 BYE')],
  ['mother', losing('in', 'BYE')],
] as const)('a call goes on when the %s loses a message (%#)', async (who, loses) => {
  const son = await phone('son', { timers, ...(who === 'son' && { loses }) });
  const mother = await phone('mother', { timers, ...(who === 'mother' && { loses }) });
  const incoming = nextCall(mother);
  const call = son.dial(mother.uri);
  const other = await incoming;
  other.ring();
  expect(await other.answer()).toBe(true);
  expect(await call.answered).toBe(true);
  expect(await call.hangup()).toMatchObject({ how: 'bye', status: 200 });
  expect(await other.ended).toMatchObject({ by: 'them', how: 'bye' });
});

test('a request whose answer was lost is counted as one that came again', async () => {
  const son = await phone('son', { timers, loses: losing('in', '200 OPTIONS') });
  const mother = await phone('mother');
  expect(await son.ping(mother.uri)).toBe(200);
  expect(mother.repeats).toBeGreaterThanOrEqual(1);
});

test('an answer whose ACK never comes ends the call', async () => {
  const son = await phone('son', { timers, loses: losing('out', 'ACK', Infinity) });
  const mother = await phone('mother', { timers });
  const incoming = nextCall(mother);
  const call = son.dial(mother.uri);
  const other = await incoming;
  expect(await other.answer()).toBe(false);
  expect(await other.ended).toMatchObject({ by: 'nobody', how: 'silence', reason: 'no ACK' });
  expect(await call.ended).toMatchObject({ by: 'them', how: 'bye' });
  expect(mother.surprises.splice(0).map(({ what }) => what)).toEqual(['no ACK']);
});

test('nobody answers the INVITE at all', async () => {
  const son = await phone('son', { timers, loses: losing('out', 'INVITE', Infinity) });
  const mother = await phone('mother');
  expect(await son.dial(mother.uri).ended).toMatchObject({ by: 'nobody', how: 'silence', status: 408 });
});

test('two re-INVITEs that cross are both refused, and the call stays as it was', async () => {
  const [son, mother] = await talking();
  expect(await Promise.all([son.hold(), mother.hold()])).toEqual([false, false]);
  expect([son.voice.direction, mother.voice.direction]).toEqual(['sendrecv', 'sendrecv']);
  expect(await son.hold()).toBe(true);
  expect([son.voice.direction, mother.voice.direction]).toEqual(['sendonly', 'recvonly']);
});

test('a bad network loses, doubles and turns round packets of the voice, and the ear tells', async () => {
  const [son, mother] = await talking();
  let [nth, kept]: [number, Buffer | undefined] = [0, undefined];
  son.voice.disturb = (packet, send) => {
    nth++;
    if (nth === 10) return;
    if (nth === 20) kept = Buffer.from(packet);
    else send(packet);
    if (nth === 21 && kept) send(kept);
    if (nth === 30) send(packet);
  };
  const word = babble({ ms: 900, seed: 41 });
  await son.speak(word);
  await son.hangup();
  await mother.ended;
  expect(mother.ear.counts).toMatchObject({ lost: 1, reordered: 1, duplicates: 1 });
  expect(mother.ear.heard(word)).toMatchObject({ complete: false });
});

test('who goes on sending after the end is noticed', async () => {
  const [son, mother] = [await phone('son'), await phone('mother')];
  const incoming = nextCall(mother);
  const call = son.dial(mother.uri);
  const other = await incoming;
  await other.answer();
  await call.answered;
  // The mother's phone thinks the call goes on.
  other.receive = (transaction) => void transaction.reply(200);
  await call.hangup();
  await other.speak(babble({ ms: 500, seed: 42 }));
  await son.stop();
  expect(son.surprises.splice(0)[0]!.what).toMatch(/^\d+ RTP packets after the end of the call \(by us, bye\)$/);
});

test('what was said before the BYE is heard, though the phone reads the BYE first', async () => {
  const [son, mother] = await talking();
  const word = babble({ ms: 600, seed: 43 });
  const kept: (() => void)[] = [];
  son.voice.disturb = (packet, send) => {
    const copy = Buffer.from(packet);
    if (son.voice.mouth.packets > 20) kept.push(() => send(copy));
    else send(packet);
  };
  await son.speak(word);
  // All in one turn: the SIP socket is ready before the voice's, and is read to its end, the BYE.
  void son.request('OPTIONS');
  kept.forEach((send) => send());
  void son.hangup();
  await mother.ended;
  expect(kept.length).toBeGreaterThan(5);
  expect(mother.ear.heard(word)).toMatchObject({ complete: true });
  expect(mother.ear.counts).toMatchObject({ lost: 0 });
});

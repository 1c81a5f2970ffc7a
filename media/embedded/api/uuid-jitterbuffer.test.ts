import { beforeEach, expect, it } from 'vitest';
import { FakeServer, type FakeParty } from '#media/embedded/testing/fake-party.ts';
import { linear, namedFrames, voiceFrame } from '#media/embedded/testing/fake-sounds.ts';

let server: FakeServer;
let caller: FakeParty;
let called: FakeParty;
let said: number;
beforeEach(() => {
  server = new FakeServer();
  [caller, called] = [server.party(), server.party()];
  server.api(`uuid_bridge ${caller.uuid} ${called.uuid}`);
  said = 0;
});
const talk = (ticks: number): void => server.run(ticks, () => caller.say(voiceFrame(1, said++)));
/** How many frames were said after the one that is heard now. */
const delay = (): number => {
  const last = called.heard.slice(-1).flatMap((codes) => namedFrames(linear(codes), [1]))[0]!;
  return (said - 1 - Number(last.split(':')[1]) + 64) % 64;
};
const command = (rest: string): string => server.api(`uuid_jitterbuffer ${caller.uuid} ${rest}`);

it('what the party says waits as long as it is told to, and nothing of it is lost', () => {
  talk(20);
  expect(delay()).toBeLessThanOrEqual(2);
  expect(command('120:200')).toBe('+OK Success\n');
  talk(20);
  expect(delay()).toBeGreaterThanOrEqual(5);
  expect(delay()).toBeLessThanOrEqual(6);
  expect(command('0')).toBe('+OK Success\n');
  talk(20);
  expect(delay()).toBeLessThanOrEqual(3);
  const names = called.heard.flatMap((codes) => namedFrames(linear(codes), [1])).filter((name) => name !== '-');
  expect(names).toEqual(Array.from({ length: names.length }, (_, n) => `v1:${n}`));
});

it('before anything was said it is kept in mind', () => {
  command('100');
  talk(20);
  expect(delay()).toBeGreaterThanOrEqual(4);
});

it('a wrong time is refused', () => {
  expect(command('')).toMatch(/^-USAGE/);
  expect(command('soon')).toMatch(/^-USAGE/);
  expect(command('40:99999')).toBe('-ERR Operation failed\n');
  expect(server.api('uuid_jitterbuffer nobody 60')).toBe('-ERR Operation failed\n');
});

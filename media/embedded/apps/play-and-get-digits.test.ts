import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeServer, type FakeParty } from '#media/embedded/testing/fake-party.ts';
import { linear, namedFrames, SoundFolder } from '#media/embedded/testing/fake-sounds.ts';

const folder = new SoundFolder();
afterAll(() => folder.remove());

const A = folder.voice('a.wav', 1, 4);
const B = folder.voice('b.wav', 2, 3);
const LONG = folder.voice('long.wav', 3, 60);

let server: FakeServer;
let party: FakeParty;
beforeEach(() => {
  server = new FakeServer();
  party = server.party();
});

const heard = (): string[] => party.heard.flatMap((codes) => namedFrames(linear(codes), [1, 2, 3]));
const frames = (voice: number, from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, n) => `v${voice}:${from + n}`);

describe('play_and_get_digits', () => {
  const collect = (rest: string): void => party.execute('play_and_get_digits', rest);

  it('the first key stops the prompt and counts; a terminator ends it', () => {
    collect(`1 4 1 3000 # ${LONG} silence_stream://20 digits \\d+ 2000`);
    server.run(3);
    party.press('4');
    server.run(2);
    expect(heard()).toEqual([...frames(3, 0, 3), '-', '-']);
    party.press('2');
    party.press('#');
    expect(party.completed).toEqual(['play_and_get_digits: _none_']);
    expect([party.variable('digits'), party.variable('read_terminator_used'), party.variable('read_result')]).toEqual([
      '42',
      '#',
      'success',
    ]);
  });

  it('ends with the most digits', () => {
    collect(`1 2 1 3000 # ${A} silence_stream://20 digits \\d+ 2000`);
    party.press('4');
    party.press('2');
    expect(party.completed).toHaveLength(1);
    expect(party.variable('digits')).toBe('42');
  });

  it('waits timeout after the prompt, then digit timeout between keys; what is enough then is a success', () => {
    collect(`1 4 1 1000 # ${A} silence_stream://20 digits \\d+ 400`);
    server.run(4 + 40);
    party.press('7');
    server.run(19);
    expect(party.completed).toHaveLength(0);
    server.run(1);
    expect(party.completed).toHaveLength(1);
    expect([party.variable('digits'), party.variable('read_result')]).toEqual(['7', 'timeout']);
  });

  it('raises a timeout below a second to a second', () => {
    collect(`1 4 1 20 # silence silence_stream://20 digits \\d+ 0`);
    server.run(49);
    expect(party.completed).toHaveLength(0);
    server.run(3);
    expect(party.completed).toHaveLength(1);
    expect(party.variable('digits')).toBeUndefined();
  });

  it('plays the invalid file and tries again; keys pressed meanwhile wait for the next try', () => {
    collect(`1 1 2 3000 # ${A} ${B} digits [12] 2000`);
    party.press('9');
    expect(party.variable('digits')).toBeUndefined();
    expect(party.variable('digits_invalid')).toBe('9');
    server.run(2);
    party.press('1');
    expect(party.completed).toHaveLength(0);
    server.run(3);
    expect(heard().slice(0, 3)).toEqual(frames(2, 0, 3));
    expect(party.variable('digits')).toBe('1');
    expect(party.completed).toHaveLength(1);
  });

  it('with one digit wanted a terminator leaves nothing', () => {
    collect(`0 1 1 3000 # ${A} silence_stream://20 digits \\d+ 2000`);
    party.press('#');
    server.run(60);
    expect(party.variable('digits')).toBeUndefined();
  });

  it('never clears the terminator of an earlier call', () => {
    collect(`1 4 1 3000 # ${A} silence_stream://20 digits \\d+ 2000`);
    for (const key of '1#') party.press(key);
    collect(`1 1 1 3000 # ${A} silence_stream://20 digits \\d+ 2000`);
    party.press('2');
    expect([party.variable('digits'), party.variable('read_terminator_used')]).toEqual(['2', '#']);
  });

  it('fails at once when the prompt is missing, and survives a bad pattern', () => {
    collect(`1 4 2 3000 # /nowhere.wav /nowhere.wav digits \\d+ 2000`);
    expect(party.completed).toHaveLength(1);
    collect(`1 1 1 3000 # ${A} silence_stream://20 digits [ 2000`);
    party.press('5');
    server.run(3);
    expect(party.completed).toHaveLength(2);
    expect(party.variable('digits_invalid')).toBe('5');
  });
});

import { truncateSync, writeFileSync } from 'node:fs';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeServer, type FakeParty } from '#media/embedded/testing/fake-party.ts';
import { linear, namedFrames, SoundFolder, voiceFrame } from '#media/embedded/testing/fake-sounds.ts';

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
const silence = (count: number): string[] => Array.from({ length: count }, () => '-');

describe('playback', () => {
  it('begins with the next 20 ms, plays every sample, and silence follows without a missing packet', () => {
    party.execute('playback', A);
    server.run(6);
    expect(heard()).toEqual([...frames(1, 0, 4), '-', '-']);
    expect(party.completed).toEqual(['playback: FILE PLAYED']);
    expect(party.variable('playback_ms')).toBe('80');
    expect(party.variable('playback_samples')).toBe('640');
    expect(party.variable('playback_last_offset_pos')).toBe('640');
  });

  it('fills the last frame with silence', () => {
    party.execute('playback', folder.voice('part.wav', 1, 1, 80));
    server.run(3);
    const last = linear(party.heard[1]!);
    expect([...last.subarray(0, 80)]).toEqual([...linear(voiceFrame(1, 1)).subarray(0, 80)]);
    expect(last.subarray(80).every((sample) => sample === 0)).toBe(true);
    expect(party.variable('playback_samples')).toBe('240');
  });

  it('tells of start and stop of each file', () => {
    party.channel.variables.set('playback_delimiter', '!');
    party.channel.variables.set('playback_sleep_val', '40');
    party.execute('playback', `${A}!${B}`);
    server.run(10);
    expect(heard()).toEqual([...frames(1, 0, 4), '-', '-', ...frames(2, 0, 3), '-']);
    const about = (name: string): string[] => server.seen(name).map((event) => event['Playback-File-Path']!);
    expect([about('PLAYBACK_START'), about('PLAYBACK_STOP')]).toEqual([
      [A, B],
      [A, B],
    ]);
    expect(server.seen('PLAYBACK_STOP').map((event) => event['Playback-Status'])).toEqual(['done', 'done']);
    expect(party.variable('playback_samples')).toBe('480');
  });

  it('plays a file_string as one sound without a seam', () => {
    party.execute('playback', `file_string://${A}!silence_stream://40!${B}`);
    server.run(10);
    expect(heard()).toEqual([...frames(1, 0, 4), '-', '-', ...frames(2, 0, 3), '-']);
    expect(server.seen('PLAYBACK_START')).toHaveLength(1);
    expect(party.variable('playback_ms')).toBe('180');
  });

  it.each([
    ['/nowhere/x.wav'],
    ['relative.wav'],
    ['file_string:///nowhere/x.wav'],
    [`file_string://${A}!/nowhere/x.wav`],
    ['silence_stream://0'],
    ['tone_stream://nonsense'],
    ['http://somewhere/x.wav'],
  ])('answers FILE NOT FOUND for %s, and the call goes on', (name) => {
    party.execute('playback', name);
    expect(party.completed).toEqual(['playback: FILE NOT FOUND']);
    party.execute('playback', A);
    server.run(4);
    expect(heard()).toEqual(frames(1, 0, 4));
  });

  it('plays what there is of a damaged file', () => {
    const path = folder.voice('cut.wav', 1, 4);
    truncateSync(path, 44 + 2 * 320 + 1);
    party.execute('playback', path);
    server.run(4);
    expect(heard()).toEqual(['v1:0', 'v1:1', '-', '-']);
    writeFileSync(path, 'no sound');
    party.execute('playback', path);
    expect(party.completed).toEqual(['playback: FILE PLAYED', 'playback: FILE NOT FOUND']);
  });

  it('plays bare codes, and a name without extension as WAV', () => {
    const codes = folder.file('bare.PCMU');
    writeFileSync(codes, Buffer.concat([voiceFrame(2, 0), voiceFrame(2, 1)]));
    party.execute('playback', `file_string://${codes}!${A.replace('.wav', '')}`);
    server.run(6);
    expect(heard()).toEqual([...frames(2, 0, 2), ...frames(1, 0, 4)]);
  });

  it('starts at a sample given with @@', () => {
    party.execute('playback', `${A}@@320`);
    server.run(3);
    expect(heard()).toEqual(['v1:2', 'v1:3', '-']);
  });

  it('plays tones for ever, until it is stopped', () => {
    party.execute('playback', 'tone_stream://%(40,40,440);loops=-1');
    server.run(500);
    expect(party.heard).toHaveLength(500);
    expect(party.heard[0]!.equals(party.heard[4]!)).toBe(true);
    expect(server.api(`uuid_break ${party.uuid}`)).toBe('+OK\n');
    expect(party.completed).toEqual(['playback: FILE PLAYED']);
    expect(server.seen('PLAYBACK_STOP')[0]).toMatchObject({
      'Playback-Status': 'break',
      'Playback-File-Type': 'tone_stream',
    });
  });

  it('goes on with the next file of a list after uuid_break, also with all, as FreeSWITCH does', () => {
    party.channel.variables.set('playback_delimiter', '!');
    party.execute('playback', `${LONG}!${A}`);
    server.run(2);
    server.api(`uuid_break ${party.uuid} all`);
    server.run(5);
    expect(heard()).toEqual(['v3:0', 'v3:1', ...frames(1, 0, 4), '-']);
  });

  it('ends with PLAYBACK ERROR when playback_timeout_sec is over', () => {
    party.channel.variables.set('playback_timeout_sec', '2');
    party.execute('playback', 'silence_stream://-1');
    server.run(100);
    expect(party.completed).toEqual([]);
    server.run(1);
    expect(party.completed).toEqual(['playback: PLAYBACK ERROR']);
  });

  it.each([
    ['any', '5', true],
    ['none', '5', false],
    ['#*', '#', true],
    ['#*', '5', false],
    [undefined, '*', true],
    [undefined, '#', false],
  ])('with playback_terminators=%s the key %s stops it: %s', (terminators, key, stops) => {
    party.channel.variables.set('playback_terminators', terminators);
    party.execute('playback', LONG);
    server.run(3);
    party.press(key);
    expect(party.completed).toEqual(stops ? ['playback: FILE PLAYED'] : []);
    expect(party.variable('playback_terminator_used')).toBe(stops ? key : undefined);
    expect(server.seen('DTMF').map((event) => event['DTMF-Digit'])).toEqual([key]);
    server.run(2);
    expect(heard().slice(3)).toEqual(stops ? silence(2) : ['v3:3', 'v3:4']);
  });
});

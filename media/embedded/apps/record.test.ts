import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeServer, type FakeParty } from '#media/embedded/testing/fake-party.ts';
import { linear, namedFrames, SoundFolder, voiceFrame } from '#media/embedded/testing/fake-sounds.ts';

const folder = new SoundFolder();
afterAll(() => folder.remove());

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

describe('record', () => {
  it('writes what the party says until a terminator, and says how much', () => {
    party.channel.variables.set('playback_terminators', '#');
    const path = folder.file('name.wav');
    party.execute('record', `${path} 5`);
    server.run(20, (n) => party.say(voiceFrame(1, n)));
    party.press('5');
    party.press('#');
    expect(party.completed).toEqual(['record: _none_']);
    expect([
      party.variable('record_samples'),
      party.variable('record_ms'),
      party.variable('playback_terminator_used'),
    ]).toEqual(['3200', '400', '#']);
    const file = folder.read(path);
    expect(namedFrames(file.lanes[0]!, [1])).toEqual(['-', ...frames(1, 0, 19)]);
    expect(file.headerBytes).toBe(6400);
    expect(heard()).toEqual(silence(20));
    expect(server.seen('RECORD_STOP').map((event) => event['Record-File-Path'])).toEqual([path]);
  });

  it('ends at its limit', () => {
    party.execute('record', `${folder.file('limit.wav')} 2`);
    server.run(99, (n) => party.say(voiceFrame(1, n % 60)));
    expect(party.completed).toHaveLength(0);
    server.run(1);
    expect(party.variable('record_seconds')).toBe('2');
  });

  it('ends after silence', () => {
    party.execute('record', `${folder.file('quiet.wav')} 20 200 1`);
    const quiet = new Uint8Array(160).fill(0xff);
    server.run(30, (n) => party.say(voiceFrame(1, n)));
    server.run(49, () => party.say(quiet));
    expect(party.completed).toHaveLength(0);
    server.run(3, () => party.say(quiet));
    expect(party.completed).toHaveLength(1);
    expect(party.variable('silence_hits_exhausted')).toBe('true');
  });

  it('ends after silence also of a party that sends nothing', () => {
    party.execute('record', `${folder.file('nothing.wav')} 20 200 1`);
    server.run(49);
    expect(party.completed).toHaveLength(0);
    server.run(2);
    expect(party.completed).toHaveLength(1);
  });

  it('makes no folder: FreeSWITCH hangs up where there is none', () => {
    party.execute('record', folder.file('no/folder.wav'));
    expect(party.channel.hangupCause).toBe('DESTINATION_OUT_OF_ORDER');
  });

  it('hangs up when the file cannot be written, as FreeSWITCH does', () => {
    party.execute('record', '/proc/nowhere/x.wav');
    expect(party.channel.hangupCause).toBe('DESTINATION_OUT_OF_ORDER');
  });

  it('ends but does not hang up when the disk is full on the way', () => {
    party.execute('record', '/dev/full');
    expect(party.channel.hangupCause).toBe('DESTINATION_OUT_OF_ORDER');
  });
});

import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
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

describe('applications inside applications', () => {
  it('a second playback runs inside the first, which then goes on with its next frame', () => {
    party.execute('playback', A, { uuid: 'first' });
    server.run(2);
    party.execute('playback', B, { uuid: 'second' });
    server.run(7);
    expect(heard()).toEqual([...frames(1, 0, 2), ...frames(2, 0, 3), ...frames(1, 2, 4), '-', '-']);
    expect(server.seen('CHANNEL_EXECUTE_COMPLETE').map((event) => event['Application-UUID'])).toEqual([
      'second',
      'first',
    ]);
  });

  it('event-lock makes the next ones wait', () => {
    party.execute('playback', A, { uuid: 'first', lock: true });
    party.execute('playback', B, { uuid: 'second' });
    party.execute('set', 'x=1', { uuid: 'third' });
    expect(party.variable('x')).toBeUndefined();
    server.run(8);
    expect(heard()).toEqual([...frames(1, 0, 4), ...frames(2, 0, 3), '-']);
    expect(party.variable('x')).toBe('1');
  });

  it('loops repeat an application that lasts for half a second, and tell which time it is', () => {
    party.execute('sleep', '500', { loops: 2 });
    server.run(100);
    const rounds = server.seen('CHANNEL_EXECUTE').filter((event) => event['Application'] === 'sleep');
    expect(rounds.map((event) => [event['variable_current_loop'], event['variable_total_loops']])).toEqual([
      ['1', '2'],
      ['2', '2'],
    ]);
    expect(party.completed).toEqual(['sleep: _none_', 'sleep: _none_']);
  });

  it('loops without end go on until the channel ends', () => {
    party.execute('sleep', '500', { loops: -1 });
    server.run(26 * 5);
    expect(party.completed.length).toBeGreaterThanOrEqual(4);
    party.channel.hangup('NORMAL_CLEARING');
    const rounds = party.completed.length;
    server.run(100);
    expect(party.completed).toHaveLength(rounds);
  });

  it('loops do not repeat what is over sooner', () => {
    party.execute('playback', B, { loops: 2 });
    server.run(7);
    expect(heard()).toEqual([...frames(2, 0, 3), '-', '-', '-', '-']);
    party.execute('sleep', '440', { loops: 2 });
    server.run(60);
    expect(party.completed.filter((line) => line.startsWith('sleep'))).toHaveLength(1);
  });

  it('an unknown application ends the call, without a completion', () => {
    party.execute('fly');
    expect(party.channel.hangupCause).toBe('DESTINATION_OUT_OF_ORDER');
    expect(party.completed).toEqual(['park: _none_']);
  });

  it('a hang-up completes what runs and is told once', () => {
    party.execute('playback', LONG);
    party.execute('sleep', '5000');
    party.execute('hangup', 'USER_BUSY');
    expect(party.completed).toEqual(['sleep: _none_', 'playback: _none_', 'park: _none_', 'hangup: _none_']);
    expect(server.seen('CHANNEL_HANGUP').map((event) => event['Hangup-Cause'])).toEqual(['USER_BUSY']);
    expect(server.engine.channels.size).toBe(0);
    expect(server.seen('PLAYBACK_STOP')).toHaveLength(1);
  });

  it('a fault in an application ends that application, one in a tap or tick ends that call, and no other', () => {
    const other = server.party();
    const broken = vi.spyOn(party.channel.variables, 'integer').mockImplementation(() => {
      throw new TypeError('planted');
    });
    party.execute('playback', LONG);
    expect(party.completed).toEqual(['playback: _none_']);
    server.run(1);
    broken.mockRestore();
    expect([party.channel.hangupCause, other.channel.hangupCause]).toEqual(['NORMAL_TEMPORARY_FAILURE', undefined]);
    server.run(1);
    expect(other.heard).toHaveLength(2);
  });

  it('variables are put into arguments', () => {
    party.channel.variables.set('prompt', A);
    party.execute('playback', '${prompt}${nothing}');
    server.run(1);
    expect(heard()).toEqual(['v1:0']);
    expect(server.seen('CHANNEL_EXECUTE').at(-1)!['Application-Data']).toBe(A);
  });
});

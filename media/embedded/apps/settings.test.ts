import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeServer, type FakeParty } from '#media/embedded/testing/fake-party.ts';
import { namedFrames, SoundFolder, voiceFrame } from '#media/embedded/testing/fake-sounds.ts';

const folder = new SoundFolder();
afterAll(() => folder.remove());

let server: FakeServer;
let party: FakeParty;
beforeEach(() => {
  server = new FakeServer();
  party = server.party();
});

const silence = (count: number): string[] => Array.from({ length: count }, () => '-');

describe('small applications', () => {
  it('set, multiset, export, unset', () => {
    party.execute('set', 'A=b=c');
    party.execute('multiset', '^^^x=1^y=two words');
    party.execute('multiset', 'p=1 q=2');
    party.execute('export', 'e=5');
    party.execute('unset', 'x');
    const values = ['a', 'x', 'y', 'p', 'q', 'e', 'export_vars'].map((name) => party.variable(name));
    expect(values).toEqual(['b=c', undefined, 'two words', '1', '2', '5', 'e']);
  });

  it('set_mute read makes the party silent to others but not its keys', () => {
    party.execute('set_mute', 'read true');
    party.channel.variables.set('playback_terminators', '#');
    const path = folder.file('mute.wav');
    party.execute('record', path);
    server.run(10, (n) => party.say(voiceFrame(1, n)));
    party.press('#');
    expect(namedFrames(folder.read(path).lanes[0]!, [1])).toEqual(silence(10));
  });

  it('sleep waits, and uuid_break wakes it', () => {
    party.execute('sleep', '100');
    server.run(5);
    expect(party.completed).toEqual([]);
    server.run(1);
    expect(party.completed).toEqual(['sleep: _none_']);
    party.execute('sleep', '60000');
    server.api(`uuid_break ${party.uuid}`);
    expect(party.completed).toHaveLength(2);
    expect(party.heard).toHaveLength(6);
  });

  it('sends nothing while it waits when send_silence_when_idle is off', () => {
    party.channel.variables.set('send_silence_when_idle', '0');
    server.run(10);
    expect(party.heard).toHaveLength(0);
  });
});

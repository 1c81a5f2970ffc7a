import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeServer, type FakeParty } from '#media/embedded/testing/fake-party.ts';
import { SoundFolder } from '#media/embedded/testing/fake-sounds.ts';

const folder = new SoundFolder();
afterAll(() => folder.remove());

const A = folder.voice('a.wav', 1, 4);

let server: FakeServer;
let party: FakeParty;
beforeEach(() => {
  server = new FakeServer();
  party = server.party();
});

describe('keys', () => {
  it('pressed while nothing reads them are events when they are read', () => {
    party.channel.apps.rest({ abort: () => undefined });
    party.press('1');
    party.press('2');
    server.run(3);
    expect(server.seen('DTMF')).toEqual([]);
    party.execute('sleep', '100');
    server.run(1);
    expect(server.seen('DTMF').map((event) => event['DTMF-Digit'])).toEqual(['1', '2']);
  });

  it('are told at once, with duration and source, and without variables', () => {
    party.press('8', 1600);
    const event = server.seen('DTMF')[0]!;
    expect(event).toMatchObject({
      'DTMF-Digit': '8',
      'DTMF-Duration': '1600',
      'DTMF-Source': 'RTP',
      'Unique-ID': party.uuid,
    });
    expect(Object.keys(event).filter((name) => name.startsWith('variable_'))).toEqual([]);
  });

  it('are not told with sensitive_dtmf', () => {
    party.channel.variables.set('sensitive_dtmf', 'true');
    party.execute('play_and_get_digits', `0 4 1 2000 # ${A} silence_stream://20 pin \\d+ 1000`);
    for (const key of '12#') party.press(key);
    expect(party.variable('pin')).toBe('12');
    expect(server.seen('DTMF')).toEqual([]);
  });

  it('can be injected', () => {
    expect(server.api(`uuid_recv_dtmf ${party.uuid} 4#@100`)).toBe(`+OK ${party.uuid} received DTMF 4#@100.\n`);
    expect(
      server.seen('DTMF').map((event) => [event['DTMF-Digit'], event['DTMF-Duration'], event['DTMF-Source']]),
    ).toEqual([
      ['4', '800', 'APP'],
      ['#', '800', 'APP'],
    ]);
    expect(server.api(`uuid_recv_dtmf ${party.uuid} x`)).toMatch(/^-USAGE/);
  });

  it('are sent by send_dtmf as telephone events, in place of audio', () => {
    party.execute('send_dtmf', '1@100');
    server.run(12);
    const types = party.packets.map((packet) => packet.payloadType);
    expect(types).toEqual([101, 101, 101, 101, 101, 101, 101, 0, 0]);
    const { packets } = party;
    expect(packets.at(-1)!.timestamp - packets[0]!.timestamp).toBe(11 * 160);
  });
});

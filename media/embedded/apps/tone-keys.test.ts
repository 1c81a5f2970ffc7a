import { beforeEach, describe, expect, it } from 'vitest';
import { encode } from '#media/audio/g711.ts';
import { joined, keyTone, silence } from '#media/dtmf/testing/tones.ts';
import { FakeServer, PLAIN_AGREEMENT, type FakeParty } from '#media/embedded/testing/fake-party.ts';

let server: FakeServer;
beforeEach(() => {
  server = new FakeServer();
});

const plain = { ...PLAIN_AGREEMENT, eventType: null };
const told = () => server.seen('DTMF').map((event) => `${event['DTMF-Digit']} ${event['DTMF-Source']}`);

/** Plays keys into a party's microphone, 100 ms each and as long between them. */
function sounds(party: FakeParty, keys: string): void {
  const whole = joined(...[...keys].flatMap((key) => [silence(100), keyTone(key, { ms: 100 })]), silence(200));
  const samples = Int16Array.from(whole, Math.round);
  server.run(samples.length / 160, (n) => {
    const codes = new Uint8Array(160);
    encode('PCMU', samples.subarray(n * 160, n * 160 + 160), 160, codes, 0);
    party.say(codes);
  });
}

describe.each([
  ['start_dtmf', 'stop_dtmf'],
  ['spandsp_start_dtmf', 'spandsp_stop_dtmf'],
])('after %s', (start, stop) => {
  it('the tones of a party without telephone events are keys, with how long they were held', () => {
    const party = server.party(plain);
    party.execute(start);
    sounds(party, '4#');
    expect(told()).toEqual(['4 INBAND_AUDIO', '# INBAND_AUDIO']);
    const held = Number(server.seen('DTMF')[0]?.['DTMF-Duration']);
    expect(Math.abs(held - 800)).toBeLessThanOrEqual(102);
    expect(party.completed).toEqual([`${start}: _none_`]);
  });

  it('and its end they are sound again', () => {
    const party = server.party(plain);
    party.execute(start);
    party.execute(stop);
    sounds(party, '4');
    expect(told()).toEqual([]);
  });

  it('the tones of a party that has telephone events are sound: its keys would count twice', () => {
    const party = server.party();
    party.execute(start);
    sounds(party, '4');
    party.press('5');
    expect(told()).toEqual(['5 RTP']);
  });
});

it('nobody listens for tones without being told to', () => {
  const party = server.party(plain);
  sounds(party, '4');
  expect(told()).toEqual([]);
});

it('a party that is muted still has its keys', () => {
  const party = server.party(plain);
  party.execute('start_dtmf');
  party.execute('set_mute', 'read true');
  sounds(party, '4');
  expect(told()).toEqual(['4 INBAND_AUDIO']);
});

it('tones that are listened for pass a bridge as they are', () => {
  const [party, other] = [server.party(plain), server.party()];
  party.execute('start_dtmf');
  server.api(`uuid_bridge ${party.uuid} ${other.uuid}`);
  sounds(party, '4');
  const codes = new Uint8Array(160);
  encode('PCMU', Int16Array.from(keyTone('4', { ms: 100 }), Math.round).subarray(0, 160), 160, codes, 0);
  expect(other.heard.some((frame) => Buffer.compare(frame, Buffer.from(codes)) === 0)).toBe(true);
});

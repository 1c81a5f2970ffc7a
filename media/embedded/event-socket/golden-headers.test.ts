import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeServer, type FakeParty } from '#media/embedded/testing/fake-party.ts';
import { SoundFolder } from '#media/embedded/testing/fake-sounds.ts';

/**
 * The headers of events as FreeSWITCH 1.11.1 was seen to send them. Left out: names and numbers of a caller, which the controller's INVITE
 * does not carry, and `Caller-Transfer-Source`, `Caller-RDNIS`.
 */
const COMMON = `
  Event-Name Core-UUID FreeSWITCH-Hostname FreeSWITCH-Switchname FreeSWITCH-IPv4 FreeSWITCH-IPv6 Event-Date-Local Event-Date-GMT
  Event-Date-Timestamp Event-Calling-File Event-Calling-Function Event-Calling-Line-Number Event-Sequence Channel-State
  Channel-Call-State Channel-State-Number Channel-Name Unique-ID Call-Direction Presence-Call-Direction Channel-HIT-Dialplan
  Channel-Call-UUID Answer-State Channel-Read-Codec-Name Channel-Read-Codec-Rate Channel-Read-Codec-Bit-Rate
  Channel-Write-Codec-Name Channel-Write-Codec-Rate Channel-Write-Codec-Bit-Rate Caller-Direction Caller-Logical-Direction
  Caller-Dialplan Caller-Network-Addr Caller-Destination-Number Caller-Unique-ID Caller-Source Caller-Context Caller-Channel-Name
  Caller-Profile-Index Caller-Profile-Created-Time Caller-Channel-Created-Time Caller-Channel-Answered-Time
  Caller-Channel-Progress-Time Caller-Channel-Progress-Media-Time Caller-Channel-Hangup-Time Caller-Channel-Transfer-Time
  Caller-Channel-Resurrect-Time Caller-Channel-Bridged-Time Caller-Channel-Last-Hold Caller-Channel-Hold-Accum Caller-Screen-Bit
  Caller-Privacy-Hide-Name Caller-Privacy-Hide-Number
`;
const OTHER_LEG = `
  Other-Type Other-Leg-Direction Other-Leg-Logical-Direction Other-Leg-Dialplan Other-Leg-Network-Addr
  Other-Leg-Destination-Number Other-Leg-Unique-ID Other-Leg-Source Other-Leg-Context Other-Leg-Channel-Name
  Other-Leg-Profile-Created-Time Other-Leg-Channel-Created-Time Other-Leg-Channel-Answered-Time Other-Leg-Channel-Progress-Time
  Other-Leg-Channel-Progress-Media-Time Other-Leg-Channel-Hangup-Time Other-Leg-Channel-Transfer-Time
  Other-Leg-Channel-Resurrect-Time Other-Leg-Channel-Bridged-Time Other-Leg-Channel-Last-Hold Other-Leg-Channel-Hold-Accum
  Other-Leg-Screen-Bit Other-Leg-Privacy-Hide-Name Other-Leg-Privacy-Hide-Number
`;
const OWN: Readonly<Record<string, string>> = {
  CHANNEL_BRIDGE: 'Bridge-A-Unique-ID Bridge-B-Unique-ID',
  CHANNEL_CALLSTATE: 'Original-Channel-Call-State Channel-Call-State-Number',
  CHANNEL_EXECUTE: 'Application Application-Data Application-UUID',
  CHANNEL_EXECUTE_COMPLETE: 'Application Application-Data Application-Response Application-UUID',
  CHANNEL_HANGUP: 'Hangup-Cause',
  CHANNEL_HANGUP_COMPLETE: 'Hangup-Cause',
  CHANNEL_PARK: '',
  CHANNEL_UNBRIDGE: 'Bridge-A-Unique-ID Bridge-B-Unique-ID',
  DTMF: 'DTMF-Digit DTMF-Duration DTMF-Source',
  MEDIA_BUG_START: 'Media-Bug-Function Media-Bug-Target',
  MEDIA_BUG_STOP: 'Media-Bug-Function Media-Bug-Target',
  PLAYBACK_START: 'Playback-File-Path',
  PLAYBACK_STOP: 'Playback-File-Path Playback-Status',
  RECORD_START: 'Record-File-Path',
  RECORD_STOP: 'Record-File-Path Record-Completion-Cause',
};
/** Of these FreeSWITCH sends the variables, too. */
const WITH_VARIABLES =
  'CHANNEL_BRIDGE CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE CHANNEL_PARK CHANNEL_UNBRIDGE MEDIA_BUG_START MEDIA_BUG_STOP PLAYBACK_START PLAYBACK_STOP RECORD_START RECORD_STOP';

const listed = (text: string): string[] => text.split(/\s+/).filter((name) => name !== '');

const folder = new SoundFolder();
afterAll(() => folder.remove());
let server: FakeServer;
let party: FakeParty;
beforeEach(() => {
  server = new FakeServer();
  party = server.party();
  const other = server.party();
  const file = folder.voice('short.wav', 1, 2);
  party.execute('playback', file);
  server.run(4);
  party.press('1');
  server.api(`uuid_record ${party.uuid} start ${folder.file('golden.wav')}`);
  server.api(`uuid_bridge ${party.uuid} ${other.uuid}`);
  server.run(3);
  server.api(`uuid_record ${party.uuid} stop ${folder.file('golden.wav')}`);
  server.api(`uuid_transfer ${party.uuid} -both park inline`);
  party.channel.hangup('NORMAL_CLEARING');
});

describe('events of a channel', () => {
  it.each(Object.keys(OWN))('%s carries every header that FreeSWITCH sends', (name) => {
    const event = server.seen(name).find((one) => one['Unique-ID'] === party.uuid && one['Application'] !== 'park');
    expect(Object.keys(event!)).toEqual(expect.arrayContaining([...listed(COMMON), ...listed(OWN[name]!)]));
    expect(Object.keys(event!).some((header) => header.startsWith('variable_'))).toBe(
      listed(WITH_VARIABLES).includes(name),
    );
  });

  it.each(['CHANNEL_BRIDGE', 'CHANNEL_UNBRIDGE', 'CHANNEL_HANGUP'])('%s shows the other leg', (name) => {
    const event = server.seen(name).find((one) => one['Unique-ID'] === party.uuid);
    expect(Object.keys(event!)).toEqual(expect.arrayContaining(listed(OTHER_LEG)));
  });

  it('are numbered, and all values are text', () => {
    const numbers = server.events.map((event) => Number(event['Event-Sequence']));
    expect(numbers).toEqual(numbers.map((_, n) => numbers[0]! + n));
    for (const event of server.events) for (const value of Object.values(event)) expect(typeof value).toBe('string');
  });
});

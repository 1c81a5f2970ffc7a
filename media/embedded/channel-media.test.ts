import { expect, it } from 'vitest';
import { describeMedia } from './channel-media.ts';
import { Negotiation } from './negotiation.ts';
import { FakeServer } from './testing/fake-party.ts';

it('hold and its end are told, each once, with the state of the call', () => {
  const server = new FakeServer();
  const { channel } = server.party();
  const negotiation = new Negotiation('127.0.0.1', 40_000);
  const offered = (direction: string, address = '127.0.0.1', type = 0): void => {
    const remoteSdp = [
      'v=0',
      'o=- 1 1 IN IP4 127.0.0.1',
      's=-',
      `c=IN IP4 ${address}`,
      't=0 0',
      `m=audio 5004 RTP/AVP ${type}`,
      `a=${direction}`,
      '',
    ].join('\r\n');
    const agreed = negotiation.answer(remoteSdp);
    if (agreed === 'none') throw new Error('refused');
    describeMedia(channel, { agreed, localSdp: agreed.sdp, remoteSdp });
  };
  const told = (): string[] =>
    server.events
      .filter((event) => /HOLD|CALLSTATE/.test(event['Event-Name']!))
      .map((event) => `${event['Event-Name']} ${event['Channel-Call-State']}`);
  offered('sendrecv');
  expect(told()).toEqual([]);
  for (const [direction, address] of [
    ['sendonly', '127.0.0.1'],
    ['inactive', '127.0.0.1'],
    ['sendrecv', '0.0.0.0'],
  ] as const) {
    offered(direction, address);
    offered(direction, address);
    offered('sendrecv');
  }
  expect(told()).toEqual(
    Array(3)
      .fill(['CHANNEL_HOLD ACTIVE', 'CHANNEL_CALLSTATE HELD', 'CHANNEL_UNHOLD HELD', 'CHANNEL_CALLSTATE ACTIVE'])
      .flat(),
  );
  offered('sendrecv', '127.0.0.1', 9);
  expect(
    ['rtp_use_codec_name', 'read_codec', 'read_rate', 'write_rate', 'rtp_use_codec_rate'].map((name) =>
      channel.variables.get(name),
    ),
  ).toEqual(['G722', 'G722', '16000', '16000', '8000']);
  expect(channel.variables.get('rtp_has_crypto')).toBeUndefined();
});

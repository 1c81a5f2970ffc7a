import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answering, readAudio, writeAudio } from './session-description.ts';

const local = {
  address: { address: '127.0.0.1', port: 4000 },
  laws: ['PCMU', 'PCMA'],
  eventType: 96,
  direction: 'sendonly',
  sessionId: 5,
  version: 2,
} as const;

test('what is written is read again', () => {
  const { address, laws, eventType, direction } = local;
  expect(readAudio(writeAudio(local))).toEqual({ address, laws, eventType, direction });
});

test('an offer of FreeSWITCH: session connection, other codecs, no direction', () => {
  const lines = ['v=0', 'o=FreeSWITCH 1 2 IN IP4 10.0.0.1', 's=FreeSWITCH', 'c=IN IP4 10.0.0.1', 't=0 0'];
  const media = ['m=audio 20000 RTP/AVP 9 8 0 101', 'a=rtpmap:9 G722/8000', 'a=rtpmap:101 telephone-event/8000'];
  expect(readAudio([...lines, ...media, ''].join('\r\n'))).toEqual({
    address: { address: '10.0.0.1', port: 20_000 },
    laws: ['PCMA', 'PCMU'],
    eventType: 101,
    direction: 'sendrecv',
  });
});

test('0.0.0.0 is the old hold', () => {
  const held = writeAudio({ ...local, address: { address: '0.0.0.0', port: 9 }, direction: 'sendrecv' });
  expect(readAudio(held)?.direction).toBe('sendonly');
  expect(answering('sendonly')).toBe('recvonly');
  expect(answering('recvonly')).toBe('sendonly');
  expect(answering('inactive')).toBe('inactive');
});

test('no text breaks it', () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'm=audio 1 RTP/AVP 0',
      'm=audio',
      'c=IN IP4 1.2.3.4',
      'a=rtpmap:0 1/8000',
      'a=',
      'a=sendonly',
      'o=',
    ),
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      readAudio(['v=0', ...lines].join('\r\n'));
    }),
  );
});

import { expect, it } from 'vitest';
import { SipRequest } from '#sip-stack/message.ts';
import { instructionOf } from './instruction.ts';
import { questionOf } from './question.ts';
import { flawOfHandler } from './request-handler.ts';

const source = { address: '192.0.2.9', port: 5060 };

it('says what is not there as nothing, and parameters of the Request-URI after what they may not hide', () => {
  const request = new SipRequest('INVITE', 'sip:example.com;method=x;a=b').add('From', '<sip:a.example>;tag=1');
  request.add('To', '<tel:+1555>');
  const [path, query] = questionOf('http://h/p', request, source, 'tcp').split('/?');
  expect(path).toBe('http://h/p');
  const told = new URLSearchParams(query);
  expect([told.getAll('method'), told.get('a'), told.get('domain')]).toEqual([['INVITE', 'x'], 'b', 'example.com']);
  expect([told.get('fromUser'), told.get('toUser'), told.get('uriUser'), told.get('contentType')]).toEqual([
    '',
    '+1555',
    '',
    '',
  ]);
  expect([told.get('protocol'), told.get('source_address')]).toEqual(['tcp', '192.0.2.9']);
});

it.each<[string, string | undefined]>([
  ['http://h', undefined],
  ['https://h/x', undefined],
  ['tcp://127.0.0.1:3000', undefined],
  ['tls://app:3000', undefined],
  ['tcp://app', 'names no port'],
  ['ftp://h', 'is neither http, https, tcp nor tls'],
  ['somewhere', 'is no URL'],
])('as a handler %s %s', (url, flaw) => expect(flawOfHandler(url)).toBe(flaw));

it.each<[string, object]>([
  ['app:3000', { action: 'connect', host: 'app', port: 3000, tls: false }],
  ['app:3000;transport=tls', { action: 'connect', host: 'app', port: 3000, tls: true }],
  ['[::1]:3000;transport=tcp', { action: 'connect', host: '::1', port: 3000, tls: false }],
  ['app:0', { wrong: 'no host and port: app:0' }],
  ['app:65536', { wrong: 'no host and port: app:65536' }],
  ['app:1;transport=udp', { wrong: 'no host and port: app:1;transport=udp' }],
])('a route to %s', (uri, instruction) =>
  expect(instructionOf(JSON.stringify({ action: 'route', data: { uri } }))).toEqual(instruction),
);

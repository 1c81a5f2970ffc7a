import { describe, expect, it } from 'vitest';
import { SipRequest } from '#sip-stack/message.ts';
import { clientHeaders, completeContentType, replaceLocalhost, spelling, wantedTag } from './client-headers.ts';

const local = { address: '192.0.2.1', port: 5070 };

describe('what a client writes', () => {
  it.each([
    ['call-id', 'Call-ID'],
    ['cseq', 'CSeq'],
    ['www-authenticate', 'WWW-Authenticate'],
    ['subscription-state', 'Subscription-State'],
    ['p-asserted-identity', 'P-Asserted-Identity'],
    ['x-lower', 'x-lower'],
    ['X-Mixed-case', 'X-Mixed-case'],
    ['User-Agent', 'User-Agent'],
  ])('%s is spelled %s', (name, expected) => {
    expect(spelling(name)).toBe(expected);
  });

  it.each([
    ['<sip:a@localhost>', '<sip:a@192.0.2.1:5070>'],
    ['sip:a@localhost', 'sip:a@192.0.2.1:5070'],
    ['"x" <sip:a@localhost:5060;lr>;tag=1', '"x" <sip:a@192.0.2.1:5070;lr>;tag=1'],
    ['<sip:localhost>', '<sip:localhost>'],
    ['<sip:a@localhost.example.com>', '<sip:a@localhost.example.com>'],
  ])('%s becomes %s', (value, expected) => {
    expect(replaceLocalhost(value, local)).toBe(expected);
  });

  it('loses what only the server may say, and keeps the rest in order', () => {
    const message = new SipRequest('INFO', 'sip:x');
    for (const name of [
      'Via',
      'v',
      'Route',
      'Record-Route',
      'RSeq',
      'Content-Length',
      'l',
      'From',
      't',
      'Call-ID',
      'CSeq',
      'm',
      'bad name',
      'Subject',
    ])
      message.add(name, `<sip:${name.length}@localhost>`);
    const kept = (identity: boolean) =>
      clientHeaders(message, local, identity).map(({ name, value }) => `${name}: ${value}`);
    expect(kept(false)).toEqual(['Contact: <sip:1@192.0.2.1:5070>', 'Subject: <sip:7@localhost>']);
    expect(kept(true)).toEqual([
      'From: <sip:4@192.0.2.1:5070>',
      'To: <sip:1@192.0.2.1:5070>',
      'Call-ID: <sip:7@localhost>',
      'CSeq: <sip:4@localhost>',
      'Contact: <sip:1@192.0.2.1:5070>',
      'Subject: <sip:7@localhost>',
    ]);
  });

  it('has its SDP recognised, and nothing else', () => {
    const body = (text: string, type?: string) => {
      const message = new SipRequest('INFO', 'sip:x', [], Buffer.from(text));
      if (type) message.add('c', type);
      return [completeContentType(message), message.get('content-type')];
    };
    expect(body('v=0\r\n')).toEqual([true, 'application/sdp']);
    expect(body('hello')).toEqual([false, undefined]);
    expect(body('hello', 'text/plain')).toEqual([true, 'text/plain']);
    expect(body('')).toEqual([true, undefined]);
  });

  it('may name the To tag', () => {
    expect(wantedTag(new SipRequest('X', 'sip:x').add('To', '<sip:a@h>;tag=t'))).toBe('t');
    expect(wantedTag(new SipRequest('X', 'sip:x').add('To', 'sip:a@h'))).toBeUndefined();
    expect(wantedTag(new SipRequest('X', 'sip:x'))).toBeUndefined();
  });
});

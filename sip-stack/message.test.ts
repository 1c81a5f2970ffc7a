import { describe, expect, it } from 'vitest';
import { SipRequest, SipResponse } from './message.ts';
import { SipParseError } from './parse-error.ts';

const invite = (): SipRequest =>
  new SipRequest('INVITE', 'sip:b@example.com')
    .add('v', 'SIP/2.0/UDP h1;branch=z9hG4bK1, SIP/2.0/UDP h2;branch=z9hG4bK2')
    .add('Via', 'SIP/2.0/UDP h3;branch=z9hG4bK3')
    .add('Record-Route', '<sip:p1;lr>')
    .add('f', '<sip:a@example.com>;tag=1')
    .add('To', '<sip:b@example.com>')
    .add('i', 'call')
    .add('CSeq', '3 INVITE')
    .add('Timestamp', '54')
    .add('Authorization', 'Digest username="a", realm="b"')
    .add('Subject', 'late, again');

describe('a message', () => {
  it('finds headers under any spelling and splits only lists', () => {
    const message = invite();
    expect(message.get('VIA')).toBe('SIP/2.0/UDP h1;branch=z9hG4bK1, SIP/2.0/UDP h2;branch=z9hG4bK2');
    expect(message.getAll('Via').map((via) => via.slice(12, 14))).toEqual(['h1', 'h2', 'h3']);
    expect(message.getAll('authorization')).toEqual(['Digest username="a", realm="b"']);
    expect(message.getAll('subject')).toEqual(['late, again']);
    expect(message.callId).toBe('call');
    expect(message.has('s')).toBe(true);
    expect(message.has('Contact')).toBe(false);
  });

  it('sets in place of the first and forgets what it had parsed', () => {
    const message = invite();
    expect(message.via.host).toBe('h1');
    expect(message.from.tag).toBe('1');
    message.set('Via', 'SIP/2.0/UDP h9').set('From', '<sip:c@example.com>;tag=2').prepend('Route', '<sip:r;lr>');
    expect(message.headers.map(({ name }) => name).join()).toBe(
      'Route,Via,Record-Route,From,To,i,CSeq,Timestamp,Authorization,Subject',
    );
    expect([message.via.host, message.from.tag]).toEqual(['h9', '2']);
    expect(message.set('From', '<sip:c@example.com>;tag=3').from.tag).toBe('3');
    expect(message.prepend('Via', 'SIP/2.0/UDP h0').via.host).toBe('h0');
    expect(message.remove('via').has('v')).toBe(false);
    expect(() => message.via).toThrow(SipParseError);
  });

  it('counts Content-Length in bytes and overrules what was said', () => {
    const message = new SipRequest('MESSAGE', 'sip:b@h').add('l', '1').add('Subject', 'é');
    message.body = Buffer.from('ñandú');
    expect(message.toString()).toBe('MESSAGE sip:b@h SIP/2.0\r\nSubject: é\r\nContent-Length: 7\r\n\r\nñandú');
  });

  it('lets no value smuggle in a header', () => {
    const message = new SipRequest('MESSAGE', 'sip:b@h').add('Subject', 'a\r\nX-Evil: 1').set('Reason', 'b\nc');
    expect(message.toString()).toBe(
      'MESSAGE sip:b@h SIP/2.0\r\nSubject: a X-Evil: 1\r\nReason: b c\r\nContent-Length: 0\r\n\r\n',
    );
  });
});

describe('a response', () => {
  it('copies what RFC 3261 §8.2.6.2 names', () => {
    const response = SipResponse.to(invite(), 180, undefined, 'mine');
    expect(response.startLine).toBe('SIP/2.0 180 Ringing');
    expect(response.headers.map(({ name, value }) => `${name}: ${value}`)).toEqual([
      'v: SIP/2.0/UDP h1;branch=z9hG4bK1, SIP/2.0/UDP h2;branch=z9hG4bK2',
      'Via: SIP/2.0/UDP h3;branch=z9hG4bK3',
      'Record-Route: <sip:p1;lr>',
      'f: <sip:a@example.com>;tag=1',
      'To: <sip:b@example.com>;tag=mine',
      'i: call',
      'CSeq: 3 INVITE',
    ]);
  });

  it('has Timestamp in a 100, no Record-Route in a refusal, and never a second To tag', () => {
    expect(SipResponse.to(invite(), 100).get('timestamp')).toBe('54');
    expect(SipResponse.to(invite(), 486, undefined, 'x').has('record-route')).toBe(false);
    const again = invite().set('To', '<sip:b@example.com>;tag=theirs');
    expect(SipResponse.to(again, 486, undefined, 'mine').get('to')).toBe('<sip:b@example.com>;tag=theirs');
  });

  it('knows the standard phrases', () => {
    expect([new SipResponse(486).reason, new SipResponse(499).reason, new SipResponse(299).reason]).toEqual([
      'Busy Here',
      'Bad Request',
      'OK',
    ]);
    expect(new SipResponse(200, 'Fine').startLine).toBe('SIP/2.0 200 Fine');
  });
});

import { describe, expect, it } from 'vitest';
import { Dialog, dialogKey } from './dialog.ts';
import { SipRequest, SipResponse } from './message.ts';

const invite = (): SipRequest =>
  new SipRequest('INVITE', 'sip:b@example.com')
    .add('Via', 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1')
    .add('Record-Route', '<sip:192.0.2.20;lr>, <sip:192.0.2.10;lr>')
    .add('From', '"A" <sip:a@example.com>;tag=alice')
    .add('To', '<sip:b@example.com>')
    .add('Call-ID', 'call')
    .add('CSeq', '7 INVITE')
    .add('Contact', '<sip:a@192.0.2.1:5080>');
const answer = (): SipResponse => SipResponse.to(invite(), 200, 'OK', 'bob').add('Contact', '<sip:b@192.0.2.2:5090>');
const lines = (request: SipRequest): string[] => request.toString().split('\r\n').slice(0, -1);

describe('a dialog', () => {
  it('of the caller sends along the reversed route set with the next CSeq', () => {
    const dialog = Dialog.caller(invite(), answer());
    expect(lines(dialog.request('INFO', { headers: { 'X-A': 'b' }, body: '12' }))).toEqual([
      'INFO sip:b@192.0.2.2:5090 SIP/2.0',
      'Route: <sip:192.0.2.10;lr>',
      'Route: <sip:192.0.2.20;lr>',
      'Max-Forwards: 70',
      'From: "A" <sip:a@example.com>;tag=alice',
      'To: <sip:b@example.com>;tag=bob',
      'Call-ID: call',
      'CSeq: 8 INFO',
      'X-A: b',
      'Content-Length: 2',
      '',
    ]);
    expect(dialog.nextHop).toBe('sip:192.0.2.10;lr');
    expect(lines(dialog.ack(7))).toContain('CSeq: 7 ACK');
    expect(dialog.request('INVITE').get('contact')).toBe('<sip:a@192.0.2.1:5080>');
    expect(dialog.localSequence).toBe(9);
  });

  it('of the called one sends along the route set as recorded, from CSeq 1', () => {
    const dialog = Dialog.called(invite(), answer());
    expect(lines(dialog.request('BYE'))).toEqual([
      'BYE sip:a@192.0.2.1:5080 SIP/2.0',
      'Route: <sip:192.0.2.20;lr>',
      'Route: <sip:192.0.2.10;lr>',
      'Max-Forwards: 70',
      'From: <sip:b@example.com>;tag=bob',
      'To: "A" <sip:a@example.com>;tag=alice',
      'Call-ID: call',
      'CSeq: 1 BYE',
      'Content-Length: 0',
      '',
    ]);
  });

  it('puts a strict router into the Request-URI and the target last (§12.2.1.1)', () => {
    const asked = invite().set('Record-Route', ['<sip:192.0.2.20>', '<sip:192.0.2.10;lr>']);
    const bye = Dialog.called(asked, answer()).request('BYE');
    expect([bye.uri, ...bye.getAll('route')]).toEqual([
      'sip:192.0.2.20',
      '<sip:192.0.2.10;lr>',
      '<sip:a@192.0.2.1:5080>',
    ]);
  });

  it('is found from either side by the messages of the other', () => {
    const caller = Dialog.caller(invite(), answer());
    const called = Dialog.called(invite(), answer());
    expect(dialogKey(caller.request('BYE'))).toBe(called.id);
    expect(dialogKey(called.request('BYE'))).toBe(caller.id);
    expect(dialogKey(answer())).toBe(caller.id);
    expect(dialogKey(invite())).toBeUndefined();
  });

  it('takes requests in order only and follows the target (§12.2.2)', () => {
    const caller = Dialog.caller(invite(), answer());
    const called = Dialog.called(invite(), answer());
    const again = caller.request('INVITE', { headers: { Contact: '<sip:a@192.0.2.9>' } });
    expect([called.receive(again), called.receive(again)]).toEqual([true, false]);
    expect(called.remoteTarget).toBe('sip:a@192.0.2.9');
    expect(called.receive(caller.request('INFO', { headers: { Contact: '<sip:no@h>' } }))).toBe(true);
    expect(called.remoteTarget).toBe('sip:a@192.0.2.9');
    expect(called.receive(caller.ack(8))).toBe(true);
  });
});

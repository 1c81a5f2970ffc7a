import { beforeEach, describe, expect, it } from 'vitest';
import { SipRequest } from './message.ts';
import type { FakeNetwork } from './testing/fake-network.ts';
import { Pair } from './testing/pair.ts';
import type { TransactionLayer } from './transactions.ts';

let pair: Pair;
let network: FakeNetwork;
let a: TransactionLayer;
let b: TransactionLayer;
let told: string[];

const make = (reliable = false): void => {
  pair = new Pair(reliable);
  ({ network, a, b, told } = pair);
};
beforeEach(() => make());

const send = (method: string) => pair.send(method);
const answer = (status: number) => pair.answer(status);
const nothingLeft = (): void => expect(pair.left).toEqual([0, 0, 0]);

describe('an INVITE coming in', () => {
  it('is answered 100 after 200 ms of silence, and not when the user was quicker', () => {
    send('INVITE');
    pair.clock.advance(199);
    expect(network.take()).toEqual(['a > b INVITE']);
    pair.clock.advance(1);
    expect(network.take()).toEqual(['b > a 100 INVITE']);
    const quick = send('INVITE');
    answer(180);
    pair.clock.advance(1000);
    expect(network.take()).toEqual(['a > b INVITE', 'b > a 180 INVITE']);
    expect(quick.state).toBe('proceeding');
  });

  it('repeated is not told again but answered with the last response', () => {
    network.lose('b > a 180 INVITE');
    send('INVITE');
    answer(180);
    pair.clock.advance(500);
    expect(network.take()).toEqual(['a > b INVITE', 'b > a 180 INVITE lost', 'a > b INVITE', 'b > a 180 INVITE']);
    expect(told).toEqual(['b: INVITE', 'a: 180']);
  });

  it('refused repeats its answer by timer G up to T2, and gives up at timer H', () => {
    send('INVITE');
    answer(180);
    for (let i = 0; i < 11; i++) network.lose('b > a 486 INVITE');
    answer(486);
    expect(pair.times('b > a 486', 40_000)).toEqual([500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500]);
    expect(told).toContain('b: timeout');
    expect(b.size).toBe(0);
  });

  it('refused and acknowledged stays for timer I, absorbing ACKs', () => {
    send('INVITE');
    answer(404);
    expect(pair.asked?.state).toBe('confirmed');
    network.take();
    pair.clock.advance(4999);
    expect(network.take()).toEqual([]);
    expect(b.size).toBe(1);
    pair.clock.advance(1);
    expect(b.size).toBe(0);
    expect(told).toEqual(['b: INVITE', 'a: 404']);
  });

  it('accepted absorbs the INVITE again without answering: its user repeats the 2xx', () => {
    network.lose('b > a 200 INVITE');
    send('INVITE');
    answer(200);
    pair.clock.advance(500);
    expect(network.take()).toEqual(['a > b INVITE', 'b > a 200 INVITE lost', 'a > b INVITE']);
    expect(told).toEqual(['b: INVITE']);
    expect([answer(200), answer(486), answer(180)]).toEqual([true, false, false]);
  });

  it('accepted tells the ACK, on whichever branch it comes', () => {
    const { request } = send('INVITE');
    answer(200);
    const ack = new SipRequest('ACK', request.uri);
    for (const name of ['From', 'To', 'Call-ID']) ack.add(name, request.get(name) ?? '');
    ack.add('CSeq', '5 ACK');
    a.sendStateless(ack, b.transport.local);
    expect(ack.via.branch).not.toBe(request.via.branch);
    a.transport.send(ack.set('Via', request.get('via') ?? '').toBuffer(), b.transport.local);
    expect(told).toEqual(['b: INVITE', 'a: 200', 'b: ACK', 'b: ACK']);
  });

  it('whose answer cannot be sent says so', () => {
    network.fail('b > a 180 INVITE');
    send('INVITE');
    answer(180);
    expect(told).toEqual(['b: INVITE', 'b: transport error']);
    expect(b.size).toBe(0);
  });

  it('of RFC 2543, without a branch, is recognised when it comes again, and so is its ACK', () => {
    const old = (method: string): Buffer =>
      Buffer.from(
        `${method} sip:b@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: old\r\nCSeq: 1 ${method}\r\n\r\n`,
      );
    a.transport.send(old('INVITE'), b.transport.local);
    a.transport.send(old('INVITE'), b.transport.local);
    answer(486);
    a.transport.send(old('ACK'), b.transport.local);
    expect(told).toEqual(['b: INVITE', 'a: stray 486']);
    expect(pair.asked?.state).toBe('confirmed');
  });
});

describe('requests coming in', () => {
  const from = (host: string, branch: string, cseq = 1): void => {
    const text = `OPTIONS sip:b@h SIP/2.0\r\nVia: SIP/2.0/UDP ${host};branch=${branch}\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: x\r\nCSeq: ${cseq} OPTIONS\r\n\r\n`;
    a.transport.send(Buffer.from(text), b.transport.local);
  };

  it('of two senders are two, also on the same branch', () => {
    from('first', 'z9hG4bK1');
    from('second', 'z9hG4bK1');
    from('FIRST:5060', 'z9hG4bK1');
    expect(told).toEqual(['b: OPTIONS', 'b: OPTIONS']);
  });

  it('on a branch without the cookie are told apart by what else they say', () => {
    from('first', '1');
    from('first', '1', 2);
    from('first', '1', 2);
    expect(told).toEqual(['b: OPTIONS', 'b: OPTIONS']);
  });
});

describe('a CANCEL coming in', () => {
  it('after the final response changes nothing (§9.2)', () => {
    const tx = send('INVITE');
    const cancel = new SipRequest('CANCEL', tx.request.uri);
    for (const name of ['Via', 'From', 'To', 'Call-ID']) cancel.add(name, tx.request.get(name) ?? '');
    cancel.add('CSeq', '5 CANCEL');
    answer(200);
    network.take();
    a.transport.send(cancel.toBuffer(), b.transport.local);
    expect(network.take()).toEqual(['a > b CANCEL', 'b > a 200 CANCEL']);
    expect(pair.asked?.state).toBe('accepted');
    expect(told).toEqual(['b: INVITE', 'a: 200', 'a: stray 200']);
  });

  it('of no INVITE is answered 481', () => {
    send('CANCEL');
    expect(network.take()).toEqual(['a > b CANCEL', 'b > a 481 CANCEL']);
  });
});

describe('another request coming in', () => {
  it('is not answered by itself; repetitions before the answer are absorbed, after it answered alike until timer J', () => {
    const { request } = send('INFO');
    pair.clock.advance(500);
    expect(network.take()).toEqual(['a > b INFO', 'a > b INFO']);
    network.lose('b > a 200 INFO');
    answer(200);
    pair.clock.advance(1000);
    expect(network.take()).toEqual(['b > a 200 INFO lost', 'a > b INFO', 'b > a 200 INFO']);
    expect(told).toEqual(['b: INFO', 'a: 200']);
    expect(answer(486)).toBe(false);
    pair.clock.advance(30_999);
    a.transport.send(request.toBuffer(), b.transport.local);
    expect(network.take()).toEqual(['a > b INFO', 'b > a 200 INFO']);
    pair.clock.advance(1);
    nothingLeft();
  });
});

describe('the layer', () => {
  it('answers what it can of what is no SIP, and tells', () => {
    const rejected: number[] = [];
    b.onRejected = (error) => rejected.push(error.status);
    const text = `OPTIONS sip:b SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nCSeq: 1 OPTIONS\r\n`;
    const transport = b.transport as ReturnType<FakeNetwork['transport']>;
    transport.take(
      Buffer.from(`${text}From: <sip:a@h>;tag=1\r\nTo: "x <sip:b@h>\r\nCall-ID: c\r\n\r\n`),
      a.transport.local,
    );
    transport.take(Buffer.from('GET / HTTP/1.1\r\n\r\n'), a.transport.local);
    expect(rejected).toEqual([400, 400]);
    expect(network.take()).toEqual(['b > a 400 OPTIONS']);
    expect(b.size).toBe(0);
  });

  it('shows what is alive, and forgets it all when closed', () => {
    send('INVITE');
    answer(180);
    send('OPTIONS');
    expect([a.dump(), b.dump()]).toEqual([
      { clients: { 'INVITE proceeding': 1, 'OPTIONS trying': 1 }, servers: {} },
      { clients: {}, servers: { 'INVITE proceeding': 1, 'OPTIONS trying': 1 } },
    ]);
    a.close();
    b.close();
    nothingLeft();
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import type { ClientTransaction } from './client-transaction.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeNetwork } from './fake-network.ts';
import { SipRequest } from './message.ts';
import type { ServerTransaction } from './server-transaction.ts';
import { TransactionLayer } from './transactions.ts';

let clock: FakeClock;
let network: FakeNetwork;
let a: TransactionLayer;
let b: TransactionLayer;
/** What the users of both layers were told. */
let told: string[];
/** The transaction `b` was last asked to answer. */
let asked: ServerTransaction | undefined;

const make = (reliable = false): void => {
  clock = new FakeClock();
  network = new FakeNetwork();
  a = new TransactionLayer(network.transport('a', { reliable }), { clock });
  b = new TransactionLayer(network.transport('b', { reliable }), { clock });
  told = [];
  asked = undefined;
  b.onRequest = (tx, request) => {
    asked = tx;
    told.push(`b: ${request.method}`);
    tx.onTimeout = () => told.push('b: timeout');
    tx.onCancelled = () => told.push('b: cancelled');
    tx.onTransportError = () => told.push('b: transport error');
  };
  b.onAck = () => told.push('b: ACK');
  a.onStrayResponse = (response) => told.push(`a: stray ${response.status}`);
};
beforeEach(() => make());

const send = (method: string): ClientTransaction => {
  const request = new SipRequest(method, 'sip:b@192.0.2.2')
    .add('Max-Forwards', '70')
    .add('Route', '<sip:192.0.2.2;lr>');
  request
    .add('From', '<sip:a@192.0.2.1>;tag=a')
    .add('To', '<sip:b@192.0.2.2>')
    .add('Call-ID', 'c')
    .add('CSeq', `5 ${method}`);
  return a.request(request, b.transport.local, {
    response: (response) => told.push(`a: ${response.status}`),
    timeout: () => told.push('a: timeout'),
    transportError: () => told.push('a: transport error'),
    terminated: () => told.push('a: terminated'),
  });
};
const answer = (status: number): boolean | undefined => asked?.reply(status);
/** At which milliseconds from now the network carried `line`, within `span`. */
const times = (line: string, span: number): number[] => {
  const start = clock.now();
  const found: number[] = [];
  network.take();
  for (let ms = 0; ms < span; ms += 100) {
    clock.advance(100);
    for (const one of network.take()) if (one.startsWith(line)) found.push(clock.now() - start);
  }
  return found;
};
const nothingLeft = (): void => {
  expect([a.size, b.size, clock.pending]).toEqual([0, 0, 0]);
};

describe('an INVITE going out', () => {
  it('is repeated by timer A, doubling, until timer B gives up after 64*T1', () => {
    for (let i = 0; i < 7; i++) network.lose('a > b INVITE');
    const tx = send('INVITE');
    expect(times('a > b INVITE', 40_000)).toEqual([500, 1500, 3500, 7500, 15500, 31500]);
    expect(told).toEqual(['a: timeout', 'a: terminated']);
    expect(tx.state).toBe('terminated');
    nothingLeft();
  });

  it('is not repeated after a provisional response, for however long it rings', () => {
    send('INVITE');
    answer(180);
    expect(times('a > b INVITE', 100_000)).toEqual([]);
    expect(told).toEqual(['b: INVITE', 'a: 180']);
  });

  it('that is refused has its ACK sent on the same branch, for every repetition of the refusal', () => {
    network.lose('a > b ACK');
    const { request } = send('INVITE');
    let ack: SipRequest | undefined;
    b.onReceived = (message) => (ack = message as SipRequest);
    answer(486);
    clock.advance(500);
    expect(network.take()).toEqual([
      'a > b INVITE',
      'b > a 486 INVITE',
      'a > b ACK lost',
      'b > a 486 INVITE',
      'a > b ACK',
    ]);
    expect(ack?.via.branch).toBe(request.via.branch);
    expect(ack?.uri).toBe('sip:b@192.0.2.2');
    expect(ack?.get('cseq')).toBe('5 ACK');
    expect(ack?.get('route')).toBe('<sip:192.0.2.2;lr>');
    expect(ack?.to.tag).toBe(asked?.toTag);
    expect(told).toEqual(['b: INVITE', 'a: 486']);
    clock.advance(32_000);
    expect(told.at(-1)).toBe('a: terminated');
    nothingLeft();
  });

  it('that is accepted tells every 2xx until timer M, and sends no ACK by itself', () => {
    send('INVITE');
    answer(200);
    answer(200);
    clock.advance(31_000);
    answer(200);
    expect(told).toEqual(['b: INVITE', 'a: 200', 'a: 200', 'a: 200']);
    expect(network.take()).toEqual(['a > b INVITE', 'b > a 200 INVITE', 'b > a 200 INVITE', 'b > a 200 INVITE']);
    clock.advance(1000);
    expect(told.at(-1)).toBe('a: terminated');
    nothingLeft();
  });

  it('that cannot be sent says so', () => {
    network.fail('a > b INVITE');
    send('INVITE');
    expect(told).toEqual(['a: transport error', 'a: terminated']);
    nothingLeft();
  });

  it('over a reliable transport is sent once and leaves no state behind', () => {
    make(true);
    send('INVITE');
    expect(times('a > b', 3000)).toEqual([]);
    answer(486);
    clock.advance(0);
    expect(told).toEqual(['b: INVITE', 'a: 100', 'a: 486', 'a: terminated']);
    nothingLeft();
  });
});

describe('a CANCEL going out', () => {
  it('waits for the first provisional response, then shares the branch and CSeq number of its INVITE', () => {
    const tx = send('INVITE');
    network.take();
    expect(tx.cancel({ Reason: 'SIP;cause=200' })).toBe(true);
    expect(network.take()).toEqual([]);
    let cancel: SipRequest | undefined;
    b.onReceived = (message) => {
      if (message instanceof SipRequest && message.method === 'CANCEL') cancel = message;
    };
    answer(100);
    expect(network.take()).toEqual([
      'b > a 100 INVITE',
      'a > b CANCEL',
      'b > a 200 CANCEL',
      'b > a 487 INVITE',
      'a > b ACK',
    ]);
    expect(cancel?.via.branch).toBe(tx.request.via.branch);
    expect(cancel?.headers.map(({ name, value }) => `${name}: ${value}`)).toEqual([
      expect.stringMatching(/^Via: /),
      'Max-Forwards: 70',
      'Route: <sip:192.0.2.2;lr>',
      'From: <sip:a@192.0.2.1>;tag=a',
      'To: <sip:b@192.0.2.2>',
      'Call-ID: c',
      'CSeq: 5 CANCEL',
      'Reason: SIP;cause=200',
      'Content-Length: 0',
    ]);
    expect(told).toEqual(['b: INVITE', 'a: 100', 'b: cancelled', 'a: 487']);
    clock.advance(32_000);
    nothingLeft();
  });

  it('is sent once, however often it is asked for, and not after the final response', () => {
    const tx = send('INVITE');
    answer(180);
    b.onCancel = (_cancel, transaction) => void transaction.reply(200);
    expect([tx.cancel(), tx.cancel(), tx.cancelled]).toEqual([true, true, true]);
    answer(200);
    expect(network.take().filter((line) => line.endsWith('b CANCEL'))).toHaveLength(1);
    const late = send('INVITE');
    answer(200);
    expect(late.cancel()).toBe(false);
    expect(told.filter((line) => line === 'a: 200')).toHaveLength(2);
  });

  it('gives the INVITE up after 64*T1 when its other end stays silent', () => {
    const tx = send('INVITE');
    answer(180);
    b.onCancel = (_cancel, transaction) => void transaction.reply(200);
    tx.cancel();
    clock.advance(31_999);
    expect(told.at(-1)).toBe('a: 180');
    clock.advance(1);
    expect(told.slice(-2)).toEqual(['a: timeout', 'a: terminated']);
  });
});

describe('another request going out', () => {
  it('is repeated by timer E up to T2 until timer F', () => {
    for (let i = 0; i < 11; i++) network.lose('a > b OPTIONS');
    send('OPTIONS');
    expect(times('a > b OPTIONS', 40_000)).toEqual([500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500]);
    expect(told).toEqual(['a: timeout', 'a: terminated']);
    nothingLeft();
  });

  it('is repeated each T2 after a provisional response, and is still given up at timer F', () => {
    send('BYE');
    clock.advance(600);
    answer(100);
    // The E that was running goes on: it fires 1,500 ms after the start, doubled within T2.
    expect(times('a > b BYE', 40_000)).toEqual([900, 4900, 8900, 12900, 16900, 20900, 24900, 28900]);
    expect(told.filter((line) => line !== 'a: 100')).toEqual(['b: BYE', 'a: timeout', 'a: terminated']);
  });

  it('that is answered absorbs late responses until timer K', () => {
    send('INFO');
    answer(200);
    network.take();
    clock.advance(4999);
    expect([a.size, told]).toEqual([1, ['b: INFO', 'a: 200']]);
    clock.advance(1);
    expect([a.size, told.at(-1)]).toEqual([0, 'a: terminated']);
    clock.advance(27_000);
    nothingLeft();
  });

  it('that cannot be sent says so', () => {
    network.fail('a > b OPTIONS');
    send('OPTIONS');
    expect(told).toEqual(['a: transport error', 'a: terminated']);
    nothingLeft();
  });
});

describe('an INVITE coming in', () => {
  it('is answered 100 after 200 ms of silence, and not when the user was quicker', () => {
    send('INVITE');
    clock.advance(199);
    expect(network.take()).toEqual(['a > b INVITE']);
    clock.advance(1);
    expect(network.take()).toEqual(['b > a 100 INVITE']);
    const quick = send('INVITE');
    answer(180);
    clock.advance(1000);
    expect(network.take()).toEqual(['a > b INVITE', 'b > a 180 INVITE']);
    expect(quick.state).toBe('proceeding');
  });

  it('repeated is not told again but answered with the last response', () => {
    network.lose('b > a 180 INVITE');
    send('INVITE');
    answer(180);
    clock.advance(500);
    expect(network.take()).toEqual(['a > b INVITE', 'b > a 180 INVITE lost', 'a > b INVITE', 'b > a 180 INVITE']);
    expect(told).toEqual(['b: INVITE', 'a: 180']);
  });

  it('refused repeats its answer by timer G up to T2, and gives up at timer H', () => {
    send('INVITE');
    answer(180);
    for (let i = 0; i < 11; i++) network.lose('b > a 486 INVITE');
    answer(486);
    expect(times('b > a 486', 40_000)).toEqual([500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500]);
    expect(told).toContain('b: timeout');
    expect(b.size).toBe(0);
  });

  it('refused and acknowledged stays for timer I, absorbing ACKs', () => {
    send('INVITE');
    answer(404);
    expect(asked?.state).toBe('confirmed');
    network.take();
    clock.advance(4999);
    expect(network.take()).toEqual([]);
    expect(b.size).toBe(1);
    clock.advance(1);
    expect(b.size).toBe(0);
    expect(told).toEqual(['b: INVITE', 'a: 404']);
  });

  it('accepted absorbs the INVITE again without answering: its user repeats the 2xx', () => {
    network.lose('b > a 200 INVITE');
    send('INVITE');
    answer(200);
    clock.advance(500);
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
    expect(asked?.state).toBe('confirmed');
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
    expect(asked?.state).toBe('accepted');
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
    clock.advance(500);
    expect(network.take()).toEqual(['a > b INFO', 'a > b INFO']);
    network.lose('b > a 200 INFO');
    answer(200);
    clock.advance(1000);
    expect(network.take()).toEqual(['b > a 200 INFO lost', 'a > b INFO', 'b > a 200 INFO']);
    expect(told).toEqual(['b: INFO', 'a: 200']);
    expect(answer(486)).toBe(false);
    clock.advance(30_999);
    a.transport.send(request.toBuffer(), b.transport.local);
    expect(network.take()).toEqual(['a > b INFO', 'b > a 200 INFO']);
    clock.advance(1);
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

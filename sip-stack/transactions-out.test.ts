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

describe('an INVITE going out', () => {
  it('is repeated by timer A, doubling, until timer B gives up after 64*T1', () => {
    for (let i = 0; i < 7; i++) network.lose('a > b INVITE');
    const tx = send('INVITE');
    expect(pair.times('a > b INVITE', 40_000)).toEqual([500, 1500, 3500, 7500, 15500, 31500]);
    expect(told).toEqual(['a: timeout', 'a: terminated']);
    expect(tx.state).toBe('terminated');
    nothingLeft();
  });

  it('is not repeated after a provisional response, for however long it rings', () => {
    send('INVITE');
    answer(180);
    expect(pair.times('a > b INVITE', 100_000)).toEqual([]);
    expect(told).toEqual(['b: INVITE', 'a: 180']);
  });

  it('that is refused has its ACK sent on the same branch, for every repetition of the refusal', () => {
    network.lose('a > b ACK');
    const { request } = send('INVITE');
    let ack: SipRequest | undefined;
    b.onReceived = (message) => (ack = message as SipRequest);
    answer(486);
    pair.clock.advance(500);
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
    expect(ack?.to.tag).toBe(pair.asked?.toTag);
    expect(told).toEqual(['b: INVITE', 'a: 486']);
    pair.clock.advance(32_000);
    expect(told.at(-1)).toBe('a: terminated');
    nothingLeft();
  });

  it('that is accepted tells every 2xx until timer M, and sends no ACK by itself', () => {
    send('INVITE');
    answer(200);
    answer(200);
    pair.clock.advance(31_000);
    answer(200);
    expect(told).toEqual(['b: INVITE', 'a: 200', 'a: 200', 'a: 200']);
    expect(network.take()).toEqual(['a > b INVITE', 'b > a 200 INVITE', 'b > a 200 INVITE', 'b > a 200 INVITE']);
    pair.clock.advance(1000);
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
    expect(pair.times('a > b', 3000)).toEqual([]);
    answer(486);
    pair.clock.advance(0);
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
    pair.clock.advance(32_000);
    nothingLeft();
  });

  it('is sent once, however often it is pair.asked for, and not after the final response', () => {
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
    pair.clock.advance(31_999);
    expect(told.at(-1)).toBe('a: 180');
    pair.clock.advance(1);
    expect(told.slice(-2)).toEqual(['a: timeout', 'a: terminated']);
  });
});

describe('another request going out', () => {
  it('is repeated by timer E up to T2 until timer F', () => {
    for (let i = 0; i < 11; i++) network.lose('a > b OPTIONS');
    send('OPTIONS');
    expect(pair.times('a > b OPTIONS', 40_000)).toEqual([
      500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500,
    ]);
    expect(told).toEqual(['a: timeout', 'a: terminated']);
    nothingLeft();
  });

  it('is repeated each T2 after a provisional response, and is still given up at timer F', () => {
    send('BYE');
    pair.clock.advance(600);
    answer(100);
    // The E that was running goes on: it fires 1,500 ms after the start, doubled within T2.
    expect(pair.times('a > b BYE', 40_000)).toEqual([900, 4900, 8900, 12900, 16900, 20900, 24900, 28900]);
    expect(told.filter((line) => line !== 'a: 100')).toEqual(['b: BYE', 'a: timeout', 'a: terminated']);
  });

  it('that is answered absorbs late responses until timer K', () => {
    send('INFO');
    answer(200);
    network.take();
    pair.clock.advance(4999);
    expect([a.size, told]).toEqual([1, ['b: INFO', 'a: 200']]);
    pair.clock.advance(1);
    expect([a.size, told.at(-1)]).toEqual([0, 'a: terminated']);
    pair.clock.advance(27_000);
    nothingLeft();
  });

  it('that cannot be sent says so', () => {
    network.fail('a > b OPTIONS');
    send('OPTIONS');
    expect(told).toEqual(['a: transport error', 'a: terminated']);
    nothingLeft();
  });
});

import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeClock } from './fake-clock.ts';
import { SipRequest } from './message.ts';
import type { ServerTransaction } from './server-transaction.ts';
import { StreamTransport } from './stream-transport.ts';
import { TransactionLayer } from './transactions.ts';

/** Two layers, one that asks and one that answers, over TCP; the clock of their transactions stands still. */
let clock: FakeClock;
let a: TransactionLayer;
let b: TransactionLayer;
let asked: ServerTransaction[];
let told: string[];

beforeEach(async () => {
  clock = new FakeClock();
  [a, b] = (await Promise.all(
    [0, 0].map(async (port) => new TransactionLayer(await StreamTransport.listen('127.0.0.1', port), { clock })),
  )) as [TransactionLayer, TransactionLayer];
  asked = [];
  told = [];
  b.onRequest = (tx) => void asked.push(tx);
});
afterEach(async () => {
  a.close();
  b.close();
  await Promise.all([a.transport.close(), b.transport.close()]);
});

const send = (method: string): void => {
  const request = new SipRequest(method, 'sip:b@127.0.0.1').add('Max-Forwards', '70');
  request.add('From', '<sip:a@h>;tag=a').add('To', '<sip:b@h>').add('Call-ID', method).add('CSeq', `5 ${method}`);
  a.request(request, b.transport.local, {
    response: ({ status }) => told.push(`${method} ${status}`),
    timeout: () => told.push(`${method} timeout`),
    transportError: () => told.push(`${method} lost`),
    terminated: () => told.push(`${method} over`),
  });
};
const soon = <T>(look: () => T) => expect.poll(look, { timeout: 4000, interval: 5 });

it('nothing is repeated where the transport is reliable, and what is over is over at once', async () => {
  const repeated: string[] = [];
  for (const layer of [a, b]) layer.onSent = (message, _to, again) => void (again && repeated.push(message.startLine));
  send('INVITE');
  send('OPTIONS');
  await soon(() => asked.length).toBe(2);
  clock.advance(5000);
  for (const tx of asked) tx.reply(tx.request.method === 'INVITE' ? 486 : 200);
  await soon(() => told.length).toBe(3);
  await soon(() => b.dump().servers['INVITE confirmed']).toBe(1);
  clock.advance(0);
  expect([a.size, b.size, clock.pending, repeated]).toEqual([0, 0, 0, []]);
  expect(told.sort()).toEqual(['INVITE 100', 'INVITE 486', 'INVITE over', 'OPTIONS 200', 'OPTIONS over']);
});

it('who is answered waits no longer, nor does an ACK', async () => {
  send('INVITE');
  send('OPTIONS');
  send('INFO');
  await soon(() => asked.length).toBe(3);
  const waiting = a.transport.send(Buffer.from('\r\n'), b.transport.local)?.lost;
  expect(waiting?.size).toBe(3);
  asked[0]?.reply(486);
  asked[1]?.reply(200);
  await soon(() => told.length).toBe(2);
  expect(waiting?.size).toBe(1);
});

it('a lost connection ends all that waited for an answer by it, and nothing else', async () => {
  for (const method of ['INVITE', 'OPTIONS', 'MESSAGE', 'INFO']) send(method);
  await soon(() => asked.length).toBe(4);
  asked[0]?.reply(180);
  asked[1]?.reply(200);
  await soon(() => told.length).toBe(2);
  await b.transport.close();
  await soon(() => told.length).toBe(8);
  expect(told).toEqual([
    'INVITE 180',
    'OPTIONS 200',
    'INVITE lost',
    'INVITE over',
    'MESSAGE lost',
    'MESSAGE over',
    'INFO lost',
    'INFO over',
  ]);
  clock.advance(0);
  expect([a.size, clock.pending > 0]).toEqual([0, true]);
});

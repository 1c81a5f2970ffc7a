import { expect, it } from 'vitest';
import { Answer } from './answer.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeNetwork } from './testing/fake-network.ts';
import { SipRequest, SipResponse } from './message.ts';
import { TransactionLayer } from './transactions.ts';

const ring = () => {
  const clock = new FakeClock();
  const network = new FakeNetwork();
  const layer = new TransactionLayer(network.transport('b'), { clock });
  const peer = network.transport('a');
  let answer: Answer | undefined;
  let unacknowledged = 0;
  layer.onRequest = (tx, request) => {
    answer = new Answer(tx, SipResponse.to(request, 200, 'OK', tx.toTag), layer, () => unacknowledged++);
  };
  const invite = new SipRequest('INVITE', 'sip:b@h').add('Via', `SIP/2.0/UDP ${peer.local.address};branch=z9hG4bK1`);
  invite.add('From', '<sip:a@h>;tag=1').add('To', '<sip:b@h>').add('Call-ID', 'c').add('CSeq', '1 INVITE');
  peer.send(invite.toBuffer(), layer.transport.local);
  return { clock, network, layer, answer, unacknowledged: () => unacknowledged };
};

it('a 2xx is repeated from T1 doubling to T2, and given up after 64*T1', () => {
  const { clock, network, layer, answer, unacknowledged } = ring();
  const sent = [0];
  network.take();
  for (let ms = 100; ms <= 31_900; ms += 100) {
    clock.advance(100);
    if (network.take().length) sent.push(ms);
  }
  expect(sent).toEqual([0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500]);
  expect([answer?.waiting, unacknowledged()]).toEqual([true, 0]);
  clock.advance(100);
  expect([answer?.waiting, unacknowledged()]).toEqual([false, 1]);
  expect([layer.size, clock.pending]).toEqual([0, 0]);
});

it('a 2xx is no longer repeated after its ACK', () => {
  const { clock, network, answer, unacknowledged } = ring();
  clock.advance(500);
  answer?.stop();
  network.take();
  clock.advance(60_000);
  expect([network.take(), unacknowledged(), clock.pending]).toEqual([[], 0, 0]);
});

import { expect, it } from 'vitest';
import { UdpTransport } from './udp-transport.ts';
import { TransactionLayer } from './transactions.ts';
import { SipRequest, SipResponse } from './message.ts';
import { Dialog } from './dialog.ts';
import { Answer } from './answer.ts';
it('calls', async () => {
  const a = await UdpTransport.bind('127.0.0.1', 0);
  const b = await UdpTransport.bind('127.0.0.1', 0);
  const la = new TransactionLayer(a, { timers: { T1: 20, T4: 20 } });
  const lb = new TransactionLayer(b, { timers: { T1: 20, T4: 20 } });
  const acked = new Promise<SipRequest>((r) => (lb.onAck = r));
  let ans: Answer;
  lb.onRequest = (tx, req) => {
    tx.reply(180);
    const res = SipResponse.to(req, 200, 'OK', tx.toTag).add('Contact', `<sip:b@127.0.0.1:${b.local.port}>`);
    ans = new Answer(tx, res, lb, () => {});
  };
  const req = new SipRequest('INVITE', `sip:b@127.0.0.1:${b.local.port}`);
  req
    .add('From', '<sip:a@x>;tag=1')
    .add('To', '<sip:b@x>')
    .add('Call-ID', 'c1')
    .add('CSeq', '1 INVITE')
    .add('Max-Forwards', '70')
    .add('Contact', `<sip:a@127.0.0.1:${a.local.port}>`);
  const seen: number[] = [];
  la.request(req, b.local, {
    response: (res) => {
      seen.push(res.status);
      if (res.status === 200) {
        const d = Dialog.caller(req, res);
        la.sendStateless(d.ack(1), b.local);
      }
    },
    timeout: () => seen.push(408),
  });
  const ack = await acked;
  ans!.stop();
  expect(ack.uri).toBe(`sip:b@127.0.0.1:${b.local.port}`);
  expect(seen).toEqual([180, 200]);
  la.close();
  lb.close();
  await a.close();
  await b.close();
});

import { expect, it } from 'vitest';
import { Answer } from './answer.ts';
import { Dialog, dialogKey } from './dialog.ts';
import { SipRequest, SipResponse } from './message.ts';
import { literalAddress } from './next-hop.ts';
import { TransactionLayer } from './transactions.ts';
import { UdpTransport } from './udp-transport.ts';

it('a call over loopback: ringing, answer, ACK, BYE, and nothing is left', async () => {
  const caller = new TransactionLayer(await UdpTransport.bind('127.0.0.1', 0));
  const called = new TransactionLayer(await UdpTransport.bind('127.0.0.1', 0));
  const target = `sip:b@127.0.0.1:${called.transport.local.port}`;
  const heard: string[] = [];
  const answers = new Map<string, Answer>();
  called.onRequest = (tx, request) => {
    heard.push(request.method);
    if (request.method !== 'INVITE') return void tx.reply(200);
    tx.reply(180);
    const ok = SipResponse.to(request, 200, 'OK', tx.toTag).add('Contact', `<${target}>`);
    answers.set(Dialog.called(request, ok).id, new Answer(tx, ok, called, () => heard.push('no ACK')));
  };
  called.onAck = (ack) => {
    heard.push('ACK');
    answers.get(dialogKey(ack) ?? '')?.stop();
  };
  const invite = new SipRequest('INVITE', target).add('Max-Forwards', '70').add('From', '<sip:a@h>;tag=1');
  invite.add('To', `<${target}>`).add('Call-ID', 'c1').add('CSeq', '1 INVITE').add('Contact', '<sip:a@127.0.0.1>');
  await new Promise<void>((over) => {
    caller.request(invite, called.transport.local, {
      response: (response) => {
        heard.push(String(response.status));
        if (response.status !== 200) return;
        const dialog = Dialog.caller(invite, response);
        caller.sendStateless(dialog.ack(1), called.transport.local);
        const byeTo = literalAddress(dialog.nextHop);
        expect(byeTo).toEqual(called.transport.local);
        caller.request(dialog.request('BYE'), byeTo ?? called.transport.local, {
          response: (bye) => {
            heard.push(`${bye.status} BYE`);
            over();
          },
          timeout: over,
        });
      },
      timeout: over,
    });
  });
  expect(heard).toEqual(['INVITE', '180', '200', 'ACK', 'BYE', '200 BYE']);
  for (const layer of [caller, called]) {
    layer.close();
    expect(layer.size).toBe(0);
    await layer.transport.close();
  }
});

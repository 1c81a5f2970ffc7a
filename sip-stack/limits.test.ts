import { describe, expect, it } from 'vitest';
import { FakeClock } from './fake-clock.ts';
import { SipRequest } from './message.ts';
import { Newcomers } from './newcomers.ts';
import { Quota } from './quota.ts';
import { Seldom } from './seldom.ts';
import { FakeNetwork } from './testing/fake-network.ts';
import { TransactionLayer } from './transactions.ts';

describe('a quota', () => {
  it('lets in so many, and so many of one source', () => {
    const quota = new Quota(3, 2);
    expect(['a', 'a', 'a', 'b', 'c'].map((source) => quota.enter(source))).toEqual([true, true, false, true, false]);
    expect(quota.size).toBe(3);
    quota.leave('a');
    expect([quota.enter('c'), quota.enter('a')]).toEqual([true, false]);
  });

  it('counts those that are let in all the same, and forgets a source that has left', () => {
    const quota = new Quota(1, 1);
    quota.enter('a');
    quota.count('a');
    expect(quota.size).toBe(2);
    for (let n = 0; n < 3; n++) quota.leave('a');
    expect(quota.size).toBe(0);
    expect(quota.enter('a')).toBe(true);
  });
});

describe('a line in the log', () => {
  it('comes so often a second, and then says how many did not', () => {
    let now = 5000;
    const seldom = new Seldom(() => now, 2);
    const told: number[] = [];
    const happens = (times: number): void => {
      for (let n = 0; n < times; n++) seldom.happened((untold) => told.push(untold));
    };
    happens(5);
    expect(told).toEqual([0, 0]);
    now = 5999;
    happens(1);
    now = 6000;
    happens(2);
    expect(told).toEqual([0, 0, 4, 0]);
  });

  it('comes once unless it is said otherwise', () => {
    const seldom = new Seldom(() => 0);
    const told: number[] = [];
    for (let n = 0; n < 3; n++) seldom.happened((untold) => told.push(untold));
    expect(told).toEqual([0]);
  });
});

describe('connections that do not say who they are', () => {
  const stage = () => {
    const clock = new FakeClock();
    const told: string[] = [];
    const newcomers = new Newcomers(clock, (_, why) => told.push(why));
    const connection = () => ({ broken: false, destroy: () => undefined as void });
    const come = () => {
      const one = connection();
      one.destroy = () => void (one.broken = true);
      newcomers.came(one);
      return one;
    };
    return { clock, told, newcomers, come };
  };

  it('are broken off after ten seconds', () => {
    const { clock, told, newcomers, come } = stage();
    const [late, known] = [come(), come()];
    newcomers.settled(known);
    clock.advance(9999);
    expect(late.broken).toBe(false);
    clock.advance(1);
    expect([late.broken, known.broken]).toEqual([true, false]);
    expect(told).toEqual(['did not say who it is']);
    expect([newcomers.size, newcomers.turnedAway, clock.pending]).toEqual([0, 1, 0]);
  });

  it('are 64 at most: the one that waits longest has to go', () => {
    const { clock, told, newcomers, come } = stage();
    const all = Array.from({ length: 65 }, come);
    expect(all.map(({ broken }) => broken).indexOf(false)).toBe(1);
    expect(told).toEqual(['too many that have not said who they are']);
    expect([newcomers.size, clock.pending]).toEqual([64, 64]);
  });
});

describe('more requests than can be kept', () => {
  const stage = (most: number, ofOne: number) => {
    const clock = new FakeClock();
    const network = new FakeNetwork();
    const a = network.transport('a');
    const layer = new TransactionLayer(network.transport('b'), {
      clock,
      mostReceived: most,
      mostReceivedOfOne: ofOne,
    });
    const [asked, told]: [string[], boolean[]] = [[], []];
    layer.onRequest = (_, request) => void asked.push(`${request.method} ${request.callId}`);
    layer.onTooMany = (_, __, answered) => void told.push(answered);
    const send = (callId: string, method = 'INVITE', branch = callId): void => {
      const request = new SipRequest(method, 'sip:b@192.0.2.2').add('Via', `SIP/2.0/UDP h;branch=z9hG4bK${branch}`);
      request.add('From', '<sip:a@h>;tag=1').add('To', '<sip:b@h>').add('Call-ID', callId).add('CSeq', `1 ${method}`);
      a.send(request.toBuffer(), layer.transport.local);
    };
    return { clock, network, layer, asked, told, send };
  };

  it('get 503 with Retry-After and the same tag each time, and no user hears of them', () => {
    const { network, asked, told, send, layer } = stage(2, 2);
    const answers: string[] = [];
    layer.onSent = (message) => void answers.push(message.toString());
    for (const callId of ['1', '2', '3', '3', '4']) send(callId);
    expect(asked).toEqual(['INVITE 1', 'INVITE 2']);
    expect(told).toEqual([true, true, true]);
    expect(network.log.filter((line) => line.includes('503'))).toHaveLength(3);
    expect(answers.every((text) => text.includes('Retry-After: 5\r\n'))).toBe(true);
    expect(new Set(answers.map((text) => /;tag=(\w+)/.exec(text.split('To:')[1] ?? '')?.[1])).size).toBe(1);
    expect(layer.received).toBe(2);
  });

  it('get no more than 200 answers a second', () => {
    const { told, send, clock } = stage(1, 1);
    for (let n = 0; n < 250; n++) send(String(n));
    expect(told.filter(Boolean)).toHaveLength(200);
    expect(told).toHaveLength(249);
    clock.advance(1000);
    send('again');
    expect(told.at(-1)).toBe(true);
  });

  it('are let in again when others are over', () => {
    const { clock, layer, asked, send } = stage(1, 1);
    layer.onRequest = (transaction, { callId }) => {
      asked.push(callId);
      transaction.reply(486);
    };
    send('1');
    clock.advance(31_900);
    send('2');
    clock.advance(200);
    send('3');
    expect(asked).toEqual(['1', '3']);
    clock.advance(40_000);
    expect([layer.received, layer.size]).toEqual([0, 0]);
  });

  it('are let in when they belong to a call: its CANCEL, and what a dialog that is known wants', () => {
    const { asked, layer, send } = stage(1, 1);
    const cancelled: string[] = [];
    layer.onCancel = (cancel, transaction) => {
      cancelled.push(cancel.callId);
      transaction.reply(200);
    };
    layer.isKnown = ({ method }) => method === 'BYE';
    send('1');
    send('1', 'CANCEL');
    send('2', 'CANCEL');
    send('3', 'BYE');
    send('4', 'INFO');
    expect(cancelled).toEqual(['1']);
    expect(asked).toEqual(['INVITE 1', 'BYE 3']);
    expect(layer.received).toBe(3);
  });

  it('are not repetitions of those that are kept', () => {
    const { told, send } = stage(1, 1);
    send('1');
    send('1');
    expect(told).toEqual([]);
  });
});

it('the cookie of a branch alone does not make two requests one (RFC 4475 §3.2.1)', () => {
  const network = new FakeNetwork();
  const a = network.transport('a');
  const layer = new TransactionLayer(network.transport('b'), { clock: new FakeClock() });
  const asked: string[] = [];
  layer.onRequest = (_, { callId }) => void asked.push(callId);
  for (const callId of ['1', '2', '1']) {
    const request = new SipRequest('OPTIONS', 'sip:b@h').add('Via', 'SIP/2.0/UDP h;branch=z9hG4bK');
    request.add('From', '<sip:a@h>;tag=1').add('To', '<sip:b@h>').add('Call-ID', callId).add('CSeq', '1 OPTIONS');
    a.send(request.toBuffer(), layer.transport.local);
  }
  expect(asked).toEqual(['1', '2']);
});

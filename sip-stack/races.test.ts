import { beforeEach, describe, expect, it } from 'vitest';
import { SipRequest } from './message.ts';
import { Pair } from './testing/pair.ts';

/** What the network does to a call, end to end: RFC 3261 §17 and §9 as amended by RFC 6026. */
let pair: Pair;
beforeEach(() => (pair = new Pair()));

const nothingLeft = (): void => {
  pair.clock.advance(64_000);
  expect(pair.left).toEqual([0, 0, 0]);
};
/** How often the network carried `line`, lost ones included. */
const count = (line: string): number => pair.network.log.filter((one) => one.startsWith(line)).length;

describe('a CANCEL', () => {
  it('that is lost comes again, and its INVITE ends once', () => {
    const tx = pair.send('INVITE');
    pair.answer(180);
    pair.network.lose('a > b CANCEL');
    tx.cancel();
    expect(pair.told).toEqual(['b: INVITE', 'a: 180']);
    pair.clock.advance(500);
    expect(pair.told).toEqual(['b: INVITE', 'a: 180', 'b: cancelled', 'a: 487']);
    nothingLeft();
    expect(pair.told.filter((line) => line === 'b: cancelled')).toHaveLength(1);
  });

  it('whose 200 is lost is answered alike when it comes again, and cancels nothing twice', () => {
    const tx = pair.send('INVITE');
    pair.answer(180);
    pair.network.lose('b > a 200 CANCEL');
    tx.cancel();
    pair.clock.advance(500);
    expect([count('a > b CANCEL'), count('b > a 200 CANCEL'), count('b > a 487 INVITE')]).toEqual([2, 2, 1]);
    expect(pair.told.filter((line) => line === 'b: cancelled')).toHaveLength(1);
    nothingLeft();
  });

  it('whose 487 is lost has it repeated until the ACK', () => {
    const tx = pair.send('INVITE');
    pair.answer(180);
    for (let i = 0; i < 2; i++) pair.network.lose('b > a 487 INVITE');
    tx.cancel();
    pair.clock.advance(1_499);
    expect(pair.told.at(-1)).toBe('b: cancelled');
    pair.clock.advance(1);
    expect(pair.told.at(-1)).toBe('a: 487');
    expect([count('b > a 487 INVITE'), count('a > b ACK')]).toEqual([3, 1]);
    nothingLeft();
  });

  it('that crosses the 200 changes nothing: the call stands', () => {
    const tx = pair.send('INVITE');
    pair.answer(180);
    pair.network.lose('b > a 200 INVITE');
    pair.answer(200);
    tx.cancel();
    expect(pair.told).toEqual(['b: INVITE', 'a: 180']);
    expect(count('b > a 200 CANCEL')).toBe(1);
    // Its user repeats the 200 until the ACK.
    const { asked } = pair;
    if (asked?.response) asked.respond(asked.response);
    expect(pair.told.at(-1)).toBe('a: 200');
    nothingLeft();
  });

  it('is held back while nothing has been heard, also when the first provisional is lost', () => {
    const tx = pair.send('INVITE');
    pair.network.lose('b > a 180 INVITE');
    pair.answer(180);
    tx.cancel();
    expect(count('a > b CANCEL')).toBe(0);
    // The INVITE comes again, and so does its answer.
    pair.clock.advance(500);
    expect(count('a > b CANCEL')).toBe(1);
    expect(pair.told.at(-1)).toBe('a: 487');
    nothingLeft();
  });
});

describe('a final response', () => {
  it('other than 2xx that comes after a refusal is only acknowledged, and a 2xx not even that', () => {
    const tx = pair.send('INVITE');
    pair.answer(486);
    expect(pair.told.at(-1)).toBe('a: 486');
    const { asked } = pair;
    const other = asked?.response?.toBuffer().toString() ?? '';
    const acks = count('a > b ACK');
    pair.b.transport.send(Buffer.from(other.replace('486', '603')), pair.a.transport.local);
    expect(count('a > b ACK')).toBe(acks + 1);
    pair.b.transport.send(Buffer.from(other.replace('486', '200')), pair.a.transport.local);
    pair.b.transport.send(Buffer.from(other.replace('486', '180')), pair.a.transport.local);
    expect([count('a > b ACK'), pair.told.at(-1), tx.state]).toEqual([acks + 1, 'a: 486', 'completed']);
    nothingLeft();
  });

  it('that is a 2xx is told each time, whoever of a fork it is from, and a refusal after it is nothing', () => {
    pair.send('INVITE');
    pair.answer(200);
    const text = pair.asked?.response?.toBuffer().toString() ?? '';
    pair.b.transport.send(Buffer.from(text.replace(/(To: .*)tag=\w+/, '$1tag=other')), pair.a.transport.local);
    pair.b.transport.send(Buffer.from(text.replace('200', '486')), pair.a.transport.local);
    expect(pair.told).toEqual(['b: INVITE', 'a: 200', 'a: 200']);
    expect(count('a > b ACK')).toBe(0);
    nothingLeft();
  });

  it('that comes when the transaction is over is a stray one', () => {
    pair.send('INVITE');
    pair.answer(200);
    const { asked } = pair;
    const bytes = asked?.bytes ?? Buffer.alloc(0);
    pair.clock.advance(32_000);
    pair.b.transport.send(bytes, pair.a.transport.local);
    expect(pair.told.at(-1)).toBe('a: stray 200');
    nothingLeft();
  });
});

describe('an INVITE', () => {
  it('that comes twice through the network is told once, before and after each answer', () => {
    const { request, bytes } = pair.send('INVITE');
    const again = (): void => void pair.a.transport.send(bytes, pair.b.transport.local);
    again();
    pair.answer(180);
    again();
    expect(count('b > a 180 INVITE')).toBe(2);
    pair.answer(200);
    again();
    expect(count('b > a 200 INVITE')).toBe(1);
    expect(pair.told.filter((line) => line === 'b: INVITE')).toEqual(['b: INVITE']);
    expect(request).toBeInstanceOf(SipRequest);
    nothingLeft();
  });

  it('whose every answer is lost is repeated until one arrives', () => {
    for (let i = 0; i < 3; i++) pair.network.lose('b > a 100 INVITE');
    pair.send('INVITE');
    pair.clock.advance(200);
    pair.clock.advance(1_299);
    expect(pair.told).toEqual(['b: INVITE']);
    pair.clock.advance(2_001);
    expect(pair.told).toEqual(['b: INVITE', 'a: 100']);
    expect(count('a > b INVITE')).toBe(4);
  });
});

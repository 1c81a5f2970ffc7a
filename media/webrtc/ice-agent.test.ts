import { beforeEach, describe, expect, it } from 'vitest';
import { newCredentials } from './credentials.ts';
import { IceAgent, type IceAgreement } from './ice-agent.ts';
import { HOST_PRIORITY } from './ice-candidate.ts';
import { parseStun, writeStun, type StunAddress } from './stun.ts';

/** Two agents, or one and somebody else, on a network in memory and a clock moved by hand. */

const US: StunAddress = { address: '192.0.2.1', port: 20_000 };
const THEM: StunAddress = { address: '192.0.2.2', port: 50_000 };
const [ours, theirs] = [newCredentials(), newCredentials()];

type Sent = { bytes: Buffer; to: StunAddress };
let nowMs: number;
let we: IceAgent;
let they: IceAgent;
let fromUs: Sent[];
let fromThem: Sent[];

const at = (one: StunAddress, other: StunAddress): boolean => one.address === other.address && one.port === other.port;
const candidate = (where: StunAddress) => ({ ...where, priority: HOST_PRIORITY });
const agree = (change: Partial<IceAgreement> = {}): void =>
  we.follow({ local: ours, remote: theirs, candidates: [candidate(THEM)], controlling: false, ...change });
const agreeThem = (change: Partial<IceAgreement> = {}): void =>
  they.follow({ local: theirs, remote: ours, candidates: [candidate(US)], controlling: true, ...change });

beforeEach(() => {
  nowMs = 1000;
  [fromUs, fromThem] = [[], []];
  const clock = { now: () => nowMs, random: () => 0.5 };
  we = new IceAgent({ ...clock, send: (bytes, to) => fromUs.push({ bytes, to }) });
  they = new IceAgent({ ...clock, send: (bytes, to) => fromThem.push({ bytes, to }) });
});

/** What is on its way arrives, until nothing is. `seen` of us, where a NAT is between. */
const deliver = (seenThem = THEM, seenUs = US): void => {
  while (fromUs.length + fromThem.length > 0) {
    for (const { bytes, to } of fromUs.splice(0)) if (at(to, seenThem)) they.receive(bytes, seenUs);
    for (const { bytes, to } of fromThem.splice(0)) if (at(to, US)) we.receive(bytes, seenThem);
  }
};
const run = (ms: number, then: () => void = deliver): void => {
  for (const end = nowMs + ms; nowMs < end; nowMs += 20) {
    we.tick();
    they.tick();
    then();
  }
};
const requests = (sent: readonly Sent[]) =>
  sent.flatMap(({ bytes, to }) => {
    const message = parseStun(bytes)!;
    return message.kind === 'request' ? [{ message, to }] : [];
  });
/** A check by hand. */
const check = (content: object = {}, password = ours.pwd, username = `${ours.ufrag}:${theirs.ufrag}`): Buffer =>
  writeStun('request', Buffer.alloc(12, 7), { username, priority: 1, controlling: 1n, ...content }, password);

describe('a way is found', () => {
  it('by checks of both sides, and nominated by who controls', () => {
    agree();
    agreeThem();
    run(400);
    expect([we.path, we.settled, they.path, they.settled]).toEqual([THEM, true, US, true]);
    expect([we.controlling, they.controlling]).toEqual([false, true]);
  });

  it('before it is nominated it is used, once our own check was answered', () => {
    agree();
    we.receive(check(), THEM);
    expect([we.path, we.allows(THEM)]).toEqual([null, true]);
    we.tick();
    const [{ message }] = requests(fromUs) as [ReturnType<typeof requests>[0]];
    expect(message).toMatchObject({
      username: `${theirs.ufrag}:${ours.ufrag}`,
      priority: 110 * 2 ** 24 + 65_535 * 256 + 255,
    });
    we.receive(writeStun('success', message.transaction, { xorMapped: US }, theirs.pwd), THEM);
    expect([we.path, we.settled]).toEqual([THEM, false]);
    we.receive(check({ useCandidate: true }), THEM);
    expect(we.settled).toBe(true);
  });

  it('nominated before our own check of it was answered it is not: whoever has the password could name another place', () => {
    agree({ candidates: [] });
    we.receive(check({ useCandidate: true }), THEM);
    expect([we.path, we.settled]).toEqual([null, false]);
    we.tick();
    const { transaction } = requests(fromUs)[0]!.message;
    we.receive(writeStun('success', transaction, { xorMapped: US }, theirs.pwd), THEM);
    expect([we.path, we.settled]).toEqual([THEM, true]);
  });

  it('when the peer names no address: where its checks come from', () => {
    const behindNat = { address: '198.51.100.7', port: 1024 };
    agree({ candidates: [] });
    agreeThem();
    run(400, () => deliver(behindNat));
    expect([we.path, we.settled]).toEqual([behindNat, true]);
    expect(we.allows(THEM)).toBe(false);
  });

  it('by us when we control: one check with, and none without having been answered before, nominates', () => {
    agree({ controlling: true });
    agreeThem({ controlling: false });
    we.tick();
    expect(requests(fromUs).map(({ message }) => message.useCandidate)).toEqual([undefined]);
    run(400);
    expect([we.path, we.settled, they.settled]).toEqual([THEM, true, true]);
  });

  it('when both think that they control, or neither does', () => {
    for (const controlling of [true, false]) {
      agree({ controlling, remote: theirs });
      agreeThem({ controlling });
      run(2000);
      expect([we.settled, they.settled, we.controlling !== they.controlling], String(controlling)).toEqual([
        true,
        true,
        true,
      ]);
      const clock = { now: () => nowMs, random: () => 0.5 };
      we = new IceAgent({ ...clock, send: (bytes, to) => fromUs.push({ bytes, to }) });
      they = new IceAgent({ ...clock, send: (bytes, to) => fromThem.push({ bytes, to }) });
    }
  });

  it('and only one of several, the best first, 50 ms apart, seven times each', () => {
    const many = Array.from({ length: 3 }, (_, n) => ({ address: '192.0.2.9', port: 1000 + n, priority: n }));
    agree({ candidates: many });
    const times: [number, number][] = [];
    for (const end = nowMs + 40_000; nowMs < end && !we.lost; nowMs += 10) {
      we.tick();
      for (const { to } of requests(fromUs.splice(0))) times.push([nowMs - 1000, to.port]);
    }
    expect(times.slice(0, 3)).toEqual([
      [0, 1002],
      [50, 1001],
      [100, 1000],
    ]);
    const first = times.filter(([, port]) => port === 1002).map(([ms]) => ms);
    expect(first).toEqual([0, 500, 1500, 3500, 7500, 15_500, 31_500].filter((ms) => ms < 30_000));
  });
});

describe('strangers', () => {
  it('are not answered: without the password, with another name, without any', () => {
    agree();
    we.receive(check({}, 'x'.repeat(24)), THEM);
    we.receive(check({}, ours.pwd, `${ours.ufrag}:other`), THEM);
    we.receive(check({}, ours.pwd, `other:${theirs.ufrag}`), THEM);
    const bare = Buffer.from('000100002112a4420102030405060708090a0b0c', 'hex');
    we.receive(bare, THEM);
    we.receive(Buffer.from('00'), THEM);
    expect([fromUs, we.ignored, we.allows(THEM), we.path]).toEqual([[], 5, false, null]);
  });

  it('do not answer for the peer: from elsewhere, to what was not asked, or with another password', () => {
    agree();
    we.tick();
    const { transaction } = requests(fromUs)[0]!.message;
    we.receive(writeStun('success', transaction, { xorMapped: US }, theirs.pwd), { ...THEM, port: 1 });
    we.receive(writeStun('success', transaction, { xorMapped: US }, ours.pwd), THEM);
    we.receive(writeStun('success', Buffer.alloc(12), { xorMapped: US }, theirs.pwd), THEM);
    expect(we.path).toBeNull();
    we.receive(writeStun('success', transaction, { xorMapped: US }, theirs.pwd), THEM);
    expect(we.path).toEqual(THEM);
  });

  it('who know the password get no more than a hundred answers a second, and no more than 24 places', () => {
    agree({ candidates: [] });
    for (let n = 0; n < 150; n += 1) we.receive(check(), { ...THEM, port: 1000 + (n % 50) });
    const answered = new Set(fromUs.map(({ to }) => to.port));
    expect([answered.size, we.ignored]).toEqual([24, 50]);
    nowMs += 1000;
    fromUs.length = 0;
    we.receive(check(), { ...THEM, port: 1000 });
    expect(fromUs).toHaveLength(1);
  });

  it('nothing is answered before anything was agreed on', () => {
    we.receive(check(), THEM);
    we.tick();
    expect(fromUs).toEqual([]);
    nowMs += 60_000;
    expect(we.lost).toBe(false);
  });
});

describe('consent (RFC 7675)', () => {
  it('is asked for about every five seconds, and lost after thirty without an answer', () => {
    agree();
    agreeThem();
    run(400);
    const asked: number[] = [];
    const since = nowMs;
    for (; !we.lost && nowMs < since + 60_000; nowMs += 20) {
      we.tick();
      for (const one of requests(fromUs.splice(0))) if (at(one.to, THEM)) asked.push(nowMs - since);
    }
    expect(Math.round((nowMs - since) / 1000)).toBe(30);
    expect(asked.length).toBeGreaterThanOrEqual(5);
    const apart = asked.slice(1).map((ms, n) => ms - asked[n]!);
    expect(new Set(apart.map((ms) => Math.round(ms / 100)))).toEqual(new Set([50]));
  });

  it('goes on for as long as it is answered', () => {
    agree();
    agreeThem();
    run(120_000);
    expect([we.lost, they.lost, we.path]).toEqual([false, false, THEM]);
  });

  it('is spread, so that not all ask at once', () => {
    const intervals = [0, 1].map((random) => {
      const sent: Sent[] = [];
      const one = new IceAgent({
        now: () => nowMs,
        random: () => random,
        send: (bytes, to) => sent.push({ bytes, to }),
      });
      one.follow({ local: ours, remote: theirs, candidates: [], controlling: false });
      one.receive(check({ useCandidate: true }), THEM);
      one.tick();
      const { transaction } = requests(sent)[0]!.message;
      one.receive(writeStun('success', transaction, { xorMapped: US }, theirs.pwd), THEM);
      sent.length = 0;
      const since = nowMs;
      for (; sent.length === 0; nowMs += 20) one.tick();
      return nowMs - 20 - since;
    });
    expect(intervals).toEqual([4000, 6000]);
  });

  it('was never given: nobody is there', () => {
    agree();
    nowMs += 29_000;
    expect(we.lost).toBe(false);
    nowMs += 1000;
    expect(we.lost).toBe(true);
  });
});

describe('agreed on anew', () => {
  it('with the same credentials nothing changes', () => {
    agree();
    agreeThem();
    run(400);
    agree();
    expect([we.path, we.settled]).toEqual([THEM, true]);
  });

  it('with others the old way is used until there is a new one', () => {
    agree();
    agreeThem();
    run(400);
    const [newOurs, newTheirs] = [newCredentials(), newCredentials()];
    const moved = { address: '203.0.113.5', port: 999 };
    agree({ local: newOurs, remote: newTheirs, candidates: [] });
    expect([we.path, we.settled, we.allows(THEM)]).toEqual([THEM, false, true]);
    agreeThem({ local: newTheirs, remote: newOurs });
    run(400, () => deliver(moved));
    expect([we.path, we.settled, we.allows(THEM)]).toEqual([moved, true, false]);
  });
});

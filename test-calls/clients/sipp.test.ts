import { beforeAll, expect, test } from 'vitest';
import { authorization } from '#test-calls/phone/authorization.ts';
import { house } from '#test-calls/phone/house.ts';
import { TransactionLayer } from '#sip-stack/transactions.ts';
import { UdpTransport } from '#sip-stack/udp-transport.ts';
import { ensureDebian, sipTester } from './apt.ts';
import { filled, readFigures, sipp } from './sipp.ts';

const { phone } = house();

beforeAll(async () => {
  const installed = await ensureDebian([sipTester]);
  if (installed.kind === 'missing') throw new Error(installed.message);
});

const good = {
  ok: 1,
  failed: 0,
  unfinished: 0,
  retransmissions: 0,
  unexpected: 0,
  timeouts: 0,
  exitCode: 0,
  errors: '',
};

test('SIPp calls a phone, speaks, presses two keys and hangs up', async () => {
  const mother = await phone('mother', { codec: 'PCMA' });
  const keys: string[] = [];
  mother.onCall((call) => {
    call.on('key', (key) => keys.push(key));
    void call.answer();
  });
  const calls = mother.calls;
  const result = await sipp({
    scenario: 'caller-presses',
    target: mother.address,
    fill: { keys: '1#', listen_ms: 300, talk_ms: 300 },
    timeoutMs: 10_000,
  });
  expect(result).toEqual(good);
  expect(calls).toEqual([]);
  expect(keys).toEqual(['1', '#']);
});

test('a phone calls SIPp, which answers and presses', async () => {
  const son = await phone('son', { codec: 'PCMA' });
  const free = await phone('free');
  const { port } = free.address;
  await free.stop();
  const called = sipp({ scenario: 'called-presses', target: son.address, listen: port, timeoutMs: 10_000 });
  const call = son.dial(`sip:mother@127.0.0.1:${port}`);
  const pressed = new Promise<string>((resolve) => call.once('key', resolve));
  expect(await call.answered).toBe(true);
  expect(await pressed).toBe('1');
  expect(await call.hangup()).toMatchObject({ how: 'bye', status: 200 });
  expect(await called).toMatchObject({ ok: 1, failed: 0, exitCode: 0 });
});

test.each(['options-ping', 'invite-no-common-codec', 'cancel-early'] as const)('%s', async (scenario) => {
  const mother = await phone('mother');
  mother.onCall((call) => (scenario === 'cancel-early' ? call.ring() : void call.answer()));
  expect(await sipp({ scenario, target: mother.address, calls: 3, timeoutMs: 5000 })).toEqual({ ...good, ok: 3 });
});

test.each([
  ['invite-malformed', 'no SIP: Bad Content-Length'],
  ['bye-unknown-dialog', 'request of no dialog'],
] as const)('%s', async (scenario, what) => {
  const mother = await phone('mother');
  expect(await sipp({ scenario, target: mother.address, timeoutMs: 5000 })).toEqual(good);
  // The ACK to the 400 may still come, and is of no dialog either.
  expect(mother.surprises.splice(0)[0]?.what).toBe(what);
  await mother.stop();
  mother.surprises.splice(0);
});

test('register-digest, with the right password and with a wrong one', async () => {
  const layer = new TransactionLayer(await UdpTransport.bind('127.0.0.1', 0));
  const challenge = 'Digest realm="home", nonce="abc", algorithm=MD5, qop="auth"';
  layer.onRequest = (transaction, request) => {
    const given = request.get('authorization');
    const [cnonce, uri] = ['cnonce', 'uri'].map((name) => new RegExp(`${name}="([^"]+)"`).exec(given ?? '')?.[1]);
    const right = { username: 'mother', password: 'secret' };
    const wanted = authorization(challenge, { method: 'REGISTER', uri: uri ?? '' }, right, cnonce);
    const response = /response="(\w+)"/;
    if (given === undefined) transaction.reply(401, { headers: { 'WWW-Authenticate': challenge } });
    else transaction.reply(response.exec(given)?.[1] === response.exec(wanted ?? '')?.[1] ? 200 : 403);
  };
  const target = layer.transport.local;
  const register = { scenario: 'register-digest', target, service: 'mother', timeoutMs: 5000 } as const;
  expect(await sipp({ ...register, credentials: { username: 'mother', password: 'secret' } })).toEqual(good);
  const refused = await sipp({ ...register, credentials: { username: 'mother', password: 'guess' } });
  expect(refused).toMatchObject({ ok: 0, failed: 1, unexpected: 1, exitCode: 1 });
  expect(refused.errors).toContain('403');
  layer.close();
  await layer.transport.close();
});

test('nobody there: it ends in time and says so', async () => {
  const silent = await UdpTransport.bind('127.0.0.1', 0);
  const result = await sipp({ scenario: 'options-ping', target: silent.local, timeoutMs: 1000 });
  expect(result).toMatchObject({ ok: 0, failed: 1, timeouts: 1, exitCode: 1 });
  await silent.close();
});

test('a blank takes no value that would change the scenario', () => {
  expect(filled('{keys} {talk_ms}', { keys: '12#' })).toBe('12# 1000');
  expect(() => filled('{keys}', { keys: '1"/><x' })).toThrow("the scenario's keys cannot be");
  expect(() => filled('{unknown}')).toThrow("the scenario's unknown cannot be");
});

test('figures are read from the last line', () => {
  const csv = 'SuccessfulCall(P);SuccessfulCall(C);FailedCall(C);Retransmissions(C)\n1;2;0;0\n1;5;1;3\n';
  expect(readFigures(csv, 7)).toEqual({
    ok: 5,
    failed: 1,
    unfinished: 1,
    retransmissions: 3,
    unexpected: 0,
    timeouts: 0,
  });
  expect(readFigures('', 1)).toEqual({
    ok: 0,
    failed: 0,
    unfinished: 1,
    retransmissions: 0,
    unexpected: 0,
    timeouts: 0,
  });
});

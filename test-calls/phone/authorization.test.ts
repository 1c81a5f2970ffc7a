import { expect, test } from 'vitest';
import type { SipRequest } from '#sip-stack/message.ts';
import { TransactionLayer } from '#sip-stack/transactions.ts';
import { UdpTransport } from '#sip-stack/udp-transport.ts';
import fc from 'fast-check';
import { authorization } from './authorization.ts';
import { house } from './house.ts';

const { phone } = house();
const get = { method: 'GET', uri: '/dir/index.html' };
const response = (value: string | undefined): string | undefined => /response="([0-9a-f]+)"/.exec(value ?? '')?.[1];

test('without qop as in RFC 2069 §2.4 (erratum 749)', () => {
  const challenge = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"';
  const value = authorization(challenge, get, { username: 'Mufasa', password: 'CircleOfLife' });
  expect(response(value)).toBe('1949323746fe6a43ef61f9606e7febea');
  expect(value).not.toContain('qop');
});

test('with qop as in RFC 2617 §3.5', () => {
  const challenge =
    'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc"';
  const value = authorization(challenge, get, { username: 'Mufasa', password: 'Circle Of Life' }, '0a4f113b');
  expect(response(value)).toBe('6629fae49393a05397450978507c4ef1');
  expect(value).toContain('qop=auth, nc=00000001, cnonce="0a4f113b", opaque="5ccc"');
});

test.each([
  ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
  ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
])('%s as in RFC 7616 §3.9.1', (algorithm, expected) => {
  const nonce = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v';
  const challenge = `Digest realm="http-auth@example.org", qop="auth", algorithm=${algorithm}, nonce="${nonce}"`;
  const credentials = { username: 'Mufasa', password: 'Circle of Life' };
  const value = authorization(challenge, get, credentials, 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ');
  expect(response(value)).toBe(expected);
});

test('a challenge that cannot be answered is left alone', () => {
  const credentials = { username: 'a', password: 'b', realm: 'home' };
  expect(authorization('Basic realm="home"', get, credentials)).toBeUndefined();
  expect(authorization('Digest realm="away", nonce="1"', get, credentials)).toBeUndefined();
  expect(authorization('Digest realm="home", nonce="1", algorithm=AKAv1-MD5', get, credentials)).toBeUndefined();
});

test('no challenge breaks it', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      authorization(`Digest ${text}`, get, { username: 'a', password: 'b' });
    }),
  );
});

/** A registrar that wants one nonce and one password. */
const registrar = async (): Promise<{ uri: string; seen: SipRequest[]; close: () => Promise<void> }> => {
  const layer = new TransactionLayer(await UdpTransport.bind('127.0.0.1', 0));
  const seen: SipRequest[] = [];
  const challenge = 'Digest realm="home", nonce="abc", algorithm=MD5, qop="auth"';
  layer.onRequest = (transaction, request) => {
    seen.push(request);
    const given = request.get('authorization');
    const cnonce = /cnonce="(\w+)"/.exec(given ?? '')?.[1];
    const right = authorization(challenge, request, { username: 'mother', password: 'secret' }, cnonce);
    if (given === undefined) transaction.reply(401, { headers: { 'WWW-Authenticate': challenge } });
    else if (given !== right) transaction.reply(403);
    else {
      const contact = `${request.get('contact') ?? ''};expires=${Math.min(60, Number(request.get('expires')))}`;
      transaction.reply(200, { headers: { Contact: contact } });
    }
  };
  const { port } = layer.transport.local;
  const close = (): Promise<void> => (layer.close(), layer.transport.close());
  return { uri: `sip:127.0.0.1:${port}`, seen, close };
};

test('a phone registers with its password and unregisters, and is refused with a wrong one', async () => {
  const server = await registrar();
  const mother = await phone('mother', { digest: { username: 'mother', password: 'secret' }, domain: 'home' });
  expect(await mother.register(server.uri, { expires: 300 })).toEqual({ status: 200, expires: 60 });
  expect(await mother.register(server.uri, { expires: 0 })).toEqual({ status: 200, expires: 0 });
  expect(server.seen.map(({ method, cseq }) => `${method} ${cseq.number}`)).toEqual([
    'REGISTER 1',
    'REGISTER 2',
    'REGISTER 3',
    'REGISTER 4',
  ]);
  expect(new Set(server.seen.map(({ callId }) => callId)).size).toBe(1);
  expect(server.seen[0]!.to.uri).toBe('sip:mother@home');
  const stranger = await phone('mother', { digest: { username: 'mother', password: 'guess' } });
  expect((await stranger.register(server.uri)).status).toBe(403);
  const nobody = await phone('mother');
  expect((await nobody.register(server.uri)).status).toBe(401);
  await server.close();
});

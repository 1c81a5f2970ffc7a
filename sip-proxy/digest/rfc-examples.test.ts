import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Algorithm } from './credentials.ts';
import type { Question } from './digest.ts';
import { verify } from './digest.ts';
import { NonceCounts } from './nonce-counts.ts';

/** What is stored in the place of a password: H(username:realm:password). */
const ha1Of = (username: string, realm: string, password: string, algorithm: Algorithm) =>
  createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
    .update(`${username}:${realm}:${password}`)
    .digest('hex');

describe('the examples of the RFCs (their nonces are not ours: a right response is stale, any other wrong)', () => {
  const rfc7616 = (algorithm: string, response: string) =>
    `Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm=${algorithm}, ` +
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, qop=auth, ' +
    `cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", response="${response}", ` +
    'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
  const rfc2617 =
    'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", ' +
    'uri="/dir/index.html", qop=auth, nc=00000001, cnonce="0a4f113b", ' +
    'response="6629fae49393a05397450978507c4ef1", opaque="5ccc069c403ebaf9f0171e9517f40e41"';

  test.each([
    ['RFC 2617 §3.5', rfc2617, 'testrealm@host.com', 'Circle Of Life'],
    [
      'RFC 7616 §3.9.1, MD5',
      rfc7616('MD5', '8ca523f5e9506fed4657c9700eebdbec'),
      'http-auth@example.org',
      'Circle of Life',
    ],
    [
      'RFC 7616 §3.9.1, SHA-256',
      rfc7616('SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'),
      'http-auth@example.org',
      'Circle of Life',
    ],
  ])('%s', async (_name, header, its, password) => {
    const question: Question = {
      authorization: header,
      secret: 'not the one of the RFCs',
      counts: new NonceCounts(),
      now: new Date(0),
      realm: its,
      method: 'GET',
      uri: '/dir/index.html',
      algorithms: ['MD5', 'SHA-256'],
      lookup: (username, of, algorithm) => ha1Of(username, of, password, algorithm),
    };
    expect(await verify(question)).toEqual({ kind: 'stale' });
    expect(await verify({ ...question, method: 'POST' })).toEqual({ kind: 'wrong', username: 'Mufasa' });
  });
});

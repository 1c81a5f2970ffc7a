import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { apiServer } from '#api/server.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { certificate } from '#sip-stack/testing/certificate.ts';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepFresh, readPair, TLS, type CertificateFiles } from './api-certificate.ts';
import { WrongSetting } from './wrong-setting.ts';

const [first, second] = [certificate('127.0.0.1'), certificate('127.0.0.1')];
const told: (readonly [string, string])[] = [];
const log = {
  info: (_facts: object, message: string) => void told.push(['info', message]),
  error: (facts: object, message: string) => void told.push(['error', `${message} ${JSON.stringify(facts)}`]),
};
let database: TestDatabase;
let folder: string;
let files: CertificateFiles;
let api: FastifyInstance;
let port: number;
let stopLooking: () => void;

beforeAll(async () => {
  database = await startTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'homeline-certificate-'));
  files = { keyFile: join(folder, 'key.pem'), certFile: join(folder, 'cert.pem') };
  await Promise.all([writeFile(files.keyFile, first.key), writeFile(files.certFile, first.cert)]);
  api = apiServer({
    ...{ db: database.db, token: 'a-token-that-nobody-guesses', health: async () => 'ok' },
    metrics: { contentType: 'text/plain', metrics: async () => '' },
    tls: { ...readPair(files), ...TLS },
  });
  await api.listen({ host: '127.0.0.1', port: 0 });
  ({ port } = api.server.address() as AddressInfo);
  stopLooking = keepFresh(api.server as Server, files, { log, every: 20 });
});
afterAll(async () => {
  stopLooking();
  await api.close();
  await database.stop();
  await rm(folder, { recursive: true });
});

/** Asks whether it is ready, as a client that trusts this authority alone. */
async function ready(ca: string, agent?: Agent) {
  const asked = request({ host: '127.0.0.1', port, path: '/readyz', ca, ...(agent ? { agent } : { agent: false }) });
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const protocol = (answer.socket as TLSSocket).getProtocol();
  answer.resume();
  await once(answer, 'end');
  return {
    status: answer.statusCode,
    hsts: answer.headers['strict-transport-security'],
    protocol,
    socket: answer.socket,
  };
}

test('a client that verifies the certificate is answered over TLS, and told to come so again; another refuses', async () => {
  expect(await ready(first.cert)).toMatchObject({
    status: 200,
    hsts: 'max-age=63072000; includeSubDomains',
    protocol: 'TLSv1.3',
  });
  await expect(ready(second.cert)).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
});

test('HTTP without TLS and HTTP/2 are not spoken', async () => {
  await expect(fetch(`http://127.0.0.1:${port}/readyz`)).rejects.toThrow();
  const both = connect({ host: '127.0.0.1', port, ca: first.cert, ALPNProtocols: ['h2', 'http/1.1'] });
  await once(both, 'secureConnect');
  expect([both.alpnProtocol, both.authorized]).toEqual(['http/1.1', true]);
  both.destroy();
});

test('TLS before 1.2 is not spoken, whatever the machine’s OpenSSL would allow', async () => {
  // At level 0 OpenSSL itself forbids no version: what is refused is refused by us.
  const ciphers = 'DEFAULT@SECLEVEL=0';
  const server = createServer({ ...first, ...TLS, ciphers }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const to = { host: '127.0.0.1', port: (server.address() as AddressInfo).port, ca: first.cert, ciphers };
  const refused = connect({ ...to, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' });
  await expect(once(refused, 'secureConnect')).rejects.toMatchObject({
    code: expect.stringMatching(/^ERR_SSL_/) as unknown,
  });
  const taken = connect({ ...to, minVersion: 'TLSv1', maxVersion: 'TLSv1.2' });
  await once(taken, 'secureConnect');
  expect(taken.getProtocol()).toBe('TLSv1.2');
  taken.destroy();
  server.close();
});

/** Whole from the first moment. */
async function putInPlace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

test('a pair that does not fit is told and not served; one that fits is, and connections go on', async () => {
  const agent = new Agent({ keepAlive: true, ca: first.cert });
  const { socket } = await ready(first.cert, agent);
  await putInPlace(files.certFile, second.cert);
  await expect.poll(() => told.filter(([level]) => level === 'error').length).toBe(1);
  expect(told[0]?.[1]).toMatch(/^the certificate of the API was not changed: .*key values mismatch/);
  expect(told[0]?.[1]).not.toContain('PRIVATE');
  expect((await ready(first.cert)).status).toBe(200);
  await putInPlace(files.keyFile, second.key);
  await expect.poll(() => told.at(-1)).toEqual(['info', 'the API serves another certificate']);
  expect((await ready(second.cert)).status).toBe(200);
  await expect(ready(first.cert)).rejects.toThrow();
  expect((await ready(first.cert, agent)).socket).toBe(socket);
  agent.destroy();
});

test.each([
  ['a key of another', () => ({ key: first.key, cert: second.cert })],
  ['no certificate', () => ({ key: first.key, cert: 'none' })],
])('%s is no pair, and the key is not told', async (_name, made) => {
  const other = { keyFile: join(folder, 'other-key.pem'), certFile: join(folder, 'other-cert.pem') };
  const { key, cert } = made();
  await Promise.all([writeFile(other.keyFile, key), writeFile(other.certFile, cert)]);
  expect(() => readPair(other)).toThrow(WrongSetting);
  expect(() => readPair(other)).toThrow(/^wrong setting: API_TLS_KEY_FILE and API_TLS_CERT_FILE are not/);
  expect(() => readPair({ ...other, keyFile: join(folder, 'nowhere') })).toThrow(/ENOENT/);
});

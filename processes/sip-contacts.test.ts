import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { sipContacts } from './sip-contacts.ts';

const names = (environment: Record<string, string>): string[] =>
  sipContacts(readConfig(environment)).map(({ protocol = 'udp', host, port }) => `${protocol} ${host} ${port}`);

test('SIP is spoken by UDP and TCP at one port, unless it is said otherwise', () => {
  expect(names({})).toEqual(['udp 127.0.0.1 5060', 'tcp 127.0.0.1 5060']);
  expect(names({ SIP_HOST: '192.0.2.1', SIP_PORT: '5070', SIP_TCP_PORT: '5080' })).toEqual([
    'udp 192.0.2.1 5070',
    'tcp 192.0.2.1 5080',
  ]);
  expect(names({ SIP_TCP_PORT: 'off' })).toEqual(['udp 127.0.0.1 5060']);
});

test('and by IPv6, WebSocket and TLS where that is said', async () => {
  expect(names({ SIP_IPV6_HOST: '::1', SIP_WS_PORT: '8088' })).toEqual([
    'udp 127.0.0.1 5060',
    'udp ::1 5060',
    'tcp 127.0.0.1 5060',
    'tcp ::1 5060',
    'ws 127.0.0.1 8088',
    'ws ::1 8088',
  ]);
  const folder = await mkdtemp(join(tmpdir(), 'homeline-tls-'));
  const [key, cert] = ['key', 'cert'].map((name) => join(folder, `${name}.pem`)) as [string, string];
  await Promise.all([writeFile(key, 'a key'), writeFile(cert, 'a certificate')]);
  const files = { SIP_TLS_KEY_FILE: key, SIP_TLS_CERT_FILE: cert };
  const contacts = sipContacts(readConfig({ ...files, SIP_TLS_PORT: '5061', SIP_WSS_PORT: '8089' }));
  const tls = { key: Buffer.from('a key'), cert: Buffer.from('a certificate') };
  expect(contacts.slice(2)).toEqual([
    { protocol: 'tls', host: '127.0.0.1', port: 5061, tls },
    { protocol: 'wss', host: '127.0.0.1', port: 8089, tls },
  ]);
  await rm(folder, { recursive: true });
});

test.each([
  [{ SIP_TLS_PORT: '5061' }, 'SIP_TLS_PORT and SIP_WSS_PORT want SIP_TLS_KEY_FILE and SIP_TLS_CERT_FILE'],
  [{ SIP_WSS_PORT: '8089' }, 'SIP_TLS_PORT and SIP_WSS_PORT want SIP_TLS_KEY_FILE and SIP_TLS_CERT_FILE'],
  [{ SIP_TLS_KEY_FILE: '/no/such/file' }, 'SIP_TLS_KEY_FILE: must be a file that is there'],
  [{ SIP_IPV6_HOST: '192.0.2.1' }, 'SIP_IPV6_HOST: must be an IPv6 address'],
  [{ SIP_TCP_PORT: 'on' }, 'SIP_TCP_PORT'],
])('%j is wrong', (environment, why) => {
  expect(() => readConfig(environment as Record<string, string>)).toThrow(why);
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BrowserTransport, type BrowserAgreement } from './browser-transport.ts';
import { newCertificate } from './certificate.ts';
import { newCredentials } from './credentials.ts';
import { DtlsHandshake } from './dtls-handshake.ts';
import { writeStun } from './stun.ts';

const BROWSER = { address: '192.0.2.2', port: 50_000 };
const certificate = newCertificate(Date.now());
const other = newCertificate(Date.now());
const [local, remote] = [newCredentials(), newCredentials()];
const AGREED: BrowserAgreement = {
  ice: { local, remote, candidates: [], controlling: false },
  role: 'server',
  certificate,
  fingerprints: [certificate.fingerprint],
};
/** A record that DTLS begins with, as far as its first byte says. */
const DTLS = Buffer.from([22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
const check = (): Buffer =>
  writeStun('request', Buffer.alloc(12, 1), { username: `${local.ufrag}:${remote.ufrag}`, priority: 1 }, local.pwd);

let transport: BrowserTransport;
let given: number;
let closed: number;
beforeEach(() => {
  [given, closed] = [0, 0];
  vi.spyOn(DtlsHandshake.prototype, 'receive').mockImplementation(() => void (given += 1));
  vi.spyOn(DtlsHandshake.prototype, 'close').mockImplementation(() => void (closed += 1));
  transport = new BrowserTransport({
    ...{ send: () => undefined, now: () => 0, random: () => 0.5 },
    ...{ onKeys: () => undefined, onFault: () => undefined },
  });
  transport.follow(AGREED);
});
afterEach(() => vi.restoreAllMocks());

describe('what comes', () => {
  it('is told apart by its first byte: media is the leg’s', () => {
    for (const [first, taken] of [
      [0, true],
      [3, true],
      [4, true],
      [20, true],
      [63, true],
      [64, false],
      [128, false],
      [200, false],
    ] as const)
      expect(transport.receive(Buffer.from([first, 0, 0, 0]), BROWSER), String(first)).toBe(taken);
    expect(transport.receive(Buffer.alloc(0), BROWSER)).toBe(false);
  });

  it('of DTLS is heard from where the browser has shown to be, and from nowhere else', () => {
    transport.receive(DTLS, BROWSER);
    expect(given).toBe(0);
    transport.receive(check(), BROWSER);
    transport.receive(DTLS, BROWSER);
    transport.receive(DTLS, { ...BROWSER, port: 1 });
    transport.receive(Buffer.from([64]), BROWSER);
    transport.receive(Buffer.from([19]), BROWSER);
    expect(given).toBe(1);
  });
});

describe('agreed on anew', () => {
  it('the same browser keeps its keys', () => {
    transport.follow({ ...AGREED, fingerprints: [...AGREED.fingerprints] });
    expect(closed).toBe(0);
  });

  it.each([
    ['another certificate', { fingerprints: [other.fingerprint] }],
    ['another role', { role: 'client' }],
  ] as const)('%s begins a new handshake', (_, change) => {
    transport.follow({ ...AGREED, ...change });
    expect(closed).toBe(1);
  });
});

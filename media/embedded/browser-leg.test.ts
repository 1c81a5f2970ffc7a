import { describe, expect, it } from 'vitest';
import { newCertificate } from '#media/webrtc/certificate.ts';
import { newCredentials } from '#media/webrtc/credentials.ts';
import { parseStun, writeStun } from '#media/webrtc/stun.ts';
import { FakeServer, PLAIN_AGREEMENT } from './testing/fake-party.ts';
import { voiceFrame } from './testing/fake-sounds.ts';

const certificate = newCertificate(Date.now());
const [local, remote] = [newCredentials(), newCredentials()];
const BROWSER = {
  ...PLAIN_AGREEMENT,
  remote: null,
  browser: {
    ice: { local, remote, candidates: [{ address: '127.0.0.1', port: 5004, priority: 1 }], controlling: false },
    role: 'server',
    certificate,
    fingerprints: [certificate.fingerprint],
  },
} as const;

describe('a leg to a browser', () => {
  it('that nobody answers for thirty seconds ends; what it checks with is all it sent', () => {
    const server = new FakeServer();
    const party = server.party(BROWSER);
    const logged: unknown[] = [];
    party.channel.log = (...line) => void logged.push(line);
    server.run(1499);
    expect(party.channel.hangupCause).toBeUndefined();
    server.run(2);
    expect(party.channel.hangupCause).toBe('MEDIA_TIMEOUT');
    expect(JSON.stringify(logged)).toContain('no answer to ICE');
    const sent = party.socket.sent.length;
    expect(party.socket.sent.every((bytes) => parseStun(bytes)?.kind === 'request')).toBe(true);
    expect(sent).toBeGreaterThan(4);
    server.run(100);
    expect(party.socket.sent).toHaveLength(sent);
  });

  it('that answers, but never shows who it is, ends after fifteen', () => {
    const server = new FakeServer();
    const party = server.party(BROWSER);
    let answered = 0;
    server.run(752, () => {
      for (; answered < party.socket.sent.length; answered += 1) {
        const message = parseStun(party.socket.sent[answered]!);
        if (message?.kind !== 'request') continue;
        const xorMapped = { address: '127.0.0.1', port: 40_000 };
        party.receive(writeStun('success', message.transaction, { xorMapped }, remote.pwd));
      }
    });
    expect(party.channel.hangupCause).toBe('DESTINATION_OUT_OF_ORDER');
  });

  it('says and hears nothing in the clear, before and after it is found', () => {
    const server = new FakeServer();
    const browser = server.party(BROWSER);
    const other = server.party();
    server.api(`uuid_bridge ${browser.uuid} ${other.uuid}`);
    server.run(50, (n) => {
      browser.say(voiceFrame(1, n));
      other.say(voiceFrame(2, n));
    });
    expect(browser.socket.sent.every((bytes) => parseStun(bytes) !== undefined)).toBe(true);
    expect(browser.channel.leg.counts).toMatchObject({ packetsIn: 0, strayIn: 50 });
    expect(browser.channel.leg.protectControl(Buffer.alloc(8))).toBeUndefined();
    expect(browser.channel.leg.openControl(Buffer.alloc(8))).toBeUndefined();
  });

  it('becomes a plain one again when that is agreed on', () => {
    const server = new FakeServer();
    const party = server.party(BROWSER);
    server.run(5);
    party.channel.leg.agree(PLAIN_AGREEMENT);
    const before = party.socket.sent.length;
    server.run(1600, (n) => party.say(voiceFrame(1, n)));
    expect(party.channel.hangupCause).toBeUndefined();
    expect(party.channel.leg.counts.packetsIn).toBe(1600);
    expect(party.socket.sent.slice(before).some((bytes) => parseStun(bytes))).toBe(false);
  });
});

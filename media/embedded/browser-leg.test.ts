import { describe, expect, it } from 'vitest';
import { writeRtpHeader } from '#media/rtp/packet.ts';
import { SrtpSession } from '#media/srtp/srtp-session.ts';
import { newCertificate } from '#media/webrtc/certificate.ts';
import { newCredentials } from '#media/webrtc/credentials.ts';
import { DtlsHandshake, type SrtpKeys } from '#media/webrtc/dtls-handshake.ts';
import { isDtls } from '#media/webrtc/dtls-records.ts';
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

  it('that is there, and says nothing, ends as a telephone does, not as one on hold', () => {
    const server = new FakeServer();
    const party = server.party(BROWSER);
    party.channel.variables.set('rtp_timeout_sec', '5');
    server.run(249);
    expect(party.channel.hangupCause).toBeUndefined();
    server.run(60);
    expect(party.channel.hangupCause).toBe('MEDIA_TIMEOUT');
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

  it('that is found, but has no keys yet, is not heard in the clear either, nor spoken to', () => {
    const server = new FakeServer();
    const browser = server.party(BROWSER);
    const other = server.party();
    server.api(`uuid_bridge ${browser.uuid} ${other.uuid}`);
    const username = `${local.ufrag}:${remote.ufrag}`;
    browser.receive(writeStun('request', Buffer.alloc(12, 1), { username, priority: 1 }, local.pwd));
    server.run(3);
    const asked = parseStun(browser.socket.sent.find((bytes) => parseStun(bytes)?.kind === 'request')!)!;
    const xorMapped = { address: '127.0.0.1', port: 40_000 };
    browser.receive(writeStun('success', asked.transaction, { xorMapped }, remote.pwd));
    expect(browser.channel.leg.peer).toEqual({ address: '127.0.0.1', port: 5004 });
    server.run(20, (n) => {
      browser.say(voiceFrame(1, n));
      other.say(voiceFrame(2, n));
    });
    expect(browser.channel.leg.counts).toMatchObject({ packetsIn: 0, strayIn: 20 });
    expect(browser.socket.sent.every((bytes) => bytes[0]! < 64)).toBe(true);
  });

  it('with keys hears what is protected with them, from where the browser is alone, and says the same', async () => {
    const server = new FakeServer();
    const browser = server.party(BROWSER);
    const plain = server.party();
    server.api(`uuid_bridge ${browser.uuid} ${plain.uuid}`);
    const username = `${local.ufrag}:${remote.ufrag}`;
    browser.receive(writeStun('request', Buffer.alloc(12, 1), { username, priority: 1 }, local.pwd));
    server.run(3);
    const asked = parseStun(browser.socket.sent.find((bytes) => parseStun(bytes)?.kind === 'request')!)!;
    const xorMapped = { address: '127.0.0.1', port: 40_000 };
    browser.receive(writeStun('success', asked.transaction, { xorMapped }, remote.pwd));
    const keys = await new Promise<SrtpKeys>((onKeys, onFault) => {
      const handshake = new DtlsHandshake({
        ...{ role: 'client', certificate, fingerprints: [certificate.fingerprint], onKeys, onFault },
        send: (bytes) => browser.receive(Buffer.from(bytes)),
      });
      const send = browser.socket.send.bind(browser.socket);
      browser.socket.send = (bytes) => {
        send(bytes);
        const copy = Buffer.from(bytes);
        if (isDtls(copy)) setImmediate(() => handshake.receive(copy));
      };
      handshake.start();
    });
    const suite = 'AES_CM_128_HMAC_SHA1_80';
    const remoteKey = { tag: 0, suite, master: keys.remote, lifetime: 2 ** 48 } as const;
    const srtp = new SrtpSession({ suite, local: keys.local, remote: remoteKey });
    const { counts } = browser.channel.leg;
    const before = { in: counts.packetsIn, stray: counts.strayIn, sent: browser.socket.sent.length };
    let sequence = 0;
    const said = (n: number): Buffer => {
      const bytes = Buffer.alloc(172);
      writeRtpHeader(bytes, false, 0, (sequence += 1), 160 * n, 9);
      bytes.set(voiceFrame(1, n), 12);
      return Buffer.from(srtp.protect(bytes)!);
    };
    server.run(20, (n) => {
      browser.receive(said(n));
      // known to be of its keys, and yet from somewhere else
      browser.socket.emit('message', said(n), { address: '127.0.0.1', port: 9, family: 'IPv4', size: 0 });
      plain.say(voiceFrame(2, n));
    });
    expect([counts.packetsIn - before.in, counts.strayIn - before.stray]).toEqual([20, 20]);
    expect(plain.heard.some((codes) => codes.equals(Buffer.from(voiceFrame(1, 5))))).toBe(true);
    const heard = browser.socket.sent.slice(before.sent).flatMap((bytes) => {
      const opened = bytes[0]! >= 128 ? srtp.open(Buffer.from(bytes)) : undefined;
      return opened ? [opened.subarray(12).toString('hex')] : [];
    });
    expect(heard).toContain(Buffer.from(voiceFrame(2, 5)).toString('hex'));
    browser.channel.hangup('NORMAL_CLEARING');
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

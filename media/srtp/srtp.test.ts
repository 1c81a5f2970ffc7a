import { createCipheriv, createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Keystream, sessionKeys, type MasterKey } from './keys.ts';
import { OwnKeys } from './own-keys.ts';
import { ReplayWindow } from './replay-window.ts';
import { RtcpReceiver, RtcpSender } from './rtcp-protection.ts';
import { RtpReceiver, RtpSender } from './rtp-protection.ts';
import { newMasterKey, readCrypto, writeCrypto } from './sdes.ts';
import { SrtpSession, type SecureAgreement } from './srtp-session.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const MASTER: MasterKey = { key: hex('E1F97A0D3E018BE0D64FA32C06DE4139'), salt: hex('0EC675AD498AFEEBB6960B3AABE6') };

const rtp = (sequence: number, ssrc = 0xcafebabe, payload: Buffer = Buffer.alloc(160, 0xab), first = 0x80): Buffer => {
  const bytes = Buffer.alloc(12 + payload.length);
  bytes[0] = first;
  bytes.writeUInt16BE(sequence & 0xffff, 2);
  bytes.writeUInt32BE(sequence * 160, 4);
  bytes.writeUInt32BE(ssrc, 8);
  payload.copy(bytes, 12);
  return bytes;
};
/** What has to come out, made from the formulas of RFC 3711 with another cipher mode of the library. */
const byTheBook = (packet: Buffer, index: bigint, tagBytes: number, start = 12): Buffer => {
  const { encryption, authentication, salt } = sessionKeys(MASTER, 'rtp');
  const number =
    (BigInt(`0x${salt.toString('hex')}`) << 16n) ^ (BigInt(packet.readUInt32BE(8)) << 64n) ^ (index << 16n);
  const iv = hex(number.toString(16).padStart(32, '0'));
  const encrypted = createCipheriv('aes-128-ctr', encryption, iv).update(packet.subarray(start));
  const whole = Buffer.concat([packet.subarray(0, start), encrypted]);
  const rollover = Buffer.alloc(4);
  rollover.writeUInt32BE(Number(index >> 16n));
  const tag = createHmac('sha1', authentication).update(whole).update(rollover).digest().subarray(0, tagBytes);
  return Buffer.concat([whole, tag]);
};
const copy = (bytes: Buffer | undefined): Buffer<ArrayBuffer> => Buffer.from(bytes!);

describe('RFC 3711 appendix B', () => {
  it('B.2: the keystream of AES in counter mode', () => {
    const stream = new Keystream(hex('2B7E151628AED2A6ABF7158809CF4F3C'));
    const iv = hex('F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000');
    const bytes = copy(stream.draw(iv, 0xff02 * 16));
    const block = (n: number): string =>
      bytes
        .subarray(16 * n, 16 * n + 16)
        .toString('hex')
        .toUpperCase();
    expect([0, 1, 2, 0xfeff, 0xff00, 0xff01].map(block)).toEqual([
      'E03EAD0935C95E80E166B16DD92B4EB4',
      'D23513162B02D0F72A43A2FE4A5F97AB',
      '41E95B3BB0A2E8DD477901E4FCA894C0',
      'EC8CDF7398607CB0F2D21675EA9EA1E4',
      '362B7C3C6773516318A077D7FC5073AE',
      '6A2CC3787889374FBEB4C81B17BA6C44',
    ]);
  });

  it('B.3: the session keys', () => {
    const keys = sessionKeys(MASTER, 'rtp');
    expect([keys.encryption, keys.salt, keys.authentication].map((key) => key.toString('hex').toUpperCase())).toEqual([
      'C61E7A93744F39EE10734AFE3FF7A087',
      '30CBBC08863D8C85D49DB34A9AE1',
      'CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4',
    ]);
    const control = sessionKeys(MASTER, 'rtcp');
    expect(new Set([keys, control].flatMap((one) => Object.values(one).map((key) => key.toString('hex')))).size).toBe(
      6,
    );
  });
});

describe('RTP', () => {
  it.each([10, 4])('is protected as the RFC has it, with a tag of %d bytes, and opened again', (tagBytes) => {
    const [sender, receiver] = [new RtpSender(MASTER, tagBytes), new RtpReceiver(MASTER, tagBytes)];
    for (const sequence of [0x1234, 0x1235, 0x1239]) {
      const secured = copy(sender.protect(rtp(sequence)));
      expect(secured).toEqual(byTheBook(rtp(sequence), BigInt(sequence), tagBytes));
      expect(receiver.open(secured)).toEqual(rtp(sequence));
    }
  });

  it('leaves contributing sources and extensions readable', () => {
    const payload = Buffer.concat([hex('00000001 00000002'), hex('bede0001 11223344'), Buffer.alloc(20, 7)]);
    const packet = rtp(5, 1, payload, 0x92);
    const secured = copy(new RtpSender(MASTER, 10).protect(packet));
    expect(secured).toEqual(byTheBook(packet, 5n, 10, 28));
    expect(new RtpReceiver(MASTER, 10).open(secured)).toEqual(packet);
    const cut = rtp(5, 1, hex('0000'), 0x90);
    expect(new RtpSender(MASTER, 10).protect(cut)).toBeUndefined();
  });

  it('goes on when the sequence numbers begin again, also out of order', () => {
    const [sender, receiver] = [new RtpSender(MASTER, 10), new RtpReceiver(MASTER, 10)];
    const secured = new Map<number, Buffer<ArrayBuffer>>();
    for (let n = 65_530; n < 65_545; n += 1) {
      secured.set(n, copy(sender.protect(rtp(n))));
      expect(secured.get(n)).toEqual(byTheBook(rtp(n), BigInt(n), 10));
    }
    for (const n of [65_530, 65_536, 65_531, 65_540, 65_535, 65_537])
      expect(receiver.open(copy(secured.get(n))), String(n)).toEqual(rtp(n));
    for (let n = 65_545; n < 3 * 65_536 + 5; n += 1) sender.protect(rtp(n));
    expect(copy(sender.protect(rtp(3 * 65_536 + 5)))).toEqual(
      byTheBook(rtp(3 * 65_536 + 5), BigInt(3 * 65_536 + 5), 10),
    );
  });

  it('is sent in the round it belongs to also where numbers go back a little', () => {
    const sender = new RtpSender(MASTER, 10);
    for (const n of [10, 9, 11]) expect(copy(sender.protect(rtp(n)))).toEqual(byTheBook(rtp(n), BigInt(n), 10));
  });

  it('is opened once, and not when it is old', () => {
    const [sender, receiver] = [new RtpSender(MASTER, 10), new RtpReceiver(MASTER, 10)];
    const all = Array.from({ length: 300 }, (_, n) => copy(sender.protect(rtp(n + 1))));
    for (const n of [0, 1, 3, 250]) expect(receiver.open(copy(all[n]))).toBeDefined();
    for (const n of [0, 1, 3, 250, 120]) expect(receiver.open(copy(all[n])), String(n)).toBeUndefined();
    expect(receiver.open(copy(all[200]))).toEqual(rtp(201));
    expect(receiver.open(copy(all[200]))).toBeUndefined();
  });

  it('is not opened when anything in it was changed, and what is forged changes nothing', () => {
    const [sender, receiver] = [new RtpSender(MASTER, 10), new RtpReceiver(MASTER, 10)];
    receiver.open(copy(sender.protect(rtp(1))));
    const secured = copy(sender.protect(rtp(2)));
    for (let at = 0; at < secured.length; at += 1) {
      const forged = copy(secured);
      forged[at]! ^= 0x10;
      expect(receiver.open(forged), `byte ${at}`).toBeUndefined();
    }
    for (const length of [0, 5, 21, secured.length - 1])
      expect(receiver.open(copy(secured.subarray(0, length)))).toBeUndefined();
    expect(receiver.open(secured)).toEqual(rtp(2));
  });

  it('has a place for each of several sources', () => {
    const [one, other, receiver] = [new RtpSender(MASTER, 10), new RtpSender(MASTER, 10), new RtpReceiver(MASTER, 10)];
    for (const n of [65_535, 65_536]) expect(receiver.open(copy(one.protect(rtp(n, 1))))).toEqual(rtp(n, 1));
    expect(receiver.open(copy(other.protect(rtp(7, 2))))).toEqual(rtp(7, 2));
    for (let ssrc = 3; ssrc < 9; ssrc += 1)
      expect(receiver.open(copy(new RtpSender(MASTER, 10).protect(rtp(1, ssrc))))).toEqual(rtp(1, ssrc));
    // the last four are remembered; of one before them nothing is known any more
    expect(receiver.open(copy(new RtpSender(MASTER, 10).protect(rtp(1, 5))))).toBeUndefined();
    expect(receiver.open(copy(new RtpSender(MASTER, 10).protect(rtp(1, 4))))).toBeDefined();
  });

  it('ends with the lifetime of its key', () => {
    const [sender, receiver] = [new RtpSender(MASTER, 10, 2), new RtpReceiver(MASTER, 10, 1)];
    const secured = [1, 2].map((n) => copy(sender.protect(rtp(n))));
    expect(sender.protect(rtp(3))).toBeUndefined();
    expect([receiver.open(secured[0]!) !== undefined, receiver.open(secured[1]!)]).toEqual([true, undefined]);
  });
});

describe('RTCP', () => {
  const report = Buffer.concat([hex('80c90006 cafebabe'), Buffer.alloc(20, 0xab)]);

  it('is protected with an index, opened once, and not when it was changed or is not encrypted', () => {
    const [sender, receiver] = [new RtcpSender(MASTER), new RtcpReceiver(MASTER)];
    const [first, second] = [copy(sender.protect(report)), copy(sender.protect(report))];
    expect(first.length).toBe(report.length + 14);
    expect([first.readUInt32BE(28), second.readUInt32BE(28)]).toEqual([0x80000000, 0x80000001]);
    expect(first.subarray(0, 8)).toEqual(report.subarray(0, 8));
    expect(first.subarray(8, 28)).not.toEqual(second.subarray(8, 28));
    for (let at = 0; at < second.length; at += 1) {
      const forged = copy(second);
      forged[at]! ^= 0x80;
      expect(receiver.open(forged), `byte ${at}`).toBeUndefined();
    }
    expect(receiver.open(copy(second))).toEqual(report);
    expect(receiver.open(copy(first))).toEqual(report);
    expect([receiver.open(copy(first)), receiver.open(Buffer.alloc(21))]).toEqual([undefined, undefined]);
  });

  it('that was not encrypted is not taken, however authentic', () => {
    const plain = Buffer.concat([report, hex('00000000')]);
    const tag = createHmac('sha1', sessionKeys(MASTER, 'rtcp').authentication).update(plain).digest().subarray(0, 10);
    expect(new RtcpReceiver(MASTER).open(Buffer.concat([plain, tag]))).toBeUndefined();
  });

  it('is encrypted by the formulas of the RFC', () => {
    const sender = new RtcpSender(MASTER);
    sender.protect(report);
    const secured = copy(sender.protect(report));
    const { encryption, authentication, salt } = sessionKeys(MASTER, 'rtcp');
    const number = (BigInt(`0x${salt.toString('hex')}`) << 16n) ^ (0xcafebaben << 64n) ^ (1n << 16n);
    const iv = hex(number.toString(16).padStart(32, '0'));
    expect(secured.subarray(8, 28)).toEqual(createCipheriv('aes-128-ctr', encryption, iv).update(report.subarray(8)));
    expect(secured.subarray(32)).toEqual(
      createHmac('sha1', authentication).update(secured.subarray(0, 32)).digest().subarray(0, 10),
    );
  });
});

it('the window knows the last 128 and nothing older', () => {
  const window = new ReplayWindow();
  window.note(1000);
  expect([window.fresh(1000), window.fresh(1001), window.fresh(873), window.fresh(872)]).toEqual([
    false,
    true,
    true,
    false,
  ]);
  window.note(900);
  expect(window.fresh(900)).toBe(false);
  window.note(1100);
  expect([window.fresh(1000), window.fresh(1028), window.fresh(973), window.fresh(972)]).toEqual([
    false,
    true,
    true,
    false,
  ]);
  window.note(100_000);
  expect(window.fresh(99_999)).toBe(true);
});

describe('keys in SDP', () => {
  const INLINE = 'WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz';

  it('are read with their suite, tag and lifetime', () => {
    expect(readCrypto(`1 AES_CM_128_HMAC_SHA1_80 inline:${INLINE}|2^20 WSH=128`)).toEqual({
      tag: 1,
      suite: 'AES_CM_128_HMAC_SHA1_80',
      master: { key: Buffer.from(INLINE, 'base64').subarray(0, 16), salt: Buffer.from(INLINE, 'base64').subarray(16) },
      lifetime: 2 ** 20,
    });
    expect(readCrypto(`7 AES_CM_128_HMAC_SHA1_32 inline:${INLINE}`)).toMatchObject({ tag: 7, lifetime: 2 ** 48 });
    expect(readCrypto(`7 AES_CM_128_HMAC_SHA1_32 inline:${INLINE}|2^60`)).toMatchObject({ lifetime: 2 ** 48 });
    expect(readCrypto(`7 AES_CM_128_HMAC_SHA1_32 inline:${INLINE}|5000`)).toMatchObject({ lifetime: 5000 });
  });

  it.each([
    `1 AES_256_CM_HMAC_SHA1_80 inline:${INLINE}`,
    `1 toString inline:${INLINE}`,
    `x AES_CM_128_HMAC_SHA1_80 inline:${INLINE}`,
    `1 AES_CM_128_HMAC_SHA1_80 inline:${INLINE.slice(1)}`,
    `1 AES_CM_128_HMAC_SHA1_80 inline:${INLINE}AAAA`,
    `1 AES_CM_128_HMAC_SHA1_80 inline:${INLINE}|2^20|1:4`,
    `1 AES_CM_128_HMAC_SHA1_80 inline:${INLINE}|1:4`,
    `1 AES_CM_128_HMAC_SHA1_80 inline:${INLINE}|0`,
    `1 AES_CM_128_HMAC_SHA1_80 inline:${INLINE};inline:${INLINE}`,
    `1 AES_CM_128_HMAC_SHA1_80 inline:${INLINE} UNENCRYPTED_SRTP`,
    `1 AES_CM_128_HMAC_SHA1_80 inline:${INLINE} KDR=1`,
    `1 AES_CM_128_HMAC_SHA1_80`,
    '',
  ])('are not used: %s', (value) => {
    expect(readCrypto(value)).toBeUndefined();
  });

  it('are written as they are read, fresh for each suite, and dropped for good with it', () => {
    const master = newMasterKey();
    expect(readCrypto(writeCrypto(3, 'AES_CM_128_HMAC_SHA1_32', master))).toMatchObject({ tag: 3, master });
    const keys = new OwnKeys();
    const offered = keys.offered().map((value) => readCrypto(value)!);
    expect(offered.map(({ tag, suite }) => [tag, suite])).toEqual([
      [1, 'AES_CM_128_HMAC_SHA1_80'],
      [2, 'AES_CM_128_HMAC_SHA1_32'],
    ]);
    expect(offered[0]!.master).not.toEqual(offered[1]!.master);
    expect(offered[0]!.master).toEqual(keys.of('AES_CM_128_HMAC_SHA1_80'));
    keys.settle('AES_CM_128_HMAC_SHA1_80');
    expect(keys.of('AES_CM_128_HMAC_SHA1_80')).toEqual(offered[0]!.master);
    expect(keys.of('AES_CM_128_HMAC_SHA1_32')).not.toEqual(offered[1]!.master);
    keys.settle(null);
    expect(keys.of('AES_CM_128_HMAC_SHA1_80')).not.toEqual(offered[0]!.master);
  });
});

describe('a session', () => {
  const agreement = (
    local: MasterKey,
    remote: MasterKey,
    suite: SecureAgreement['suite'] = 'AES_CM_128_HMAC_SHA1_80',
  ): SecureAgreement => ({
    suite,
    local,
    remote: { tag: 1, suite, master: remote, lifetime: 2 ** 48 },
  });
  const [ours, theirs] = [newMasterKey(), newMasterKey()];

  it('opens what the other side protects, RTP and RTCP, and nothing of its own', () => {
    const [we, they] = [new SrtpSession(agreement(ours, theirs)), new SrtpSession(agreement(theirs, ours))];
    const control = Buffer.concat([hex('80c90001 00000001'), randomBytes(8)]);
    expect(they.open(copy(we.protect(rtp(1))))).toEqual(rtp(1));
    expect(they.openControl(copy(we.protectControl(control)))).toEqual(control);
    expect(we.open(copy(we.protect(rtp(2))))).toBeUndefined();
    expect(we.openControl(copy(we.protectControl(control)))).toBeUndefined();
  });

  it('agreed on anew goes on where a key stays: no packet twice, no index again', () => {
    const [we, they] = [new SrtpSession(agreement(ours, theirs)), new SrtpSession(agreement(theirs, ours))];
    const old = copy(they.protect(rtp(65_535)));
    we.open(copy(old));
    they.open(copy(we.protect(rtp(65_535))));
    we.protectControl(Buffer.alloc(8));
    const again = new SrtpSession(agreement(ours, theirs), we);
    expect(again.open(copy(old))).toBeUndefined();
    // the second round of sequence numbers is the second one
    expect(they.open(copy(again.protect(rtp(65_536))))).toEqual(rtp(65_536));
    expect(again.protectControl(Buffer.alloc(8))!.readUInt32BE(8)).toBe(0x80000001);
    const rekeyed = new SrtpSession(agreement(ours, newMasterKey()), again);
    expect(rekeyed.protectControl(Buffer.alloc(8))!.readUInt32BE(8)).toBe(0x80000002);
    const other = new SrtpSession(agreement(ours, theirs, 'AES_CM_128_HMAC_SHA1_32'), again);
    expect(other.protect(rtp(1))!.length).toBe(172 + 4);
  });
});

import { createHash, createPrivateKey, randomBytes, sign, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newCertificate, type OwnCertificate } from './certificate.ts';
import { MESSAGE, NotProven, prf, provePeer, type HandshakeMessage } from './dtls-proof.ts';

/** Handshakes put together by hand: what each message says, and what of it is checked. */

const [us, peer] = [newCertificate(Date.now()), newCertificate(Date.now())];
const masterSecret = randomBytes(48);
const message = (type: number, body: Buffer): HandshakeMessage => ({
  type,
  body,
  bytes: Buffer.concat([Buffer.alloc(12, type), body]),
});
const shown = ({ certificatePem }: OwnCertificate): Buffer => {
  const der = new X509Certificate(certificatePem).raw;
  const sized = (bytes: Buffer): Buffer => {
    const length = Buffer.alloc(3);
    length.writeUIntBE(bytes.length, 0, 3);
    return Buffer.concat([length, bytes]);
  };
  return sized(sized(der));
};
const signed = (bytes: Buffer, { keyPem }: OwnCertificate, algorithm = 0x0403): Buffer => {
  const signature = sign('sha256', bytes, createPrivateKey(keyPem));
  const head = Buffer.alloc(4);
  head.writeUInt16BE(algorithm);
  head.writeUInt16BE(signature.length, 2);
  return Buffer.concat([head, signature]);
};
const joined = (messages: readonly HandshakeMessage[]): Buffer => Buffer.concat(messages.map(({ bytes }) => bytes));
const hello = (type: number): HandshakeMessage => message(type, randomBytes(70));
const finish = (peerIs: 'client' | 'server', messages: readonly HandshakeMessage[], secret = masterSecret): Buffer =>
  prf(secret, `${peerIs} finished`, createHash('sha256').update(joined(messages)).digest(), 12);

type Handshake = { messages: HandshakeMessage[]; finished: Buffer | undefined };
const ofClient = (key = peer, algorithm?: number): Handshake => {
  const first = [
    hello(MESSAGE.clientHello),
    hello(MESSAGE.serverHello),
    message(MESSAGE.certificate, shown(us)),
    message(MESSAGE.certificate, shown(peer)),
    message(16, randomBytes(66)),
  ];
  const messages = [...first, message(MESSAGE.certificateVerify, signed(joined(first), key, algorithm))];
  return { messages, finished: finish('client', messages) };
};
const ofServer = (key = peer): Handshake => {
  const [client, server] = [hello(MESSAGE.clientHello), hello(MESSAGE.serverHello)];
  const curve = Buffer.concat([Buffer.from([3, 0, 29, 32]), randomBytes(32)]);
  const randoms = [client, server].map(({ body }) => body.subarray(2, 34));
  const messages = [
    client,
    server,
    message(MESSAGE.certificate, shown(peer)),
    message(MESSAGE.serverKeyExchange, Buffer.concat([curve, signed(Buffer.concat([...randoms, curve]), key)])),
    message(MESSAGE.certificate, shown(us)),
  ];
  return { messages, finished: finish('server', messages) };
};
const prove = (handshake: Handshake, peerIs: 'client' | 'server', fingerprints = [peer.fingerprint]): void =>
  provePeer({ ...handshake, masterSecret, peerIs, fingerprints });

describe.each([
  ['client', ofClient],
  ['server', ofServer],
] as const)('a %s', (peerIs, made) => {
  it('that says everything as it has to be is believed', () => {
    expect(() => prove(made(), peerIs)).not.toThrow();
  });

  it('is not when its certificate is ours, or has no fingerprint that was named', () => {
    expect(() => prove(made(), peerIs, [us.fingerprint])).toThrow(NotProven);
    expect(() => prove(made(), peerIs, [])).toThrow(/another fingerprint/);
  });

  it('is not when another key signed', () => {
    expect(() => prove(made(us), peerIs)).toThrow(/not signed with the key/);
  });

  it('is not when the end is missing, short, changed, or made of another secret', () => {
    const { messages, finished } = made();
    const changed = Buffer.from(finished!);
    changed[11]! ^= 1;
    const other = finish(peerIs, messages, randomBytes(48));
    for (const end of [undefined, finished!.subarray(0, 11), changed, other])
      expect(() => prove({ messages, finished: end }, peerIs)).toThrow(/does not end with/);
  });

  it('is not when a message is missing', () => {
    const { messages, finished } = made();
    for (let n = 0; n < messages.length; n += 1)
      expect(() => prove({ messages: messages.filter((_, at) => at !== n), finished }, peerIs), String(n)).toThrow(
        NotProven,
      );
  });

  it('is not when anything said was changed', () => {
    const { messages, finished } = made();
    messages.forEach((one, n) => {
      const body = Buffer.from(one.body);
      body[body.length - 1]! ^= 1;
      const changed = messages.map((other, at) => (at === n ? message(one.type, body) : other));
      expect(() => prove({ messages: changed, finished }, peerIs), String(n)).toThrow(NotProven);
    });
  });
});

it('a signature of a kind that was not offered, or that its key cannot have made, proves nothing', () => {
  for (const algorithm of [0x0203, 0x0401, 0x0804])
    expect(() => prove(ofClient(peer, algorithm), 'client')).toThrow(/not offered/);
});

it('a certificate that is none is not read', () => {
  const { messages, finished } = ofClient();
  for (const body of ['', '000000', '000006000003aabbcc', '0000ff0000ffaa'])
    expect(() =>
      prove(
        {
          messages: messages.map((one, n) => (n === 3 ? message(MESSAGE.certificate, Buffer.from(body, 'hex')) : one)),
          finished,
        },
        'client',
      ),
    ).toThrow(NotProven);
});

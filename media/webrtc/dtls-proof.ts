import { createHash, createHmac, timingSafeEqual, verify, X509Certificate, type KeyObject } from 'node:crypto';
import { fingerprintOf } from './certificate.ts';

/**
 * Whether the peer of a DTLS handshake is who it claims to be: RFC 5246 §7.4.3, §7.4.8, §7.4.9 and RFC 5763 §5. What the handshake's own
 * implementation leaves unproven (decision 68) is proven here, from the messages themselves:
 *
 *     certificate         has the fingerprint that SDP named
 *     server's key        (it is the server) is signed with the certificate's key, together with both randoms
 *     certificate verify  (it is the client) is all that was said so far, signed with the certificate's key
 *     finished            is made of all messages by the secret that both have: nobody changed any
 */

/** One message of the handshake, whole: `bytes` with its header of 12 bytes, `body` without. */
export type HandshakeMessage = { readonly type: number; readonly bytes: Buffer; readonly body: Buffer };

export const MESSAGE = {
  clientHello: 1,
  serverHello: 2,
  certificate: 11,
  serverKeyExchange: 12,
  serverHelloDone: 14,
  certificateVerify: 15,
  finished: 20,
} as const;

/** SHA-256 with the signatures that we offer: RSA and ECDSA (RFC 5246 §7.4.1.4.1). */
const SIGNATURES: Readonly<Record<number, KeyObject['asymmetricKeyType']>> = { 0x0401: 'rsa', 0x0403: 'ec' };
const RANDOM_AT = 2;
const RANDOM_BYTES = 32;
const VERIFY_BYTES = 12;

/** Why not: a sentence for the log. */
export class NotProven extends Error {}

type Transcript = {
  /** All messages of both sides in their order, without the peer's `finished`. */
  readonly messages: readonly HandshakeMessage[];
  /** What the peer's `finished` says. */
  readonly finished: Buffer | undefined;
  readonly masterSecret: Buffer;
  readonly peerIs: 'client' | 'server';
  /** SHA-256 fingerprints that SDP named. */
  readonly fingerprints: readonly string[];
};

const only = (messages: readonly HandshakeMessage[], type: number, name: string): HandshakeMessage => {
  const found = messages.filter((message) => message.type === type);
  if (found.length !== 1) throw new NotProven(`${found.length} ${name} messages in the handshake, one is needed`);
  return found[0]!;
};

/** §7.4.2: a list of certificates, that of the peer first. */
const certificateOf = (body: Buffer): Buffer => {
  const length = body.length < 6 ? 0 : body.readUIntBE(3, 3);
  if (length === 0 || 6 + length > body.length) throw new NotProven('the peer showed no certificate');
  return body.subarray(6, 6 + length);
};

/** A signature as messages end with it: algorithm, length, bytes. */
const checkSignature = (signed: Buffer, end: Buffer, key: KeyObject, name: string): void => {
  const algorithm = end.length < 4 ? 0 : end.readUInt16BE(0);
  const signature = end.subarray(4);
  if (SIGNATURES[algorithm] === undefined || SIGNATURES[algorithm] !== key.asymmetricKeyType)
    throw new NotProven(`${name} is signed in a way that was not offered`);
  if (end.readUInt16BE(2) !== signature.length || !verify('sha256', signed, key, signature))
    throw new NotProven(`${name} is not signed with the key of the certificate`);
};

/** RFC 5246 §5: P_SHA256. */
export function prf(secret: Buffer, label: string, seed: Buffer, length: number): Buffer {
  const labelled = Buffer.concat([Buffer.from(label), seed]);
  const hmac = (data: Buffer): Buffer => createHmac('sha256', secret).update(data).digest();
  const parts: Buffer[] = [];
  for (let a = hmac(labelled), bytes = 0; bytes < length; a = hmac(a), bytes += 32)
    parts.push(hmac(Buffer.concat([a, labelled])));
  return Buffer.concat(parts).subarray(0, length);
}

const joined = (messages: readonly HandshakeMessage[]): Buffer => Buffer.concat(messages.map(({ bytes }) => bytes));

const checkServerKey = (messages: readonly HandshakeMessage[], key: KeyObject): void => {
  const { body } = only(messages, MESSAGE.serverKeyExchange, 'ServerKeyExchange');
  const random = (type: number, name: string): Buffer =>
    only(messages, type, name).body.subarray(RANDOM_AT, RANDOM_AT + RANDOM_BYTES);
  // a named curve (type 3): its number, and a point with its length before it
  const end = 4 + (body[3] ?? 0);
  const signed = [
    random(MESSAGE.clientHello, 'ClientHello'),
    random(MESSAGE.serverHello, 'ServerHello'),
    body.subarray(0, end),
  ];
  checkSignature(Buffer.concat(signed), body.subarray(end), key, 'the key of the server');
};

/** @throws NotProven when anything is missing, or does not belong to the others */
export function provePeer({ messages, finished, masterSecret, peerIs, fingerprints }: Transcript): void {
  const certificate = certificateOf(only(peersOf(messages, peerIs), MESSAGE.certificate, 'Certificate').body);
  if (!fingerprints.includes(fingerprintOf(certificate)))
    throw new NotProven('the certificate has another fingerprint than the session description says');
  const key = publicKeyOf(certificate);
  if (peerIs === 'server') checkServerKey(messages, key);
  else {
    const at = messages.indexOf(only(messages, MESSAGE.certificateVerify, 'CertificateVerify'));
    checkSignature(joined(messages.slice(0, at)), messages[at]!.body, key, 'the handshake of the client');
  }
  const digest = createHash('sha256').update(joined(messages)).digest();
  const expected = prf(masterSecret, `${peerIs} finished`, digest, VERIFY_BYTES);
  if (finished?.length !== VERIFY_BYTES || !timingSafeEqual(expected, finished))
    throw new NotProven('the handshake does not end with what was said in it');
}

/** The server's certificate comes before the client's. */
const peersOf = (messages: readonly HandshakeMessage[], peerIs: 'client' | 'server'): HandshakeMessage[] => {
  const certificates = messages.filter(({ type }) => type === MESSAGE.certificate);
  return peerIs === 'server' ? certificates.slice(0, 1) : certificates.slice(1);
};

const publicKeyOf = (der: Buffer): KeyObject => {
  try {
    return new X509Certificate(der).publicKey;
  } catch {
    throw new NotProven('the certificate cannot be read');
  }
};

import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { bitString, element, integer, objectId, sequence, set, utcTime, utf8 } from './der.ts';

/** Who we are in DTLS: a key of P-256 and a certificate that it signed itself, known by its fingerprint alone (RFC 8122, RFC 8827 §6.5). */
export type OwnCertificate = {
  readonly certificatePem: string;
  /** PKCS #8. */
  readonly keyPem: string;
  /** SHA-256 of the certificate, as SDP has it: hexadecimal, with colons. */
  readonly fingerprint: string;
};

const ECDSA_WITH_SHA256 = '2a8648ce3d040302';
const COMMON_NAME = '550403';
const SERIAL_BYTES = 15;
const DAY_MS = 86_400_000;
/** A process that lives longer makes another one. */
export const CERTIFICATE_DAYS = 30;

const pem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replaceAll(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`;

/** SHA-256 of a certificate (DER), as SDP has it. */
export const fingerprintOf = (der: Buffer): string =>
  createHash('sha256')
    .update(der)
    .digest('hex')
    .toUpperCase()
    .replaceAll(/..(?!$)/g, '$&:');

/** A new one, valid from a day ago on. */
export function newCertificate(nowMs: number): OwnCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(objectId(ECDSA_WITH_SHA256));
  const name = sequence(set(sequence(objectId(COMMON_NAME), utf8('homeline'))));
  const toBeSigned = sequence(
    element(0xa0, integer(Buffer.from([2]))),
    integer(randomBytes(SERIAL_BYTES)),
    algorithm,
    name,
    sequence(utcTime(new Date(nowMs - DAY_MS)), utcTime(new Date(nowMs + (CERTIFICATE_DAYS + 1) * DAY_MS))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const der = sequence(toBeSigned, algorithm, bitString(sign('sha256', toBeSigned, privateKey)));
  return {
    certificatePem: pem(der),
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    fingerprint: fingerprintOf(der),
  };
}

/** One for all calls of a process, made when the first needs it, and anew before it is too old. */
export class Certificates {
  readonly #wallMs: () => number;
  #made: { certificate: OwnCertificate; atMs: number } | undefined;

  constructor(wallMs: () => number = Date.now) {
    this.#wallMs = wallMs;
  }

  get current(): OwnCertificate {
    const nowMs = this.#wallMs();
    if (!this.#made || nowMs - this.#made.atMs >= CERTIFICATE_DAYS * DAY_MS)
      this.#made = { certificate: newCertificate(nowMs), atMs: nowMs };
    return this.#made.certificate;
  }
}

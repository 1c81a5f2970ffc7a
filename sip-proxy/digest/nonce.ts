import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** A nonce of this system, by whichever of its processes: when it was made, in milliseconds since 1970. */
export interface Nonce {
  readonly issuedAt: number;
}

const signatureBytes = 16;

/** A nonce that carries its date and is signed for its realm, so that every process knows it without having kept it. */
export function makeNonce(realm: string, secret: string, now: Date): string {
  const dated = `${now.getTime().toString(36)}.${randomBytes(9).toString('base64url')}`;
  return `${dated}.${signature(dated, realm, secret).toString('base64url')}`;
}

/** Undefined when this system did not make it, for this realm and with this secret. */
export function readNonce(nonce: string, realm: string, secret: string): Nonce | undefined {
  const [, dated = '', time = '', signed = ''] = /^(([\da-z]{1,9})\.[\w-]{12})\.([\w-]{22})$/.exec(nonce) ?? [];
  const given = Buffer.from(signed, 'base64url');
  if (given.length !== signatureBytes || !timingSafeEqual(given, signature(dated, realm, secret))) return undefined;
  return { issuedAt: parseInt(time, 36) };
}

const signature = (dated: string, realm: string, secret: string) =>
  createHmac('sha256', secret).update(`${dated}\n${realm}`).digest().subarray(0, signatureBytes);

import { createHmac, timingSafeEqual } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { crc32 } from './crc32.ts';

/**
 * Binding messages of STUN, RFC 8489, as far as ICE has them (RFC 8445 §7):
 *
 *     |0 0|  type  |  length of what follows the header  |
 *     |              magic cookie 2112A442               |
 *     |            transaction id, 12 bytes              |
 *     |  attribute type  |  length  |  value, padded to 4 bytes  | ...
 *
 * Parsing never throws: what is malformed, or asks for something unknown that has to be understood, is no message.
 */

export const STUN_HEADER_BYTES = 20;
export const TRANSACTION_BYTES = 12;
const MAGIC = 0x2112a442;
const INTEGRITY_BYTES = 20;
const FINGERPRINT_XOR = 0x5354554e;
/** §14: attributes below this have to be understood. */
const OPTIONAL_FROM = 0x8000;
const MOST_ATTRIBUTES = 32;

const KINDS = { request: 0x0001, indication: 0x0011, success: 0x0101, error: 0x0111 } as const;
export type StunKind = keyof typeof KINDS;

const ATTRIBUTES = {
  mapped: 0x0001,
  username: 0x0006,
  integrity: 0x0008,
  errorCode: 0x0009,
  xorMapped: 0x0020,
  priority: 0x0024,
  useCandidate: 0x0025,
  fingerprint: 0x8028,
  controlled: 0x8029,
  controlling: 0x802a,
} as const;
/** MESSAGE-INTEGRITY-SHA256, PASSWORD-ALGORITHM, USERHASH, REALM, NONCE: part of other uses, without harm in ours. */
const PASSED_OVER: ReadonlySet<number> = new Set([0x0014, 0x0015, 0x001c, 0x001d, 0x001e]);

export type StunAddress = { readonly address: string; readonly port: number };

/** What was read. */
export type StunMessage = {
  readonly kind: StunKind;
  readonly transaction: Buffer;
  username?: string;
  priority?: number;
  useCandidate?: boolean;
  /** Tie-breaker of a peer that thinks it controls, or is controlled. */
  controlling?: bigint;
  controlled?: bigint;
  errorCode?: number;
  /** Where MESSAGE-INTEGRITY begins; what follows it is not protected and was not read. */
  integrityAt?: number;
};

const kindOf = (type: number): StunKind | undefined =>
  (Object.keys(KINDS) as StunKind[]).find((kind) => KINDS[kind] === type);

/** A binding message; undefined when the bytes are none. */
export function parseStun(bytes: Buffer): StunMessage | undefined {
  if (bytes.length < STUN_HEADER_BYTES || bytes.readUInt32BE(4) !== MAGIC) return undefined;
  const kind = kindOf(bytes.readUInt16BE(0));
  if (!kind || bytes.readUInt16BE(2) !== bytes.length - STUN_HEADER_BYTES || bytes.length % 4 !== 0) return undefined;
  const message: StunMessage = { kind, transaction: bytes.subarray(8, STUN_HEADER_BYTES) };
  let at = STUN_HEADER_BYTES;
  for (let n = 0; at < bytes.length; n += 1) {
    const length = bytes.readUInt16BE(at + 2);
    const next = at + 4 + Math.ceil(length / 4) * 4;
    if (next > bytes.length || n >= MOST_ATTRIBUTES) return undefined;
    if (!attribute(message, bytes.readUInt16BE(at), bytes.subarray(at + 4, at + 4 + length), bytes, at))
      return undefined;
    at = next;
  }
  return message;
}

/** False: with this the message is none. */
const attribute = (message: StunMessage, type: number, value: Buffer, bytes: Buffer, at: number): boolean => {
  if (type === ATTRIBUTES.fingerprint) return value.length === 4 && value.readUInt32BE() === fingerprint(bytes, at);
  // §14.5: nothing but FINGERPRINT counts behind MESSAGE-INTEGRITY
  if (message.integrityAt !== undefined) return true;
  switch (type) {
    case ATTRIBUTES.integrity:
      message.integrityAt = at;
      return value.length === INTEGRITY_BYTES;
    case ATTRIBUTES.username:
      message.username = value.toString();
      return value.length > 0 && value.length <= 513;
    case ATTRIBUTES.priority:
      if (value.length === 4) message.priority = value.readUInt32BE();
      return value.length === 4;
    case ATTRIBUTES.useCandidate:
      message.useCandidate = true;
      return value.length === 0;
    case ATTRIBUTES.controlling:
      if (value.length === 8) message.controlling = value.readBigUInt64BE();
      return value.length === 8;
    case ATTRIBUTES.controlled:
      if (value.length === 8) message.controlled = value.readBigUInt64BE();
      return value.length === 8;
    case ATTRIBUTES.errorCode:
      if (value.length >= 4) message.errorCode = (value[2]! & 7) * 100 + value[3]!;
      return value.length >= 4;
    case ATTRIBUTES.xorMapped:
    case ATTRIBUTES.mapped:
      return true;
    default:
      return type >= OPTIONAL_FROM || PASSED_OVER.has(type);
  }
};

/** The message up to an attribute, as if it ended with that. */
const upTo = (bytes: Buffer, at: number, attributeBytes: number): Buffer => {
  const part = Buffer.from(bytes.subarray(0, at));
  part.writeUInt16BE(at + attributeBytes - STUN_HEADER_BYTES, 2);
  return part;
};
const fingerprint = (bytes: Buffer, at: number): number => (crc32(upTo(bytes, at, 8)) ^ FINGERPRINT_XOR) >>> 0;
const integrity = (bytes: Buffer, at: number, password: string): Buffer =>
  createHmac('sha1', password)
    .update(upTo(bytes, at, 4 + INTEGRITY_BYTES))
    .digest();

/** Whether it was made by somebody who knows the password (MESSAGE-INTEGRITY, short-term credentials, §9.1). */
export function isAuthentic(bytes: Buffer, message: StunMessage, password: string): boolean {
  const at = message.integrityAt;
  if (at === undefined) return false;
  return timingSafeEqual(bytes.subarray(at + 4, at + 4 + INTEGRITY_BYTES), integrity(bytes, at, password));
}

/** What is to be written. */
export type StunContent = {
  readonly username?: string;
  readonly priority?: number;
  readonly useCandidate?: boolean;
  readonly controlling?: bigint;
  readonly controlled?: bigint;
  readonly errorCode?: number;
  /** IPv4. */
  readonly xorMapped?: StunAddress;
};

const word = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};
const long = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
};
const xorAddress = ({ address, port }: StunAddress): Buffer => {
  if (!isIPv4(address)) throw new RangeError(`not an IPv4 address: ${address}`);
  const number = Buffer.from(address.split('.').map(Number)).readUInt32BE();
  const bytes = Buffer.from([0, 1, 0, 0, 0, 0, 0, 0]);
  bytes.writeUInt16BE(port ^ (MAGIC >>> 16), 2);
  bytes.writeUInt32BE((number ^ MAGIC) >>> 0, 4);
  return bytes;
};
const written = (type: number, value: Buffer): Buffer => {
  const bytes = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  bytes.writeUInt16BE(type);
  bytes.writeUInt16BE(value.length, 2);
  value.copy(bytes, 4);
  return bytes;
};

/** Writes a message with MESSAGE-INTEGRITY by the password, and FINGERPRINT. */
export function writeStun(kind: StunKind, transaction: Buffer, content: StunContent, password: string): Buffer {
  const parts: Buffer[] = [];
  const { username, priority, controlling, controlled, errorCode, xorMapped } = content;
  if (username !== undefined) parts.push(written(ATTRIBUTES.username, Buffer.from(username)));
  if (priority !== undefined) parts.push(written(ATTRIBUTES.priority, word(priority)));
  if (content.useCandidate) parts.push(written(ATTRIBUTES.useCandidate, Buffer.alloc(0)));
  if (controlling !== undefined) parts.push(written(ATTRIBUTES.controlling, long(controlling)));
  if (controlled !== undefined) parts.push(written(ATTRIBUTES.controlled, long(controlled)));
  if (errorCode !== undefined)
    parts.push(written(ATTRIBUTES.errorCode, Buffer.from([0, 0, Math.floor(errorCode / 100), errorCode % 100])));
  if (xorMapped) parts.push(written(ATTRIBUTES.xorMapped, xorAddress(xorMapped)));
  const body = Buffer.concat(parts);
  const bytes = Buffer.alloc(STUN_HEADER_BYTES + body.length + 4 + INTEGRITY_BYTES + 8);
  bytes.writeUInt16BE(KINDS[kind]);
  bytes.writeUInt16BE(bytes.length - STUN_HEADER_BYTES, 2);
  bytes.writeUInt32BE(MAGIC, 4);
  transaction.copy(bytes, 8, 0, TRANSACTION_BYTES);
  body.copy(bytes, STUN_HEADER_BYTES);
  let at = STUN_HEADER_BYTES + body.length;
  written(ATTRIBUTES.integrity, integrity(bytes, at, password)).copy(bytes, at);
  at += 4 + INTEGRITY_BYTES;
  written(ATTRIBUTES.fingerprint, word(fingerprint(bytes, at))).copy(bytes, at);
  return bytes;
}

import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { crc32 } from './crc32.ts';
import { isAuthentic, parseStun, STUN_HEADER_BYTES, writeStun } from './stun.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const PASSWORD = 'VOkJxbRl1RmTxUk/WvJxBt';
const HEADER = '2112a442 b7e7a701bc34d686fa87dfae';
/** RFC 5769 §2.1. */
const REQUEST = hex(`
  00010058 ${HEADER}
  80220010 5354554e 20746573 7420636c 69656e74
  00240004 6e0001ff
  80290008 932ff9b1 51263b36
  00060009 6576746a 3a683676 59202020
  00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249 c1b571a2
  80280004 e57a3bcf`);
/** RFC 5769 §2.2. */
const RESPONSE = hex(`
  0101003c ${HEADER}
  8022000b 74657374 20766563 746f7220
  00200008 0001a147 e112a643
  00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7
  80280004 c07d4c96`);
const transaction = REQUEST.subarray(8, STUN_HEADER_BYTES);

describe('messages of RFC 5769', () => {
  it('are read, and known to be authentic by the password alone', () => {
    const request = parseStun(REQUEST)!;
    expect(request).toMatchObject({
      kind: 'request',
      username: 'evtj:h6vY',
      priority: 0x6e0001ff,
      controlled: 0x932ff9b151263b36n,
      transaction,
    });
    expect(request.controlling).toBeUndefined();
    expect(parseStun(RESPONSE)!.kind).toBe('success');
    for (const bytes of [REQUEST, RESPONSE]) {
      expect(isAuthentic(bytes, parseStun(bytes)!, PASSWORD)).toBe(true);
      expect(isAuthentic(bytes, parseStun(bytes)!, 'VOkJxbRl1RmTxUk/WvJxBT')).toBe(false);
    }
  });

  it('are none when a bit is changed, or a byte is missing', () => {
    const wrong: number[] = [];
    for (let at = 0; at < REQUEST.length; at += 1) {
      const changed = Buffer.from(REQUEST);
      changed[at]! ^= 1;
      const message = parseStun(changed);
      if (message && isAuthentic(changed, message, PASSWORD)) wrong.push(at);
      if (parseStun(REQUEST.subarray(0, at))) wrong.push(-at);
    }
    // but for the name of the last attribute, the checksum, which behind MESSAGE-INTEGRITY then is nothing
    expect(wrong).toEqual([REQUEST.length - 8, REQUEST.length - 7]);
  });
});

it('the checksum is that of ISO 3309', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
});

describe('what is written', () => {
  it('is what is read', () => {
    const content = { username: 'a:b', priority: 0x7e0000ff, useCandidate: true, controlling: 2n ** 63n + 5n };
    const bytes = writeStun('request', transaction, content, 'secret');
    expect(parseStun(bytes)).toMatchObject({ kind: 'request', ...content });
    expect(isAuthentic(bytes, parseStun(bytes)!, 'secret')).toBe(true);
    expect(parseStun(writeStun('error', transaction, { errorCode: 487 }, 'x'))).toMatchObject({
      kind: 'error',
      errorCode: 487,
    });
  });

  it('says an address as RFC 5769 does', () => {
    const bytes = writeStun('success', transaction, { xorMapped: { address: '192.0.2.1', port: 32_853 } }, PASSWORD);
    expect(bytes.subarray(STUN_HEADER_BYTES, STUN_HEADER_BYTES + 12)).toEqual(hex('00200008 0001a147 e112a643'));
    expect(() => writeStun('success', transaction, { xorMapped: { address: '::1', port: 1 } }, 'x')).toThrow(
      RangeError,
    );
  });
});

describe('a message is none', () => {
  const attribute = (type: number, value: Buffer): Buffer => {
    const bytes = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
    bytes.writeUInt16BE(type);
    bytes.writeUInt16BE(value.length, 2);
    value.copy(bytes, 4);
    return bytes;
  };
  const message = (...attributes: Buffer[]): Buffer => {
    const body = Buffer.concat(attributes);
    const bytes = Buffer.concat([hex(`00010000 ${HEADER}`), body]);
    bytes.writeUInt16BE(body.length, 2);
    return bytes;
  };

  it('when it wants something understood that is unknown; what is optional is passed over', () => {
    expect(parseStun(message(attribute(0x7fff, hex('00'))))).toBeUndefined();
    expect(parseStun(message(attribute(0xc057, hex('00000001'))))).toMatchObject({ kind: 'request' });
    expect(parseStun(message(attribute(0x0014, Buffer.from('realm'))))).toMatchObject({ kind: 'request' });
  });

  it('when a value has not the length it must have', () => {
    for (const type of [0x0024, 0x8029, 0x802a, 0x0008, 0x8028, 0x0009])
      expect(parseStun(message(attribute(type, Buffer.alloc(3)))), type.toString(16)).toBeUndefined();
    expect(parseStun(message(attribute(0x0025, Buffer.alloc(4))))).toBeUndefined();
    expect(parseStun(message(attribute(0x0006, Buffer.alloc(0))))).toBeUndefined();
    const beyond = message(attribute(0x0006, Buffer.from('abcd')));
    beyond.writeUInt16BE(9, STUN_HEADER_BYTES + 2);
    expect(parseStun(beyond)).toBeUndefined();
  });

  it('when it has another cookie, another method, or more attributes than anybody sends', () => {
    expect(parseStun(Buffer.from(REQUEST).fill(0, 4, 8))).toBeUndefined();
    const allocate = Buffer.from(REQUEST);
    allocate.writeUInt16BE(0x0003);
    expect(parseStun(allocate)).toBeUndefined();
    expect(parseStun(message(...Array.from({ length: 33 }, () => attribute(0xc057, hex('00')))))).toBeUndefined();
  });

  it('whatever bytes come, and nothing throws', () => {
    for (let n = 0; n < 5000; n += 1) {
      const bytes = n % 2 ? randomBytes(n % 200) : Buffer.from(REQUEST);
      if (n % 2 === 0) bytes[n % bytes.length] = n;
      if (bytes.length >= 20) hex('2112a442').copy(bytes, 4);
      parseStun(bytes);
    }
  });
});

it('nothing that follows MESSAGE-INTEGRITY counts', () => {
  const bytes = writeStun('request', transaction, { username: 'a:b' }, 'secret');
  const end = bytes.length - 8;
  const added = Buffer.concat([bytes.subarray(0, end), hex('00250000')]);
  added.writeUInt16BE(added.length - STUN_HEADER_BYTES, 2);
  expect(parseStun(added)!.useCandidate).toBeUndefined();
});

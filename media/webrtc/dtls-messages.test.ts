import { describe, expect, it } from 'vitest';
import { HandshakeMessages, MOST_MESSAGE_BYTES } from './dtls-messages.ts';

/** A fragment: type, number, what is in it, and where in how long a message. */
const fragment = (type: number, number: number, text: string, offset = 0, length = text.length): Buffer => {
  const header = Buffer.alloc(12);
  header[0] = type;
  header.writeUIntBE(length, 1, 3);
  header.writeUInt16BE(number, 4);
  header.writeUIntBE(offset, 6, 3);
  header.writeUIntBE(text.length, 9, 3);
  return Buffer.concat([header, Buffer.from(text)]);
};
const texts = (messages: readonly Buffer[] | undefined): string[] | undefined =>
  messages?.map((message) => `${message[0]} ${message.subarray(12).toString()}`);

describe('messages come out', () => {
  it('in order, each once', () => {
    const messages = new HandshakeMessages();
    expect(messages.lastType).toBe(-1);
    expect(texts(messages.take(fragment(2, 0, 'a')))).toEqual(['2 a']);
    expect(messages.take(fragment(12, 2, 'c'))).toEqual([]);
    expect(texts(messages.take(fragment(11, 1, 'b')))).toEqual(['11 b', '12 c']);
    expect(messages.take(fragment(11, 1, 'b'))).toEqual([]);
    expect(messages.lastType).toBe(12);
  });

  it('several of one record', () => {
    const record = Buffer.concat([fragment(2, 0, 'a'), fragment(11, 1, 'b'), fragment(14, 2, '')]);
    expect(texts(new HandshakeMessages().take(record))).toEqual(['2 a', '11 b', '14 ']);
  });

  it('whole, of parts in any order that overlap, as if they were never cut', () => {
    const messages = new HandshakeMessages();
    expect(messages.take(fragment(11, 0, 'hal', 5, 8))).toEqual([]);
    expect(messages.take(fragment(11, 0, 'ical', 3, 8))).toEqual([]);
    // of another length, or another kind: not of the same message
    expect(messages.take(fragment(11, 0, 'xxxx', 0, 9))).toEqual([]);
    expect(messages.take(fragment(12, 0, 'xxxx', 0, 8))).toEqual([]);
    expect(messages.take(fragment(11, 0, 'ano', 0, 8))).toEqual([fragment(11, 0, 'anoichal')]);
  });

  it('the last hello again, when that comes again, until there is more', () => {
    const messages = new HandshakeMessages();
    messages.take(fragment(1, 0, 'hello'));
    expect(texts(messages.take(fragment(1, 0, 'hello')))).toEqual(['1 hello']);
    messages.take(fragment(1, 1, 'cookie'));
    expect(messages.take(fragment(1, 0, 'hello'))).toEqual([]);
    expect(texts(messages.take(fragment(1, 1, 'other')))).toEqual(['1 cookie']);
    messages.take(fragment(11, 2, 'x'));
    expect(messages.take(fragment(1, 1, 'cookie'))).toEqual([]);
  });
});

it('what is malformed, or too long, is nothing; what is too far ahead is not kept', () => {
  const messages = new HandshakeMessages();
  for (const bad of [
    fragment(1, 0, 'hello').subarray(0, 11),
    fragment(1, 0, 'hello').subarray(0, 16),
    fragment(1, 0, 'hello', 0, 4),
    fragment(1, 0, 'hello', 3, 7),
    fragment(1, 0, 'hello', 0, MOST_MESSAGE_BYTES + 1),
    Buffer.concat([fragment(1, 0, 'hello'), Buffer.alloc(3)]),
  ])
    expect(messages.take(bad)).toBeUndefined();
  expect(messages.lastType).toBe(-1);
  messages.take(fragment(3, 8, 'far'));
  for (let number = 0; number < 8; number += 1) messages.take(fragment(2, number, 'x'));
  expect(messages.take(fragment(2, 9, 'x'))).toEqual([]);
  expect(texts(messages.take(fragment(2, 8, 'y')))).toEqual(['2 y', '2 x']);
});

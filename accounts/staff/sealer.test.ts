import { expect, test } from 'vitest';
import { sealerOf } from './sealer.ts';

const SECRET = 'a secret of sixteen or more';
const plain = Buffer.from('twenty bytes of a key');

test('what is sealed is opened under the same secret, for the same holder, and looks different each time', () => {
  const [one, other] = [sealerOf(SECRET), sealerOf(SECRET)];
  const [sealed, again] = [one.seal('ana', plain), one.seal('ana', plain)];
  expect(other.open('ana', sealed)).toEqual(plain);
  expect(sealed).not.toBe(again);
  expect(Buffer.from(sealed, 'base64url').includes(plain)).toBe(false);
});

test('nobody else, no other secret, and nothing that was changed opens it', () => {
  const sealer = sealerOf(SECRET);
  const sealed = sealer.seal('ana', plain);
  expect(() => sealer.open('ray', sealed)).toThrow();
  expect(() => sealerOf(`${SECRET}!`).open('ana', sealed)).toThrow();
  const bytes = Buffer.from(sealed, 'base64url');
  for (const at of [0, 12, bytes.length - 1]) {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    expect(() => sealer.open('ana', changed.toString('base64url'))).toThrow();
  }
  for (const length of [0, 20, bytes.length - 1])
    expect(() => sealer.open('ana', bytes.subarray(0, length).toString('base64url'))).toThrow();
});

test('no secret is no key', () => expect(() => sealerOf('short')).toThrow('sixteen'));

import { expect, test } from 'vitest';
import { documentKeys, DocumentKeyMissing } from './keys.ts';

const OLD = 'an old secret of tests';
const NEW = 'a new secret of tests!';
const picture = Buffer.from('a picture of somebody');

test('a picture is read with the key it was encrypted with, as itself, and unchanged', () => {
  const keys = documentKeys([OLD]);
  const { encrypted, ...sealed } = keys.encrypt('one', picture);
  expect(keys.decrypt('one', encrypted, sealed)).toEqual(picture);
  expect(encrypted.includes('picture')).toBe(false);
  expect(() => keys.decrypt('two', encrypted, sealed)).toThrow();
  for (const at of [0, 12, encrypted.length - 1]) {
    const turned = Buffer.from(encrypted);
    turned[at]! ^= 1;
    expect(() => keys.decrypt('one', turned, sealed)).toThrow();
  }
  expect(() => keys.decrypt('one', encrypted.subarray(0, 20), sealed)).toThrow('cut off');
});

test('each picture has a key of its own, and looks different each time', () => {
  const keys = documentKeys([OLD]);
  const [one, two] = [keys.encrypt('one', picture), keys.encrypt('one', picture)];
  expect(one.encrypted.equals(two.encrypted)).toBe(false);
  expect(one.sealedKey).not.toBe(two.sealedKey);
  const { keyId, sealedKey } = two;
  expect(() => keys.decrypt('one', one.encrypted, { keyId, sealedKey })).toThrow();
});

test('the first secret seals; those after it open what they sealed, and it is sealed anew', () => {
  const before = documentKeys([OLD]);
  const { encrypted, ...sealed } = before.encrypt('one', picture);
  const both = documentKeys([NEW, OLD]);
  expect(both.current).not.toBe(before.current);
  expect(both.encrypt('two', picture).keyId).toBe(both.current);
  expect(both.decrypt('one', encrypted, sealed)).toEqual(picture);
  const anew = both.sealAnew('one', sealed);
  expect(anew.keyId).toBe(both.current);
  expect(documentKeys([NEW]).decrypt('one', encrypted, anew)).toEqual(picture);
  expect(() => both.sealAnew('two', sealed)).toThrow();
});

test('a key that is missing is told by its name, not by its secret', () => {
  const { encrypted, ...sealed } = documentKeys([OLD]).encrypt('one', picture);
  const gone = () => documentKeys([NEW]).decrypt('one', encrypted, sealed);
  expect(gone).toThrow(DocumentKeyMissing);
  expect(gone).toThrow(sealed.keyId);
  expect(sealed.keyId).toMatch(/^[0-9a-f]{12}$/);
  expect(() => documentKeys(['short'])).toThrow('sixteen');
  expect(() => documentKeys([])).toThrow('there is none');
});

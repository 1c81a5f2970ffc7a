import { expect, test } from 'vitest';
import { secretHasher } from './hasher.ts';

test('a password is hashed with Argon2id at 19 MiB, under its pepper and for its use', async () => {
  const passwords = await secretHasher('pepper', 'password');
  const hash = await passwords.hash('Correct-Horse-7');
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,p=1,t=2,data=/);
  expect(await passwords.verify(hash, 'Correct-Horse-7')).toBe(true);
  expect(await passwords.verify(hash, 'Correct-Horse-8')).toBe(false);
  expect(await (await secretHasher('another', 'password')).verify(hash, 'Correct-Horse-7')).toBe(false);
  expect(await (await secretHasher('pepper', 'answer')).verify(hash, 'Correct-Horse-7')).toBe(false);
  expect(passwords.nobody.replace(/\$[^$]+\$[^$]+$/, '')).toBe(hash.replace(/\$[^$]+\$[^$]+$/, ''));
  await expect(secretHasher('', 'password')).rejects.toThrow('pepper');
});

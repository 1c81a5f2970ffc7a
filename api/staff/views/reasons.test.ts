import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { en } from '../../../console/wording/en.ts';

test('every reason that the system writes down has words in the console', () => {
  const rooms = [
    'accounts/blocks.ts',
    'accounts/household/blocks.ts',
    'accounts/closing/close.ts',
    'ivr/family-line/ports.ts',
  ];
  const root = join(import.meta.dirname, '..', '..', '..');
  const written = rooms.flatMap((room) =>
    [...readFileSync(join(root, room), 'utf8').matchAll(/\breason(?::| =) '([^']* [^']*)'/g)].map(
      ([, reason = '']) => reason,
    ),
  );
  expect(written.length).toBeGreaterThanOrEqual(7);
  for (const reason of written) expect(Object.keys(en.reasons), reason).toContain(reason);
});

import { createRequire } from 'node:module';
import { expect, it } from 'vitest';

it('whatever DEBUG asks for, the messages of drachtio-srf are not printed: a SIP INFO is a key of somebody’s card', async () => {
  process.env['DEBUG'] = 'drachtio:*';
  // Whichever of the two libraries is loaded first, both have the same `debug`.
  await import('#media/freeswitch.ts');
  await import('./drachtio.ts');
  const theirs = createRequire(createRequire(import.meta.url).resolve('drachtio-srf'));
  const { enabled } = theirs('debug') as { enabled: (name: string) => boolean };
  expect(enabled('drachtio:srf')).toBe(true);
  expect(enabled('drachtio:agent')).toBe(false);
});

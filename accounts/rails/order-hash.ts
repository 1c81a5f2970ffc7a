import { createHash } from 'node:crypto';

/** Tells an order from another one under the same key. */
export const hashOf = (...content: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(content)).digest('hex');

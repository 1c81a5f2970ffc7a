import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(4096);
let used = pool.length;

/** Random lower-case hexadecimal of `bytes` bytes, for tags, branches and Call-IDs (RFC 3261 §19.3: at least 32 bits). */
export const token = (bytes = 8): string => {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
};

/** RFC 3261 §8.1.1.7: the cookie that says "this branch is unique". */
export const magicCookie = 'z9hG4bK';

export const newBranch = (): string => magicCookie + token(8);

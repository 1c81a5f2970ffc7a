import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { tagsOf } from '../../if-match.ts';
import { refuse } from './refusals.ts';

/** Of a thing as it is told, another one for whatever is told otherwise: what an ETag holds, and If-Match brings back. */
export function versionOf(shown: object): string {
  const sorted = JSON.stringify(shown, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(sorted).digest('base64url').slice(0, 22);
}

/** Whether somebody has seen this version (RFC 9110 §13.1.1). Throws 428 where they do not say what they have seen (RFC 6585 §3). */
export function hasSeen(headers: IncomingHttpHeaders, version: string): boolean {
  const tags = tagsOf(headers['if-match']);
  if (!tags) throw refuse('version-needed');
  return tags.includes(version);
}

export const etagOf = (version: string) => ({ etag: `"${version}"` });

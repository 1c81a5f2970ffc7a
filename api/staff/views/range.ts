import type { IncomingHttpHeaders } from 'node:http';

/** Bytes of a whole, from `from` on, before `until`. */
export interface Range {
  readonly from: number;
  readonly until: number;
}

/**
 * Which bytes of `length` a request asks for (RFC 9110 §14.2). 'whole': none in particular, several ranges at once, words that are no range (which may be
 * ignored), or a part of something else than `etag` (§13.1.5). 'unsatisfiable': it begins behind the end.
 */
export function rangeOf(headers: IncomingHttpHeaders, length: number, etag: string): Range | 'whole' | 'unsatisfiable' {
  const { range, 'if-range': ifRange } = headers;
  if (range === undefined || (ifRange !== undefined && ifRange !== etag)) return 'whole';
  const [, first, last] = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(range) ?? [];
  if (first === undefined || last === undefined || first + last === '') return 'whole';
  if (first === '') {
    // §14.1.2: the last so many bytes; none of them is none.
    const many = Number(last);
    return many === 0 || length === 0 ? 'unsatisfiable' : { from: Math.max(0, length - many), until: length };
  }
  const from = Number(first);
  if (last !== '' && Number(last) < from) return 'whole';
  if (from >= length) return 'unsatisfiable';
  return { from, until: last === '' ? length : Math.min(length, Number(last) + 1) };
}

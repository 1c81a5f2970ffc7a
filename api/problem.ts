import { STATUS_CODES } from 'node:http';
import { isUnavailable } from '#db/unavailable.ts';
import type { z } from 'zod';

/** What a problem says beside its status. */
export interface ProblemKind {
  /** A URI that tells this kind of problem from others, and does not change. */
  readonly type: string;
  /** Codes of what is wrong with what was sent. */
  readonly faults?: readonly string[];
}

/** The `type` of a problem that has a code of its own, which does not change. */
export const problemType = (code: string): string => `urn:homeline:problem:${code}`;

/** What went wrong, as RFC 9457 tells it. `about:blank`: the status says what kind of problem it is. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly kind: ProblemKind;

  constructor(
    status: number,
    detail: string,
    headers: Record<string, string> = {},
    kind: ProblemKind = { type: 'about:blank' },
  ) {
    super(detail);
    this.status = status;
    this.headers = headers;
    this.kind = kind;
  }

  /** The same with more headers. */
  with(headers: Record<string, string>): Problem {
    return new Problem(this.status, this.message, { ...this.headers, ...headers }, this.kind);
  }

  get body() {
    const { type, faults } = this.kind;
    const title = STATUS_CODES[this.status] ?? 'Error';
    return { type, title, status: this.status, detail: this.message, ...(faults && { faults }) };
  }
}

/** The problem to answer for whatever was thrown; a fault of ours is told without its words. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isUnavailable(error)) return new Problem(503, 'The database is away; try again.', { 'retry-after': '5' });
  const { statusCode, message } = error as { statusCode?: unknown; message?: unknown };
  // What Fastify refuses before any of this is asked: no JSON, too long, a method that is not there.
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
    return new Problem(statusCode, String(message));
  return new Problem(500, 'An error of this system.');
}

/** The value, or a problem that names every field that is wrong. */
export function read<S extends z.ZodType>(
  where: 'path' | 'query' | 'body' | 'header',
  schema: S,
  value: unknown,
): z.output<S> {
  const found = schema.safeParse(value);
  if (found.success) return found.data;
  const faults = found.error.issues.map(({ path, message }) => `${[where, ...path].join('.')}: ${message}`);
  throw new Problem(400, faults.join('; '));
}

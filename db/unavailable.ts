/**
 * The database cannot answer now: down, restarting, out of connections or disk, or it gave way to another transaction. Nothing is wrong
 * with the statement; the same statement may be tried again. A commit that was cut off may or may not have happened, so whoever tries
 * again does it with statements that may run twice (all writes of this room may).
 */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
  /** SQLSTATE or the operating system's code, e.g. '57P03', 'ECONNREFUSED', 'DEADLINE'. */
  readonly code: string;

  constructor(code: string, options?: ErrorOptions) {
    super(`The database is not available (${code}).`, options);
    this.code = code;
  }
}

export const isUnavailable = (error: unknown): error is DatabaseUnavailable => error instanceof DatabaseUnavailable;

/** SQLSTATE classes (first two characters) and codes that pass by themselves: PostgreSQL, Appendix A. */
const PASSING_CLASSES = new Set(['08', '53', '57', '58']);
const PASSING_CODES = new Set(['40001', '40P01', '55P03', '25P03', '25006']);
/** Sockets and names, as Node and postgres.js call them. */
const LOST = /^(E[A-Z]{4,}|CONNECT_TIMEOUT|CONNECTION_\w+)$/;

/**
 * The server refuses a statement: a constraint, a wrong statement. The driver's own error carries the row and the parameters (names, hashes,
 * tokens), which no log is to have; this one says what and where, and no value.
 */
export class StatementRefused extends Error {
  override readonly name = 'StatementRefused';
  /** SQLSTATE. */
  readonly code: string;
  readonly constraint_name: string | undefined;

  constructor(code: string, message: string, constraint: string | undefined, stack: string | undefined) {
    super(code.startsWith('22') ? message.replace(/:.*/s, '') : message);
    this.code = code;
    this.constraint_name = constraint;
    if (stack !== undefined) this.stack = stack.replace(message, this.message);
  }
}

/** The error to throw for what the driver threw: unavailable, or what is wrong with the statement. */
export function classify(error: unknown): unknown {
  if (isUnavailable(error)) return error;
  const code = (error as { code?: unknown } | undefined)?.code;
  if (typeof code !== 'string') return error;
  const passing = PASSING_CODES.has(code) || (code.length === 5 && PASSING_CLASSES.has(code.slice(0, 2)));
  if (passing || LOST.test(code)) return new DatabaseUnavailable(code, { cause: error });
  const { message, stack, severity, constraint_name: constraint } = error as Error & Record<string, unknown>;
  if (severity === undefined) return error;
  return new StatementRefused(code, message, typeof constraint === 'string' ? constraint : undefined, stack);
}

/** The name of the constraint a statement ran against, if that is what `error` says. */
export function brokenConstraint(error: unknown): string | undefined {
  const { code, constraint_name: name } = (error ?? {}) as { code?: unknown; constraint_name?: unknown };
  return typeof code === 'string' && code.startsWith('23') && typeof name === 'string' ? name : undefined;
}

/** Whether a row was refused because the identity that it names is gone: it was removed while somebody asked for something. */
export const isIdentityGone = (error: unknown): boolean =>
  brokenConstraint(error)?.endsWith('_identity_id_fkey') ?? false;

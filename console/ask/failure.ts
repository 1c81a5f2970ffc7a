/** What an API says when something cannot be done (RFC 9457). */
interface Problem {
  readonly type?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly faults?: readonly string[];
}

const PREFIX = 'urn:homeline:problem:';

/** An answer that is none: refused, broken off, or the server is away (`status` 0). */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly status: number;
  /** The stable code of the problem; undefined: it has none beside its status. */
  readonly code: string | undefined;
  readonly faults: readonly string[];

  constructor(status: number, { type, title, detail, faults = [] }: Problem = {}) {
    super(detail ?? title ?? '');
    this.status = status;
    this.code = type?.startsWith(PREFIX) ? type.slice(PREFIX.length) : undefined;
    this.faults = faults;
  }

  /** Nobody is signed in here any more. */
  get isSignedOut(): boolean {
    return this.status === 401 && this.code === 'staff-session-needed';
  }

  /** Whoever is signed in has a password or a code to set up before anything else. */
  get isDue(): boolean {
    return this.status === 403 && (this.code === 'password-due' || this.code === 'code-due');
  }

  /** The same may work when it is asked again: the server, or its database, is away. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** The failure of whatever was thrown. */
export const failureOf = (error: unknown): Failure => (error instanceof Failure ? error : new Failure(0));

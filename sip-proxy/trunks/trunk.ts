import { isIP } from 'node:net';
import { inspect } from 'node:util';
import { z } from 'zod';

/** A secret that no log, error, inspection or JSON shows; `reveal` is for the one place that must send it. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '(secret)';
  }

  toJSON(): string {
    return '(secret)';
  }

  [inspect.custom](): string {
    return '(secret)';
  }
}

/** A carrier's SIP server; calls go out through the first of the list that takes them. */
export interface Trunk {
  /** As it appears in logs and in the CDR. */
  readonly name: string;
  /** Host name, IPv4, or IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** E.164: whose number the called party sees. */
  readonly callerId?: string;
  /** For the carrier's digest challenge. */
  readonly credentials?: { readonly username: string; readonly password: Secret };
}

/** The configuration of the trunks is wrong; the message is one line for whoever wrote it, and never shows a value. */
export class TrunksInvalid extends Error {
  override readonly name = 'TrunksInvalid';
}

const hostName = /^(?=.{1,253}$)[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?)*$/i;
const isHost = (text: string) => isIP(text) > 0 || (hostName.test(text) && !/^[\d.]+$/.test(text));
const printable = z.string().regex(/^[\x20-\x7e]+$/, 'must be printable ASCII');

const trunk = z
  .strictObject({
    name: z.string().regex(/^[a-z\d][\w.-]{0,63}$/i, 'must be a word'),
    host: z.string().refine(isHost, 'must be a host name or an IP address'),
    port: z.int().min(1).max(65_535).default(5060),
    callerId: z
      .string()
      .regex(/^\+[1-9]\d{6,14}$/, 'must be E.164, with its plus')
      .optional(),
    username: printable.optional(),
    password: printable.optional(),
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    message: 'username and password go together',
  })
  .transform(({ name, host, port, callerId, username, password }): Trunk => ({
    name,
    host,
    port,
    ...(callerId !== undefined && { callerId }),
    ...(username !== undefined &&
      password !== undefined && { credentials: { username, password: new Secret(password) } }),
  }));

const trunks = z
  .array(trunk)
  .refine((list) => new Set(list.map(({ name }) => name)).size === list.length, { message: 'two trunks share a name' });

/**
 * Reads the trunks from the text of an environment variable: a JSON array, in the order in which they are tried; nothing is no
 * trunk. Throws TrunksInvalid.
 */
export function readTrunks(text: string | undefined): readonly Trunk[] {
  if (text === undefined || text.trim() === '') return [];
  const read = trunks.safeParse(json(text));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new TrunksInvalid(`trunks${place(issue?.path ?? [])}: ${issue?.message ?? 'invalid'}`);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, in which there may be a password.
    throw new TrunksInvalid('trunks: not JSON');
  }
}

const place = (path: readonly PropertyKey[]) =>
  path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');

/** The request URI of a call through this trunk. `number`: E.164 with its plus. */
export function trunkUri({ host, port }: Trunk, number: string): string {
  return `sip:${number}@${isIP(host) === 6 ? `[${host}]` : host}:${port};user=phone`;
}

import { Socket } from 'node:net';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import postgres from 'postgres';
import { classify, DatabaseUnavailable, isUnavailable } from './unavailable.ts';

export interface Limits {
  /** Longest wait for a free connection of the pool, and for the server to take a new one. Milliseconds. */
  readonly connectMs: number;
  /** Longest time one statement may take, waiting for locks included. Milliseconds. */
  readonly statementMs: number;
}

/** What a connection is to the server. */
export interface Session {
  /** `application_name`. */
  readonly name: string;
  /** See DatabaseOptions. */
  readonly byIndex?: boolean;
}

/** Before PostgreSQL 18 a table that has to be read whole all the same counts as so dear that its statement would be compiled first. */
const BY_INDEX = { enable_seqscan: 'off', jit: 'off' };

const jsonText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** The server cancels a statement at `statementMs`; only when it does not even do that is the connection cut, this much later. */
const GRACE_MS = 1_000;

/**
 * One connection to the server: a postgres.js client of size one, thrown away for good as soon as its socket is gone.
 *
 * postgres.js 3.4 reconnects by itself, but a client that lost its socket can also hang (a pending write is never flushed again), lose a
 * reserved connection, or throw from a timer when a statement is sent on a reserved connection that has just been closed. In the middle
 * of a transaction a silent reconnection would run the rest of it outside. So nothing here survives its socket.
 */
export class Connection implements DatabaseConnection {
  readonly #client: postgres.Sql;
  readonly #limits: Limits;
  #socket: Socket | undefined;
  #lost: DatabaseUnavailable | undefined;
  readonly #running = new Set<(reason: DatabaseUnavailable) => void>();
  readonly #onLost: (connection: Connection) => void;

  constructor(url: string, limits: Limits, { name, byIndex }: Session, onLost: (connection: Connection) => void) {
    this.#limits = limits;
    this.#onLost = onLost;
    this.#client = postgres(url, {
      max: 1,
      idle_timeout: undefined,
      max_lifetime: null,
      connect_timeout: limits.connectMs / 1000,
      connection: { application_name: name, statement_timeout: limits.statementMs, ...(byIndex && BY_INDEX) },
      onnotice: () => undefined,
      // The query for array types that postgres.js would send first rejects where nobody listens when the connection breaks during it,
      // which ends the process. Lists travel as JSON instead.
      fetch_types: false,
      // JSON is given as text already: postgres.js would quote it once more.
      types: { json: { to: 114, from: [114, 3802], serialize: jsonText, parse: JSON.parse } },
      onclose: () => this.lose(new DatabaseUnavailable('CONNECTION_CLOSED')),
      socket: (address: { host: string[]; port: number[]; path?: string | false }) => this.#connect(address),
    } as unknown as postgres.Options<Record<string, never>>);
  }

  get lost(): boolean {
    return this.#lost !== undefined;
  }

  /** Our own socket, so that it can be destroyed: a server that is frozen never closes its side. */
  async #connect({ host, port, path }: { host: string[]; port: number[]; path?: string | false }): Promise<Socket> {
    if (this.#lost) throw this.#lost;
    const socket = (this.#socket = new Socket());
    await new Promise<void>((resolve, reject) => {
      const late = () => socket.destroy(Object.assign(new Error('connect timed out'), { code: 'CONNECT_TIMEOUT' }));
      const timer = setTimeout(late, this.#limits.connectMs);
      socket.once('error', reject);
      socket.once('close', () => clearTimeout(timer));
      socket.once('connect', () => {
        clearTimeout(timer);
        socket.off('error', reject);
        resolve();
      });
      if (path) socket.connect(path);
      else socket.connect(port[0] ?? 5432, host[0] ?? 'localhost');
    });
    return socket;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#lost) throw this.#lost;
    const late = () => this.lose(new DatabaseUnavailable('DEADLINE'));
    const deadline = setTimeout(late, this.#limits.connectMs + this.#limits.statementMs + GRACE_MS);
    let cut: (reason: DatabaseUnavailable) => void = () => undefined;
    try {
      const parameters = [...query.parameters] as postgres.ParameterOrJSON<never>[];
      const lost = new Promise<never>((_, reject) => this.#running.add((cut = reject)));
      const result = await Promise.race([this.#client.unsafe(query.sql, parameters, { prepare: true }), lost]);
      const counted = ['INSERT', 'UPDATE', 'DELETE', 'MERGE'].includes(result.command);
      return { rows: Array.from(result.values()) as R[], ...(counted && { numAffectedRows: BigInt(result.count) }) };
    } catch (error) {
      const verdict = classify(error);
      // When the server itself says what is wrong, the connection is sound (or it is about to close it, which is noticed).
      if (isUnavailable(verdict) && !(error instanceof postgres.PostgresError)) this.lose(verdict);
      throw verdict;
    } finally {
      clearTimeout(deadline);
      this.#running.delete(cut);
    }
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('Statements are not streamed here: ask in pages.');
  }

  /** Gives the connection up: what runs on it fails, nothing runs on it again. */
  lose(reason: DatabaseUnavailable): void {
    if (this.#lost) return;
    this.#lost = reason;
    this.#socket?.destroy();
    for (const cut of this.#running) cut(reason);
    this.#client.end({ timeout: 0 }).catch(() => undefined);
    this.#onLost(this);
  }

  /** Says goodbye to the server. Nothing may be running. */
  async close(): Promise<void> {
    if (this.#lost) return;
    this.#lost = new DatabaseUnavailable('CONNECTION_ENDED');
    await this.#client.end({ timeout: 1 });
  }
}

import { PostgresDriver, type DatabaseConnection, type Driver } from 'kysely';
import { PostgresJSDialect } from 'kysely-postgres-js';
import { Connection, type Limits, type Session } from './connection.ts';
import { DatabaseUnavailable, isUnavailable } from './unavailable.ts';

export interface PoolOptions extends Limits, Session {
  readonly url: string;
  readonly max: number;
}

interface Waiter {
  take(connection: Connection): void;
  refuse(reason: DatabaseUnavailable): void;
}

/** kysely-postgres-js with a pool in which every wait has an end and no connection outlives its socket (see connection.ts). */
export class PoolDialect extends PostgresJSDialect {
  readonly #options: PoolOptions;

  constructor(options: PoolOptions) {
    super({ postgres: () => Promise.reject(new Error('unused')) });
    this.#options = options;
  }

  override createDriver(): Driver {
    return new PoolDriver(this.#options);
  }
}

class PoolDriver extends PostgresDriver {
  readonly #options: PoolOptions;
  readonly #idle: Connection[] = [];
  readonly #all = new Set<Connection>();
  readonly #waiters: Waiter[] = [];
  #ended = false;

  constructor(options: PoolOptions) {
    super({ pool: () => Promise.reject(new Error('unused')) });
    this.#options = options;
  }

  override async init(): Promise<void> {
    // connections are made when they are needed
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    if (this.#ended) throw new DatabaseUnavailable('CONNECTION_ENDED');
    const idle = this.#idle.pop();
    if (idle) return idle;
    if (this.#all.size < this.#options.max) return this.#open();
    return new Promise<Connection>((resolve, reject) => {
      const refuse = (reason: DatabaseUnavailable) => {
        clearTimeout(timer);
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(reason);
      };
      const timer = setTimeout(() => refuse(new DatabaseUnavailable('POOL_EXHAUSTED')), this.#options.connectMs);
      const take = (connection: Connection) => {
        clearTimeout(timer);
        resolve(connection);
      };
      const waiter: Waiter = { take, refuse };
      this.#waiters.push(waiter);
    });
  }

  #open(): Connection {
    const connection = new Connection(this.#options.url, this.#options, this.#options, (lost) => {
      this.#all.delete(lost);
      const at = this.#idle.indexOf(lost);
      if (at >= 0) this.#idle.splice(at, 1);
      if (!this.#ended) this.#waiters.shift()?.take(this.#open());
    });
    this.#all.add(connection);
    return connection;
  }

  override async releaseConnection(released: DatabaseConnection): Promise<void> {
    const connection = released as Connection;
    if (connection.lost) return;
    const waiter = this.#waiters.shift();
    if (waiter) waiter.take(connection);
    else this.#idle.push(connection);
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await this.#orLose(connection, super.commitTransaction(connection));
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await this.#orLose(connection, super.rollbackTransaction(connection));
  }

  /**
   * A transaction whose end failed must not be handed to the next caller open. When the server itself refuses the commit (a deferred
   * constraint), it has ended the transaction, and the connection is sound.
   */
  async #orLose(connection: DatabaseConnection, end: Promise<void>): Promise<void> {
    try {
      await end;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      (connection as Connection).lose(new DatabaseUnavailable('TRANSACTION_END_FAILED', { cause: error }));
      throw error;
    }
  }

  override async destroy(): Promise<void> {
    this.#ended = true;
    for (const waiter of [...this.#waiters]) waiter.refuse(new DatabaseUnavailable('CONNECTION_ENDED'));
    await Promise.all([...this.#all].map((connection) => connection.close()));
  }
}

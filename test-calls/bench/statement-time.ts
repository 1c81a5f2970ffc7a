import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Database } from '#db/connect.ts';

/** What PostgreSQL itself took for one execution. Milliseconds. */
export interface StatementTime {
  /** Of the processor: what others do on the machine hardly touches it. */
  readonly cpuMs: number;
  readonly elapsedMs: number;
}

const PATIENCE_MS = 10_000;

/** Reads what log_statement_stats writes to the server's log of each execution: planning if need be (bind), and running it. */
export class StatementTimes {
  #message = '';
  #bound: StatementTime = { cpuMs: 0, elapsedMs: 0 };
  readonly #times: StatementTime[] = [];

  /** A line of the server's log. */
  readonly hear = (line: string): void => {
    this.#message = /(\w+)(?: MESSAGE)? STATISTICS/.exec(line)?.[1] ?? this.#message;
    const [, user, system, elapsed] = /([\d.]+) s user, ([\d.]+) s system, ([\d.]+) s elapsed/.exec(line) ?? [];
    // Of each statement there is a second such line in brackets: of the connection since it began.
    if (elapsed === undefined || this.#message === '') return;
    const time = { cpuMs: (Number(user) + Number(system)) * 1_000, elapsedMs: Number(elapsed) * 1_000 };
    if (this.#message === 'BIND') this.#bound = time;
    // Without parameters it is one message that is called a query.
    if (this.#message === 'QUERY') this.#times.push(time);
    if (this.#message === 'EXECUTE')
      this.#times.push({
        cpuMs: this.#bound.cpuMs + time.cpuMs,
        elapsedMs: this.#bound.elapsedMs + time.elapsedMs,
      });
    this.#message = '';
  };

  /** Asks `many` times on one connection whose plans are made. Throws when the log does not tell of each. */
  async of(db: Database, many: number, look: (one: Database) => Promise<unknown>): Promise<StatementTime[]> {
    await db.connection().execute(async (one) => {
      for (let n = 0; n < 10; n++) await look(one);
      await sql`set log_statement_stats = on`.execute(one);
      this.#times.length = 0;
      for (let n = 0; n < many; n++) await look(one);
      await sql`set log_statement_stats = off`.execute(one);
    });
    for (let waited = 0; this.#times.length < many; waited += 10) {
      if (waited > PATIENCE_MS) throw new Error(`The server's log tells of ${this.#times.length} of ${many} look-ups.`);
      await pause(10);
    }
    return this.#times.slice(0, many);
  }
}

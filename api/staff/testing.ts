import type { FastifyInstance, InjectOptions } from 'fastify';
import { needsCode } from '#accounts/access/table.ts';
import { Crew, STAFF_PASSWORD } from '#accounts/staff/testing/crew.ts';
import type { Database } from '#db/connect.ts';
import { STAFF_COOKIE } from './cookie.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** The console of somebody who works here, as far as HTTP goes: it keeps the cookie. */
export class TestConsole {
  readonly #server: FastifyInstance;
  readonly #code: (() => Promise<string>) | undefined;
  token = '';

  /** `code`: what is typed beside the password, of whom one is asked. */
  constructor(server: FastifyInstance, code?: () => Promise<string>) {
    this.#server = server;
    this.#code = code;
  }

  /** Signs in; returns the answer. */
  async signIn(username: string, over: object = {}) {
    const code = this.#code && { code: await this.#code() };
    const payload = { username, password: STAFF_PASSWORD, ...code, ...over };
    const answer = await this.#server.inject({ method: 'POST', url: '/v1/staff/sessions', payload });
    const cookie = answer.cookies.find(({ name }) => name === STAFF_COOKIE);
    if (cookie) this.token = cookie.value;
    return answer;
  }

  ask(method: Method, url: string, payload?: InjectOptions['payload'], headers: Record<string, string> = {}) {
    const cookie = this.token === '' ? {} : { cookie: `${STAFF_COOKIE}=${this.token}` };
    return this.#server.inject({ method, url, headers: { ...cookie, ...headers }, ...(payload && { payload }) });
  }
}

/** Those who work here, of whom each that is hired is signed in. */
export class StaffedHouse extends Crew {
  #server: FastifyInstance | undefined;

  constructor(db: Database) {
    super(db);
  }

  /** Whom they sign in at. */
  set server(server: FastifyInstance) {
    this.#server = server;
  }

  async signedIn(
    username: string,
    over: Parameters<Crew['hire']>[1] = {},
  ): Promise<{ id: string; console: TestConsole }> {
    if (!this.#server) throw new Error('There is no server to sign in at.');
    const id = await this.hire(username, over);
    // Whose role needs a code has one.
    const coded = needsCode(over.role ?? 'agent');
    if (coded) await this.giveCode(id);
    const console = new TestConsole(this.#server, coded ? () => this.spareCode(id) : undefined);
    const answer = await console.signIn(username);
    if (answer.statusCode !== 201) throw new Error(`${username} was not signed in: ${answer.body}`);
    return { id, console };
  }
}

import type { FastifyInstance, InjectOptions } from 'fastify';
import { Crew, STAFF_PASSWORD } from '#accounts/staff/testing/crew.ts';
import type { Database } from '#db/connect.ts';
import { STAFF_COOKIE } from './cookie.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** The console of somebody who works here, as far as HTTP goes: it keeps the cookie. */
export class TestConsole {
  readonly #server: FastifyInstance;
  token = '';

  constructor(server: FastifyInstance) {
    this.#server = server;
  }

  /** Signs in; returns the answer. */
  async signIn(username: string, over: object = {}) {
    const payload = { username, password: STAFF_PASSWORD, ...over };
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
    const [id, console] = [await this.hire(username, over), new TestConsole(this.#server)];
    const answer = await console.signIn(username);
    if (answer.statusCode !== 201) throw new Error(`${username} was not signed in: ${answer.body}`);
    return { id, console };
  }
}

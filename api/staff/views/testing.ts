import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { NewStaffMember } from '#accounts/staff/member.ts';
import { appendEvents, closeCall, openCall, setNumber, setPerson, type CallEnding } from '#db/calls.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { auditRows, type AuditRow } from '#db/staff/audit.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { problem } from '../../resources.ts';
import { apiServer } from '../../server.ts';
import type { StaffHouse } from '../route.ts';
import { StaffedHouse, type TestConsole } from '../testing.ts';
import { viewRoutes } from './routes.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
type Answer = Awaited<ReturnType<TestConsole['ask']>>;

/** A house with the invented agency in it, and consoles of those who work there. */
export class ViewedHouse {
  readonly database: TestDatabase;
  readonly staffed: StaffedHouse;
  readonly server: FastifyInstance;
  #people = 0;

  private constructor(database: TestDatabase, staffed: StaffedHouse, server: FastifyInstance) {
    this.database = database;
    this.staffed = staffed;
    this.server = server;
  }

  static async open(parts: (database: TestDatabase) => Partial<StaffHouse> = () => ({})): Promise<ViewedHouse> {
    const database = await startTestDatabase();
    const { db } = database;
    const staffed = new StaffedHouse(db);
    await seedDemo(db, { pinPepper: 'pepper', realm: 'homeline', now: staffed.at });
    const server = apiServer({
      ...{ db, token: 'a-token-that-nobody-guesses', health: async () => 'ok' },
      staff: { ...(await staffed.deps()), ...parts(database) },
      metrics: { contentType: 'text/plain', metrics: async () => '' },
    });
    staffed.server = server;
    return new ViewedHouse(database, staffed, server);
  }

  get db() {
    return this.database.db;
  }

  get at(): Date {
    return this.staffed.at;
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.database.stop();
  }

  /** Somebody who works here, signed in. */
  async console(over: Partial<NewStaffMember> = {}): Promise<ViewConsole> {
    const { id, console } = await this.staffed.signedIn(`somebody${++this.#people}`, over);
    return new ViewConsole(id, console);
  }

  /** What was written down of a kind of thing, the newest first, without what is the same of all. */
  async audited(resource: string): Promise<Partial<AuditRow>[]> {
    return (await auditRows(this.db, { resource, most: 100 })).map(
      ({ act, staffId, resourceId, reason, before, after }) => ({
        ...{ act, staffId, resourceId },
        ...(reason !== null && { reason }),
        ...(before !== null && { before }),
        ...(after !== null && { after }),
      }),
    );
  }

  /** A call from Valley View, seconds after the clock; it goes on without an ending. */
  async call(
    seconds: number,
    {
      facilityId = 'valley-view',
      person,
      number,
      states = [],
      ending,
    }: {
      readonly facilityId?: string;
      readonly person?: string;
      readonly number?: string;
      /** That its journal tells. */
      readonly states?: readonly string[];
      readonly ending?: Partial<CallEnding> & { readonly disposition: string; readonly talkSeconds?: number };
    } = {},
  ): Promise<string> {
    const { db } = this;
    const id = randomUUID();
    const offHookAt = new Date(this.at.getTime() + seconds * 1_000);
    await openCall(db, { id, facilityId, node: 'ivr-1', callerLeg: { sipCallId: id }, offHookAt });
    if (person !== undefined) await setPerson(db, id, person);
    if (number !== undefined) await setNumber(db, id, number, offHookAt);
    await this.tell(id, states);
    if (ending) {
      const { talkSeconds, ...rest } = ending;
      const done = new Date(offHookAt.getTime() + (talkSeconds ?? 0) * 1_000);
      const times = { offHook: offHookAt, done, ...(talkSeconds !== undefined && { talking: offHookAt }) };
      await closeCall(db, id, { endedBy: 'outside', cause: 'BYE', states: times, ...rest });
    }
    return id;
  }

  /** What the journal of a call says further of its state. */
  async tell(callId: string, states: readonly string[], from = 0): Promise<void> {
    const events = states.map((state, n) => ({ callId, seq: from + n, at: this.at, kind: 'state', data: { state } }));
    await appendEvents(this.db, events);
  }
}

/** A console whose good answers are read by the schemas that document them. */
export class ViewConsole {
  readonly id: string;
  readonly #console: TestConsole;

  constructor(id: string, console: TestConsole) {
    this.id = id;
    this.#console = console;
  }

  ask(method: Method, url: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#console.ask(method, url, body, headers);
  }

  /** The same with a body that may be anything. */
  raw(method: Method, url: string, payload: string | undefined, headers: Record<string, string>) {
    return this.#console.ask(method, url, payload, headers);
  }

  /** The status and the body. Throws for a problem, and for what is not documented. */
  async told<T = Record<string, unknown>>(
    method: Method,
    url: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<[number, T]> {
    const answer = await this.ask(method, url, body, headers);
    const [path = ''] = url.split('?');
    const schema = viewRoutes.find((route) => route.method === method && fits(route.path, path))?.answers[
      answer.statusCode
    ];
    if (!schema) throw new Error(`${answer.statusCode} is no answer of ${method} ${url}: ${answer.body}`);
    return [answer.statusCode, schema.parse(answer.json()) as T];
  }

  async get<T = Record<string, unknown>>(url: string): Promise<T> {
    return (await this.told<T>('GET', url))[1];
  }

  /** Status, code and faults of a refusal. */
  async refused(method: Method, url: string, body?: object, headers: Record<string, string> = {}): Promise<unknown[]> {
    const answer = await this.ask(method, url, body, headers);
    const { status, type, faults } = problem.parse(answer.json());
    if (status !== answer.statusCode) throw new Error(`${answer.statusCode} says that it is ${status}.`);
    return [status, type.replace('urn:homeline:problem:', ''), ...(faults ? [faults] : [])];
  }

  get cookie(): string {
    return this.#console.token;
  }
}

const fits = (path: string, url: string): boolean =>
  new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`).test(decodeURIComponent(url));

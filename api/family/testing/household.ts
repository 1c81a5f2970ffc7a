import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { SandboxGateway } from '#accounts/cards/sandbox-gateway.ts';
import { documentKeys } from '#accounts/documents/keys.ts';
import { remadePicture } from '#accounts/documents/picture.ts';
import type { ReviewPolicy } from '#accounts/documents/ports.ts';
import { MemoryStore } from '#accounts/documents/testing/memory-store.ts';
import { documentWords } from '#accounts/documents/wording.ts';
import { Secret } from '#accounts/cards/secret.ts';
import { holderWords } from '#accounts/enrolment/notice-words.ts';
import { cardOnFile } from '#accounts/funding/card-on-file.ts';
import { fundingWords } from '#accounts/funding/notice-words.ts';
import { Home, PASSWORD } from '#accounts/identity/testing/home.ts';
import { notifyWith } from '#accounts/notices/notice.ts';
import { argonHasher } from '#accounts/passcode/hasher.ts';
import { contactOf } from '#accounts/profile/contact.ts';
import { payeeOf } from '#accounts/profile/payee.ts';
import { cardReceipts } from '#accounts/receipts/card-receipts.ts';
import { receiptWords } from '#accounts/receipts/notice-words.ts';
import { refundWords } from '#accounts/refunds/notice-words.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { apiServer, type ApiOptions } from '../../server.ts';
import type { FamilyHouse } from '../route.ts';
import { familyRoutes } from '../routes.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
export type Answer = Awaited<ReturnType<Household['ask']>>;

export const SERVICE = 'a-token-that-nobody-guesses';
export const GOOD_CARD = '4242424242424242';
export const POOR_CARD = '4000000000009995';
export const AGREEMENT = '2026-01-01';

let numbers = 4000;
/** A US number nobody else in the test has. */
export const freshNumber = (): string => `+1213555${++numbers}`;

/** Families that are signed in, and the API they ask: a clock that is moved, a gateway that moves no money. */
export class Household {
  readonly home: Home;
  readonly gateway: SandboxGateway;
  readonly database: TestDatabase;
  server!: FastifyInstance;
  house!: FamilyHouse;
  /** Of pictures of identity documents. */
  readonly store = new MemoryStore();
  review: ReviewPolicy = 'manual';
  #people = 0;

  private constructor(database: TestDatabase) {
    this.database = database;
    this.home = new Home(database.db);
    this.gateway = new SandboxGateway({
      db: database.db,
      webhookSecret: 'a webhook secret of tests',
      now: () => this.home.at,
    });
  }

  static async open(more: (database: TestDatabase) => Partial<ApiOptions> = () => ({})): Promise<Household> {
    const database = await startTestDatabase();
    const household = new Household(database);
    const { db } = database;
    await seedDemo(db, { pinPepper: 'pepper', realm: 'homeline', now: new Date('2026-03-01T20:00:00Z') });
    const now = () => household.home.at;
    const hasher = await argonHasher('a pepper of tests');
    const identity = { ...(await household.home.deps()), passcodes: hasher };
    const onSettled = cardReceipts({ contactOf, notify: notifyWith(receiptWords, now) });
    household.house = {
      identity,
      holders: { now, hasher, notify: notifyWith(holderWords, now) },
      deposits: { db, gateway: household.gateway, now, onSettled },
      funding: { now, cardOf: cardOnFile, notify: notifyWith(fundingWords, now) },
      refunds: { now, contactOf, payeeOf, notify: notifyWith(refundWords, now) },
      cards: household.gateway,
      documents: {
        ...{ now, keys: documentKeys(['a secret of pictures of tests']), store: household.store },
        ...{ darkroom: { remake: remadePicture }, notify: notifyWith(documentWords, now) },
        get review() {
          return household.review;
        },
      },
    };
    household.server = apiServer({
      ...{ db, token: SERVICE, health: async () => 'ok', identity, family: household.house },
      ...{ metrics: { contentType: 'text/plain', metrics: async () => '' }, ...more(database) },
    });
    return household;
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.database.stop();
  }

  ask(method: Method, url: string, payload?: object, headers: Record<string, string> = {}) {
    return this.server.inject({ method, url, headers, ...(payload && { payload }) });
  }

  /** Somebody who is registered and signed in: asks with their token, and reads what is answered by the schema that documents it. */
  async family(): Promise<Family> {
    const email = `family${++this.#people}@example.com`;
    const identityId = await this.home.registered(email);
    return this.signedIn({ identityId, email });
  }

  /** They sign in, for the first time or when their session is over. */
  async signedIn({ identityId, email }: Pick<Who, 'identityId' | 'email'>): Promise<Family> {
    // The registrations of a test all have one telephone; accounts are opened with numbers of their own.
    const signedIn = await this.ask('POST', '/v1/identity/sessions', { email, password: PASSWORD });
    const { accessToken } = signedIn.json<{ accessToken: string }>();
    return new Family(this, { identityId, email, accessToken });
  }

  /** The six digits that were texted last to a number for an identity. */
  async digits(identityId: string, number: string): Promise<string> {
    const proofs = this.database.db.selectFrom('numberProof').select('id').where('identityId', '=', identityId);
    const open = proofs.where('number', '=', number).where('endedAt', 'is', null);
    return this.home.keys.mailed((await open.executeTakeFirstOrThrow()).id).code;
  }

  /** They prove that a number is theirs. */
  async proves(family: Family, number: string): Promise<void> {
    const at = `/v1/me/numbers/${encodeURIComponent(number)}/proof`;
    await family.told('POST', at);
    const { status, body } = await family.told('PUT', at, { code: await this.digits(family.who.identityId, number) });
    if (status !== 200) throw new Error(`${number} was not proven: ${JSON.stringify(body)}`);
  }

  /** What the gateway's own page hands out for a card. */
  async handedOut(number: string): Promise<string> {
    const details = { number: new Secret(number), cvv: new Secret('737'), expiryMonth: 12, expiryYear: 2030 };
    const card = await this.gateway.tokenise({ ...details, postalCode: '95814' });
    if (card.kind !== 'token') throw new Error(`The card was refused: ${card.reason}`);
    return card.token;
  }
}

interface Who {
  readonly identityId: string;
  readonly email: string;
  readonly accessToken: string;
}

export class Family {
  readonly who: Who;
  readonly #household: Household;

  constructor(household: Household, who: Who) {
    this.#household = household;
    this.who = who;
  }

  send(method: Method, url: string, payload?: object, headers: Record<string, string> = {}) {
    const bearer = { authorization: `Bearer ${this.who.accessToken}` };
    return this.#household.ask(method, url, payload, { ...bearer, ...headers });
  }

  /** The same with a body of bytes. */
  bytes(method: Method, url: string, payload: Buffer, headers: Record<string, string>) {
    const bearer = { authorization: `Bearer ${this.who.accessToken}` };
    return this.#household.server.inject({ method, url, payload, headers: { ...bearer, ...headers } });
  }

  /** The answer as [status, body]; a good one fits the schema of its route. */
  async told(method: Method, url: string, payload?: object, headers: Record<string, string> = {}) {
    const answer = await this.send(method, url, payload, headers);
    const { statusCode: status } = answer;
    const body = answer.json<Record<string, never>>();
    const route = familyRoutes.find((one) => one.method === method && matches(one.path, url));
    if (!route) throw new Error(`There is no route ${method} ${url}.`);
    if (route.answers[status]) route.answers[status].parse(body);
    else if (![400, 401, 503, ...route.problems].includes(status))
      throw new Error(`${method} ${url} answers ${status}, which it does not document: ${answer.body}`);
    return { status, body: body as Record<string, unknown>, etag: String(answer.headers['etag']), code: codeOf(body) };
  }

  /** They give their password anew: for ten minutes they may do what asks for it. */
  async provesAnew(): Promise<void> {
    const { statusCode, body } = await this.send('POST', '/v1/identity/sessions/current/proof', { password: PASSWORD });
    if (statusCode !== 200) throw new Error(`Who they are was not proven: ${body}`);
  }

  /** Opens an account with a number of its own. */
  async enrolled(over: object = {}): Promise<{ accountNumber: string; number: string }> {
    const number = freshNumber();
    const order = { state: 'CA', facilityId: 'valley-view', number, language: 'en', notices: 'none', ...over };
    const { status, body } = await this.told('POST', '/v1/enrolments', order, { 'idempotency-key': randomUUID() });
    if (status !== 201) throw new Error(`The account was not opened: ${JSON.stringify(body)}`);
    return { accountNumber: String(body['accountNumber']), number };
  }
}

const matches = (path: string, url: string): boolean =>
  new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`).test(url.split('?')[0] ?? '');

/** The code of a problem and its faults: 'enrolment-faulty invalid-number'. */
const codeOf = (body: { type?: unknown; faults?: unknown; detail?: unknown }): string => {
  if (typeof body.type !== 'string') return '';
  const code = body.type === 'about:blank' ? String(body.detail) : body.type.replace('urn:homeline:problem:', '');
  return [code, ...(Array.isArray(body.faults) ? (body.faults as string[]) : [])].join(' ');
};

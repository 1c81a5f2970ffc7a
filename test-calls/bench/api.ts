import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import { SandboxGateway } from '#accounts/cards/sandbox-gateway.ts';
import { secretHasher } from '#accounts/identity/hasher.ts';
import { digestOf, identityKeys } from '#accounts/identity/keys.ts';
import { signIn } from '#accounts/identity/sign-in.ts';
import { identityWords } from '#accounts/identity/wording.ts';
import { notifyWith } from '#accounts/notices/notice.ts';
import { argonHasher } from '#accounts/passcode/hasher.ts';
import { answersFor, numbersOf } from '#db/account-numbers.ts';
import { openAccount } from '#db/accounts.ts';
import { activeBlocks } from '#db/block-list.ts';
import { placeBlock } from '#db/blocks.ts';
import { accountStatus } from '#db/closing.ts';
import type { Database } from '#db/connect.ts';
import { familyByAccess, ownAccount } from '#db/identity-accounts.ts';
import { post } from '#db/ledger.ts';
import { policyFacts } from '#db/policy.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { statementFacts } from '#db/statements.ts';
import { apiServer } from '#api/server.ts';
import { moneyOf } from '#processes/money.ts';
import type { ClientOrder, ClientReport, ClientRequest } from './api-client.ts';
import type { Bench } from './bench.ts';
import { median, rounded, spreadOf, type Figure } from './figures.ts';
import { onFreshServer } from './ledger-server.ts';

const FAMILIES = 200;
/** Of each family, so that a block can be placed where there is none. */
const NUMBERS = 20;
const LINES = 40;
const LANES = 16;
const PASSWORD = 'Correct-Horse-7';
/** The bare route may be so many times as fast: 60 % of it is ours. */
const MOST_TIMES = 1 / 0.6;

/** Ours; Fastify and the SQL of the deed; that and the look-up whose token it is. */
const servers = ['ours', 'bare', 'bare with session'] as const;
type Whose = (typeof servers)[number];

interface Home {
  readonly accountId: string;
  readonly token: string;
  readonly email: string;
  readonly numbers: readonly string[];
}

/** The API of families against Fastify routes that do nothing but the same SQL, without and with whose token it is, in turns on the same database. */
export const api: Bench = {
  name: 'api',
  title: `What families ask of the API a second, on ${LANES} connections, against bare routes with the same SQL`,
  run: ({ quick, say }) =>
    onFreshServer(async (db) => {
      const [seconds, turns] = quick ? [1, 1] : [4, 3];
      const now = () => new Date();
      await seedDemo(db, { pinPepper: 'pepper', realm: 'homeline', now: now() });
      const passwords = await secretHasher('a pepper of the bench', 'password');
      const homes = await families(db, await passwords.hash(PASSWORD));
      const facilities = (await db.selectFrom('facility').select('id').execute()).map(({ id }) => id);
      const gateway = new SandboxGateway({ db, webhookSecret: 'a webhook secret of the bench', now });
      const { deposits, funding, holders, refunds } = moneyOf(db, gateway);
      const identity = {
        ...{ now, passwords, answers: passwords, passcodes: passwords, keys: identityKeys('a secret of the bench') },
        notify: notifyWith(identityWords, now),
      };
      const hasher = await argonHasher('a pepper of the bench');
      const family = { identity, deposits, funding, refunds, cards: gateway, holders: { ...holders, hasher } };
      const ours = apiServer({
        ...{ db, token: 'a-token-that-nobody-guesses', health: async () => 'ok', identity, family },
        ...{ metrics: { contentType: 'text/plain', metrics: async () => '' }, trustProxy: '127.0.0.1' },
      });
      const bare = bareServer(db, identity, async (headers) => String(headers['x-account']));
      const withSession = bareServer(db, identity, async ({ authorization = '' }) => {
        const family = await familyByAccess(db, digestOf(authorization.slice('Bearer '.length)), new Date());
        return family?.accounts[0]?.id ?? '';
      });
      const ports: Record<Whose, number> = {
        ...{ ours: await listen(ours), bare: await listen(bare), 'bare with session': await listen(withSession) },
      };
      const client = fork(new URL('./api-client.ts', import.meta.url), { execArgv: ['--import', 'tsx'] });
      const deeds = deedsOf(homes, facilities);
      const figures: Figure[] = [];
      const detail: Record<string, unknown> = {};
      try {
        for (const { name, requests, lanes = LANES, once: atMostOnce = false, session = true } of deeds) {
          const compared = servers.filter((whose) => session || whose !== 'bare with session');
          const runs: Record<Whose, number[][]> = { ours: [], bare: [], 'bare with session': [] };
          const third = Math.floor(requests.length / 3);
          const places: Record<Whose, number> = { ours: 0, bare: third, 'bare with session': 2 * third };
          const turn = async (whose: Whose, forSeconds: number) => {
            const from = atMostOnce ? places[whose] : 0;
            const { took, statuses } = await asked(client, {
              port: ports[whose],
              lanes,
              seconds: forSeconds,
              requests,
              from,
            });
            places[whose] += took.length;
            const bad = Object.entries(statuses).filter(([status]) => !/^2/.test(status));
            if (bad.length > 0) throw new Error(`${name}: ${JSON.stringify(statuses)}`);
            return [...took];
          };
          for (const whose of compared) await turn(whose, seconds / 4);
          for (let n = 0; n < turns; n++) for (const whose of compared) runs[whose].push(await turn(whose, seconds));
          const perSecond = (whose: Whose) => runs[whose].map((took) => took.length / seconds);
          const times = (whose: Whose) => runs.ours.map((took, n) => (runs[whose][n]?.length ?? 0) / took.length);
          const p99 = (whose: Whose) => runs[whose].map((took) => spreadOf(took).p99);
          say(compared.map((whose) => `${name}, ${whose}: ${rounded(median(perSecond(whose)))}/s`).join('; '));
          figures.push(
            { what: name, unit: '/s', runs: perSecond('ours') },
            { what: `${name}, p99`, unit: 'ms', runs: p99('ours') },
            { what: `${name}: bare, p99`, unit: 'ms', runs: p99('bare') },
            { what: `${name}: bare for each of ours`, unit: '', runs: times('bare'), atMost: rounded(MOST_TIMES) },
          );
          if (session)
            figures.push({
              ...{ what: `${name}: bare with session for each of ours`, unit: '', runs: times('bare with session') },
            });
          detail[name] = Object.fromEntries(compared.map((whose) => [whose, runs[whose].map(spreadOf)]));
        }
        figures.push(await stopsAttempts(db, ports.ours, homes, quick ? 20 : 100));
      } finally {
        client.disconnect();
        await ours.close();
        await bare.close();
        await withSession.close();
      }
      const notes = [
        'fsync and synchronous_commit are on; the client is a process of its own, on the same cores',
        'bare: Fastify and the statements of the deed alone; with session: whose token it is as well; ours: limits, rules, schemas, headers and problems too',
        'sign-in: both compare the password (Argon2id, 19 MiB, two passes), which is nearly all of it',
        `a statement has ${LINES} lines; a block is placed where there is none; ${FAMILIES} families`,
      ];
      return { figures, notes, detail };
    }),
};

const listen = async (server: FastifyInstance): Promise<number> => {
  await server.listen({ host: '127.0.0.1', port: 0 });
  return (server.server.address() as AddressInfo).port;
};

async function asked(client: ChildProcess, order: ClientOrder): Promise<ClientReport> {
  const answer = once(client, 'message') as Promise<[ClientReport]>;
  client.send(order);
  return (await answer)[0];
}

/** Families that are signed in, each with an account, its numbers and a statement. */
async function families(db: Database, passwordHash: string): Promise<Home[]> {
  const at = new Date(Date.now() - 3_600_000);
  const later = new Date(Date.now() + 24 * 3_600_000);
  const homes: Home[] = [];
  for (let n = 0; n < FAMILIES; n++) {
    const [identityId, sessionId, token, email] = [
      randomUUID(),
      randomUUID(),
      `bench-token-${n}`,
      `bench${n}@example.com`,
    ];
    const numbers = Array.from({ length: NUMBERS }, (_, m) => `+1310${String(2_000_000 + n * NUMBERS + m)}`);
    const accountId = `bench-${n}`;
    const name = { firstName: 'Rosa', lastName: 'Ruiz', addressLine1: '12 Elm St', addressLine2: null, city: 'Fresno' };
    const place = { region: 'CA', postalCode: '93701', country: 'US', phone: numbers[0] ?? '', passcodeHash: null };
    const times = { emailVerifiedAt: at, passwordSetAt: at, registeredAt: at };
    await db
      .insertInto('identity')
      .values({ id: identityId, email, emailKey: email, passwordHash, language: 'en', ...name, ...place, ...times })
      .execute();
    const session = { id: sessionId, identityId, device: null, startedAt: at, usedAt: at, expiresAt: later };
    await db.insertInto('identitySession').values({ ...session, endedAt: null, endedAs: null }).execute(); // prettier-ignore
    await db
      .insertInto('accessToken')
      .values({ digest: digestOf(token), sessionId, expiresAt: later })
      .execute();
    await openAccount(db, { id: accountId, numbers, at });
    await ownAccount(db, { accountId, identityId, way: 'enrolled', at });
    const entries = [{ ledger: { holder: accountId }, cents: 500 }, { ledger: 'card-clearing', cents: -500 }] as const; // prettier-ignore
    for (let line = 0; line < LINES; line++) await post(db, { key: randomUUID(), kind: 'card-deposit', at, entries });
    homes.push({ accountId, token, email, numbers });
  }
  return homes;
}

interface Deed {
  readonly name: string;
  /** False: whoever asks has no token yet. */
  readonly session?: false;
  readonly requests: readonly ClientRequest[];
  readonly lanes?: number;
  /** None of them is asked twice: the second time it would be another deed. */
  readonly once?: true;
}

function deedsOf(homes: readonly Home[], facilities: readonly string[]): readonly Deed[] {
  const head = ({ token, accountId }: Home) => ({ authorization: `Bearer ${token}`, 'x-account': accountId });
  const json = { 'content-type': 'application/json' };
  const get = (home: Home, path: string): ClientRequest => ({ method: 'GET', path, headers: head(home) });
  const blocks = facilities.flatMap((facilityId) =>
    Array.from({ length: NUMBERS }, (_, m) => m).flatMap((m) =>
      homes.map((home): ClientRequest => {
        const body = JSON.stringify({ number: home.numbers[m], facilityId });
        return { method: 'POST', path: '/v1/account/blocks', headers: { ...head(home), ...json }, body };
      }),
    ),
  );
  return [
    {
      name: 'sign-in',
      lanes: 4,
      session: false,
      requests: homes.map(({ email }, n) => ({
        ...{ method: 'POST', path: '/v1/identity/sessions', body: JSON.stringify({ email, password: PASSWORD }) },
        headers: { ...json, 'x-forwarded-for': `10.1.${n % 250}.${Math.floor(n / 250)}` },
      })),
    },
    {
      name: 'block look-up',
      requests: homes.map((home) =>
        get(home, `/v1/account/blocks?${new URLSearchParams({ number: home.numbers[0] ?? '' }).toString()}`),
      ),
    },
    { name: 'placing a block', requests: blocks, once: true },
    { name: 'statement', requests: homes.map((home) => get(home, '/v1/account/statement')) },
  ];
}

/** Fastify and the SQL of each deed, and nothing else; `accountOf`: whose account it is. */
function bareServer(
  db: Database,
  identity: Parameters<typeof signIn>[1],
  accountOf: (headers: IncomingHttpHeaders) => Promise<string>,
): FastifyInstance {
  const server = Fastify();
  server.post('/v1/identity/sessions', async ({ body }, reply) => {
    const answer = await signIn(db, identity, body as { email: string; password: string });
    return reply.code(answer.kind === 'signed-in' ? 201 : 401).send(answer);
  });
  server.get('/v1/account/blocks', async ({ query, headers }) => {
    const { number } = query as { number: string };
    const accountId = await accountOf(headers);
    const list = await activeBlocks(db, { number, accountId }, { limit: 51 });
    return { ...list, numbers: await numbersOf(db, accountId) };
  });
  server.post('/v1/account/blocks', async ({ body, headers }, reply) => {
    const { number, facilityId } = body as { number: string; facilityId: string };
    const accountId = await accountOf(headers);
    const result = await db.transaction().execute(async (trx) => {
      await accountStatus(trx, accountId, { lock: true });
      await answersFor(trx, accountId, number);
      const by = { kind: 'web', id: accountId } as const;
      return placeBlock(trx, { number, scope: { facilityId }, by, reason: 'asked for on the web' });
    });
    return reply.code(201).send({ result });
  });
  server.get('/v1/account/statement', async ({ headers }) => {
    const until = new Date();
    const from = new Date(until.getTime() - 31 * 86_400_000);
    return statementFacts(db, await accountOf(headers), { from, until });
  });
  return server;
}

/** A block that is answered stops an attempt 50 ms later: how many it did not stop. */
async function stopsAttempts(db: Database, port: number, homes: readonly Home[], many: number): Promise<Figure> {
  let placed = 0;
  for (let n = 0; n < many; n++) {
    const home = homes[n % homes.length];
    const number = `+1310${String(7_000_000 + n)}`;
    if (!home) break;
    await db.insertInto('accountNumber').values({ accountId: home.accountId, number, addedAt: new Date() }).execute();
    const answer = await fetch(`http://127.0.0.1:${port}/v1/account/blocks`, {
      method: 'POST',
      headers: { authorization: `Bearer ${home.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ number, facilityId: 'valley-view' }),
    });
    if (answer.status !== 201) throw new Error(`A block was answered with ${answer.status}.`);
    await pause(50);
    const asking = { personId: 'demo-alex', stationId: 'valley-view-1', facilityId: 'valley-view' };
    const { blocked } = await policyFacts(db, { ...asking, number, at: new Date() });
    if (!blocked.thisFacility) placed++;
  }
  return {
    what: `attempts, 50 ms after each of ${many} blocks, that were not stopped`,
    unit: '',
    runs: [placed],
    atMost: 0,
  };
}

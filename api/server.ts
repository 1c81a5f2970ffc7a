import { createServer as createTlsServer, type ServerOptions as TlsOptions } from 'node:https';
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerFactory,
} from 'fastify';
import type { IdentityDeps } from '#accounts/identity/ports.ts';
import type { Database } from '#db/connect.ts';
import { cardWebhook, type CardWebhookOptions } from './card-webhook.ts';
import type { ConsoleBundle } from './console-bundle.ts';
import { consolePage } from './console.ts';
import { keepConventions, requestName } from './conventions.ts';
import { deskEvents, deskEventStream } from './desk-events.ts';
import type { DeskFeed } from './desk-feed.ts';
import { DOCS_POLICY, docsPage, type OpenApiDocument } from './docs/page.ts';
import { openFamily } from './family/open.ts';
import type { FamilyHouse } from './family/route.ts';
import { familyRoutes } from './family/routes.ts';
import { openIdentity } from './identity/open.ts';
import { idempotencyKey } from './identity/resources.ts';
import { identityRoutes } from './identity/routes.ts';
import { openApi } from './openapi.ts';
import { Problem, problemOf, read } from './problem.ts';
import { questionRoutes, type QuestionHouse } from './questions/routes.ts';
import { routes, type Route } from './routes.ts';
import { serviceDoor } from './service-door.ts';
import { openStaff } from './staff/door.ts';
import type { StaffHouse } from './staff/route.ts';
import { staffRoutes } from './staff/routes.ts';
import { signInRoute } from './staff/sessions.ts';
import { houseEvents, houseEventStream, type EventFeed } from './webhooks/events.ts';
import { webhookRoutes, type WebhookHouse } from './webhooks/routes.ts';
import { textWebhook, type TextWebhookOptions } from './text-webhook.ts';

export interface ApiOptions {
  readonly db: Database;
  /** Who shows this token as a bearer (RFC 6750) may do everything of the service's door. */
  readonly token: string;
  /** The token that it replaces, good as well for as long as it is given. */
  readonly tokenBefore?: string;
  /** Key and certificate: it speaks HTTP/1.1 over TLS. Absent: without. */
  readonly tls?: TlsOptions;
  /** By which keys end; absent: the machine's. */
  readonly now?: () => Date;
  /** `ok`, or why not. */
  readonly health: () => Promise<string>;
  readonly metrics: { readonly contentType: string; readonly metrics: () => Promise<string> };
  readonly log?: FastifyBaseLogger;
  /** Absent: no texts come in. */
  readonly texts?: TextWebhookOptions;
  /** Absent: the card gateway tells nothing of its own accord. */
  readonly cards?: CardWebhookOptions;
  /** Absent: nobody hears what happens at the agents' desk. */
  readonly desk?: DeskFeed;
  /** Absent: web and app layers do not hear what happens as it happens. */
  readonly events?: EventFeed;
  /** Absent: nor are they told by webhook. */
  readonly webhooks?: WebhookHouse;
  /** Absent: families neither search questions nor write any. */
  readonly questions?: QuestionHouse;
  /** Absent: families neither register nor sign in here. */
  readonly identity?: IdentityDeps;
  /** Absent: no page for agents is served. */
  readonly console?: () => Promise<ConsoleBundle>;
  /** Absent: staff do not sign in here. */
  readonly staff?: StaffHouse;
  /** Absent: nor do they do anything with accounts. */
  readonly family?: FamilyHouse;
  /** Told of every answer's status: what is refused again and again is an attack, or a page that is broken. */
  readonly answered?: (status: number) => void;
  /** Addresses of proxies before it, comma-separated, whose X-Forwarded-For counts. Absent: whoever connects is who asks. */
  readonly trustProxy?: string;
  /** Of web pages that may ask what families ask; absent: none but its own. */
  readonly origins?: readonly string[];
}

const REFUSED = new Set([401, 403, 429]);

const overTls =
  (tls: TlsOptions): FastifyServerFactory =>
  (handler) =>
    createTlsServer({ ...tls, ALPNProtocols: ['http/1.1'] }, handler);

/** The API, not yet listening: `listen()` it, or `inject()` requests in tests. `close()` leaves `db` open. */
export function apiServer(options: ApiOptions): FastifyInstance {
  const { db, health, metrics, log, texts, cards, desk, identity, family, staff, questions } = options;
  const { events, webhooks, trustProxy, origins = [], answered, tls } = options;
  const served: readonly Route[] = [
    ...routes,
    ...(questions ? questionRoutes(questions) : []),
    ...(webhooks ? webhookRoutes(webhooks) : []),
  ];
  const server = Fastify({
    ...(log && { loggerInstance: log }),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 65_536,
    ...(tls && { serverFactory: overTls(tls) }),
    ...requestName,
    // What is no path, or has a part of more than a hundred characters, comes to no route.
    frameworkErrors: (error, request, reply) => {
      void answerProblem(new Problem(400, 'This is no path that there is.'), error, request, reply);
    },
    ...(trustProxy !== undefined && { trustProxy }),
  });
  const documented = [
    ...served,
    ...(identity ? identityRoutes : []),
    ...(family ? familyRoutes : []),
    ...(staff ? [signInRoute, ...staffRoutes] : []),
  ];
  const document = openApi(documented, [deskEventStream, ...(events ? [houseEventStream] : [])]);
  const service = serviceDoor(db, options, options.now ?? (() => new Date()));

  keepConventions(server, { origins });
  if (answered) server.addHook('onResponse', async (_request, { statusCode }) => answered(statusCode));
  server.setErrorHandler((error, request, reply) => answerProblem(problemOf(error), error, request, reply));
  server.setNotFoundHandler(() => {
    throw new Problem(404, 'There is nothing here; /openapi.json says what there is.');
  });

  for (const path of ['/healthz', '/readyz'])
    server.get(path, async (_request, reply) => {
      const state = await health();
      return reply
        .code(state === 'ok' ? 200 : 503)
        .type('text/plain')
        .send(`${state}\n`);
    });
  server.get('/livez', async (_request, reply) => reply.type('text/plain').send('ok\n'));
  server.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()));
  server.get('/openapi.json', () => document);
  const docs = docsPage(document as unknown as OpenApiDocument);
  server.get('/docs', async (_request, reply) =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', DOCS_POLICY).send(docs),
  );

  if (texts) void server.register(textWebhook, texts);
  if (cards) void server.register(cardWebhook, cards);
  if (desk)
    void server.register(async (guarded) => {
      guarded.addHook('onRequest', service('queue.read'));
      await guarded.register(deskEvents, { feed: desk });
    });
  if (events)
    void server.register(async (guarded) => {
      guarded.addHook('onRequest', service(undefined));
      await guarded.register(houseEvents, { feed: events });
    });
  if (options.console)
    void server.register(consolePage, {
      bundle: options.console,
      reaches: staff?.softphone ? [staff.softphone.url] : [],
    });
  if (identity) openIdentity(server, db, identity);
  if (staff) openStaff(server, db, staff);
  if (family) openFamily(server, db, family);
  // Streams end before the server waits for what is under way.
  if (staff)
    server.addHook('preClose', async () => void (await Promise.all([staff.live?.close(), staff.desk?.close()])));
  for (const route of served)
    server.route({
      method: route.method,
      url: route.path,
      onRequest: service(route.act),
      handler: async ({ params, query, body, headers }, reply) => {
        const key = route.idempotent && headers['idempotency-key'];
        const keyed = key ? { idempotencyKey: read('header', idempotencyKey, key) } : {};
        const answer = await route.run(db, { params, query, body, ...keyed });
        return reply.code(answer.status).send(answer.body);
      },
    });
  return server;
}

function answerProblem(problem: Problem, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { method, ip } = request;
  // The address may have an id or a number in it; the route has not.
  const route = request.routeOptions?.url;
  if (problem.status >= 500) request.log.error({ err: error, method, route }, 'a request failed');
  // Who may not come in, may not do this, or asks too often: what an attack looks like (OWASP ASVS 4.0.3 V7.1.3, V7.2).
  if (REFUSED.has(problem.status)) {
    const { type, faults } = problem.kind;
    request.log.info(
      { method, route, ip, status: problem.status, type, ...(faults && { faults }) },
      'a request was refused',
    );
  }
  return reply
    .code(problem.status)
    .headers({ ...problem.headers, 'content-type': 'application/problem+json' })
    .send(Buffer.from(JSON.stringify(problem.body)));
}

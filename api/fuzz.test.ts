import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { notifyWith } from '#accounts/notices/notice.ts';
import { questionWords } from '#accounts/questions/wording.ts';
import { webhookKeys } from '#accounts/webhooks/secret.ts';
import { openCall } from '#db/calls.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, vi } from 'vitest';
import { questionRoutes } from './questions/routes.ts';
import { routes } from './routes.ts';
import { apiServer } from './server.ts';
import { fuzz } from './testing/fuzz/fuzz.ts';
import { webhookRoutes } from './webhooks/routes.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const token = 'a-token-that-nobody-guesses';
const now = () => new Date('2026-03-02T20:00:00Z');
const callId = randomUUID();
let database: TestDatabase;
let server: FastifyInstance;
const houses = () => ({
  questions: { questions: { now, notify: notifyWith(questionWords('+18669490290'), now) }, line: '+18669490290' },
  webhooks: { keys: webhookKeys('a secret of sixteen or more'), now },
});
beforeAll(async () => {
  database = await startTestDatabase();
  const { db } = database;
  await seedDemo(db, { pinPepper: 'pepper', realm: 'homeline', now: now() });
  const caller = { facilityId: 'valley-view', node: 'ivr-1', callerLeg: { sipCallId: 'one' } };
  await openCall(db, { ...caller, id: callId, offHookAt: now() });
  const metrics = { contentType: 'text/plain', metrics: async () => '' };
  server = apiServer({ db, token, health: async () => 'ok', metrics, ...houses() });
});
afterAll(async () => {
  await server.close();
  await database.stop();
});

// What the houses are made of changes nothing of what the routes document.
const { questions, webhooks } = houses();
const served = [...routes, ...questionRoutes(questions), ...webhookRoutes(webhooks)];

fuzz(served, async () => ({
  server,
  known: ['+12135550142', 'valley-view', 'demo-ana', 'en', 'es', callId, '192.0.2.7', 'rosa@example.com', '10'],
  fields: { id: callId, agentId: 'demo-ana', source: '192.0.2.7', url: 'https://web.example.com/hook' },
  headers: async () => ({ authorization: `Bearer ${token}` }),
}));

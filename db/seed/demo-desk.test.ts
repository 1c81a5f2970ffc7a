import { afterAll, beforeAll, expect, test } from 'vitest';
import { agentsAtDesk, turnAgent } from '../desk/agents.ts';
import { startTestDatabase, type TestDatabase } from '../testing.ts';
import { seedDemoDesk } from './demo-desk.ts';

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

test('the agents of the demonstration have phones of their own, and stay as they were when it is seeded again', async () => {
  const { db } = server;
  const options = { pinPepper: 'pepper', realm: 'homeline', now: new Date('2026-03-02T20:00:00Z') };
  const agents = await seedDemoDesk(db, options);
  expect(agents).toMatchObject([
    { username: 'agent1', extension: '701', supervisor: false },
    { username: 'agent2', extension: '702', supervisor: true },
  ]);
  expect(new Set(agents.map(({ password }) => password)).size).toBe(2);
  await turnAgent(db, 'demo-ana', 'ready', options.now);
  expect(await seedDemoDesk(db, options)).toEqual(agents);
  expect(await agentsAtDesk(db)).toMatchObject([
    { id: 'demo-ana', state: 'ready', languages: ['en', 'es'] },
    { id: 'demo-ray', state: 'away', languages: ['en', 'es'] },
  ]);
  const phones = await db.selectFrom('credential').select(['username', 'agentId']).orderBy('username').execute();
  expect(phones).toEqual([
    { username: 'agent1', agentId: 'demo-ana' },
    { username: 'agent2', agentId: 'demo-ray' },
  ]);
});

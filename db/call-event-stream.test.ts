import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { listenToCallEvents, type CallEventNotice } from './call-event-stream.ts';
import { appendEvents, openCall } from './calls.ts';
import { seedDemo } from './seed/demo.ts';
import { startTestDatabase, type TestDatabase } from './testing.ts';

// A real server on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
const at = new Date(Date.UTC(2026, 4, 1));
beforeAll(async () => {
  server = await startTestDatabase();
  await seedDemo(server.db, { pinPepper: 'p', realm: 'r', now: at });
});
afterAll(() => server.stop());

test(
  'events are heard as they are committed, and again after the database was killed',
  { timeout: 20_000 },
  async () => {
    const heard: CallEventNotice[] = [];
    let gaps = 0;
    const stream = await listenToCallEvents(
      server.url,
      (notice) => heard.push(notice),
      () => gaps++,
    );
    const callId = randomUUID();
    await openCall(server.db, {
      id: callId,
      facilityId: 'valley-view',
      node: 'n',
      callerLeg: { sipCallId: 'x' },
      offHookAt: at,
    });
    await appendEvents(server.db, [{ callId, seq: 0, at, kind: 'off-hook', data: { from: 'a' } }]);
    await expect
      .poll(() => heard)
      .toEqual([{ callId, seq: 0, at: '2026-05-01T00:00:00.000Z', kind: 'off-hook', data: { from: 'a' } }]);

    await server.crash();
    await server.revive();
    await expect.poll(() => gaps).toBe(1);
    await appendEvents(server.db, [{ callId, seq: 1, at, kind: 'done', data: {} }]);
    await expect.poll(() => heard.at(-1)?.seq).toBe(1);
    await stream.close();
  },
);

test('a server that is not there is told at once', async () => {
  const listening = listenToCallEvents('postgres://a:b@127.0.0.1:1/c', () => undefined);
  await expect(listening).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

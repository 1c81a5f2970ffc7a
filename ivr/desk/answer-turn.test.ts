import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serveQueue } from '#accounts/desk/queue.ts';
import { ha1Of, saveCredentials } from '#db/credentials.ts';
import { enterQueue } from '#db/desk/entries.ts';
import { endingOfLineCall, openLineCallsOf } from '#db/line-calls.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { DatabaseUnavailable } from '#db/unavailable.ts';
import { authorization } from '#test-calls/phone/authorization.ts';
import { answer, type RunningCall } from '../answering/answer.ts';
import { Door } from '../answering/door.ts';
import type { Platform } from '../platform.ts';
import { agentState, clearDesk, hireAgent } from '../testing/agent-at-desk.ts';
import { invite } from '../testing/knock.ts';
import { PlayedEndpoint } from '../testing/played-endpoint.ts';
import { playedPlatform, realm } from '../testing/world.ts';
import { answerTurn } from './answer-turn.ts';

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
  await hireAgent(server.db);
});
afterAll(() => server.stop());
beforeEach(() => clearDesk(server.db));

/** Ana's phone dials the code. */
async function turns(to: 'ready' | 'away', { agentId = 'ana', db = server.db, quick = true } = {}) {
  const played = playedPlatform(server.db);
  const endpoint = new PlayedEndpoint(randomUUID());
  endpoint.quick = quick;
  played.media.ready.push(endpoint);
  const platform: Platform = { ...played.platform, db };
  const call = invite({ requestUri: 'sip:*1@homeline' });
  const refused: number[] = [];
  let running: RunningCall | undefined;
  await answerTurn(
    call.incoming,
    { agentId, to },
    platform,
    (one) => (running = one),
    (status) => refused.push(status),
  );
  return { ...played, ...call, endpoint, running, refused };
}
const heard = ({ endpoint }: Awaited<ReturnType<typeof turns>>) => endpoint.prompts.map(({ path }) => path);

describe('an agent', () => {
  it('comes and goes, and hears that it is so', async () => {
    for (const to of ['ready', 'away', 'away'] as const) {
      const call = await turns(to);
      await call.running?.done;
      expect([heard(call), await agentState(server.db)]).toEqual([[`/es/desk.${to}.wav`], to]);
      expect(call.dialog.byes).toEqual([16]);
      expect(await endingOfLineCall(server.db, call.running?.id ?? '')).toBe('goodbye');
    }
  });

  it('dials it on their own phone, with its password', async () => {
    const [requestUri, password] = ['sip:*1@homeline', 'of the desk'];
    await saveCredentials(server.db, {
      username: 'desk1',
      realm,
      ha1: ha1Of('desk1', realm, password),
      agentId: 'ana',
    });
    const { platform, media } = playedPlatform(server.db);
    const endpoint = new PlayedEndpoint(randomUUID());
    endpoint.quick = true;
    media.ready.push(endpoint);
    const door = new Door(platform);
    const request = { method: 'INVITE', uri: requestUri };
    const known = authorization(door.challenge(false), request, { username: 'desk1', password }) ?? '';
    let running: RunningCall | undefined;
    const call = invite({ requestUri }, { 'Proxy-Authorization': known });
    await answer(call.incoming, door, platform, (taken) => (running = taken));
    await running?.done;
    expect([call.said, await agentState(server.db)]).toEqual([[], 'ready']);
  });

  it('hears that a call is theirs, and it stays theirs', async () => {
    const now = new Date();
    await (
      await turns('ready')
    ).running?.done;
    const entry = { id: randomUUID(), callId: randomUUID(), language: 'es', number: undefined } as const;
    await enterQueue(server.db, { ...entry, accountId: undefined, node: 'ivr-other', at: now });
    await serveQueue(server.db, now);
    const call = await turns('away');
    await call.running?.done;
    expect([heard(call), await agentState(server.db)]).toEqual([['/es/desk.busy.wav'], 'ringing']);
  });

  it('who works here no more is not answered', async () => {
    expect(await turns('ready', { agentId: 'nobody' })).toMatchObject({ refused: [403], answers: [] });
  });

  it('hears that it cannot be written down, and is as they were', async () => {
    const db = new Proxy(server.db, {
      get: (real, key) => {
        if (key === 'transaction') throw new DatabaseUnavailable('57P03');
        const value: unknown = Reflect.get(real, key);
        return typeof value === 'function' ? (value.bind(real) as unknown) : value;
      },
    });
    const call = await turns('ready', { db });
    await call.running?.done;
    expect([heard(call), await agentState(server.db)]).toEqual([['/es/supervise.not-now.wav'], 'away']);
  });

  it('who hangs up at once, or as the platform stops, has come all the same; their leg is known meanwhile', async () => {
    const call = await turns('ready', { quick: false });
    await call.endpoint.begins('desk.ready');
    expect(await openLineCallsOf(server.db, 'ivr-test')).toMatchObject([{ id: call.running?.id }]);
    call.dialog.hangUp();
    await call.running?.done;
    expect([await agentState(server.db), await endingOfLineCall(server.db, call.running?.id ?? '')]).toEqual([
      ...['ready', 'phone'],
    ]);
    const other = await turns('away', { quick: false });
    await other.endpoint.begins('desk.away');
    other.running?.stop();
    await other.running?.done;
    expect([await agentState(server.db), await endingOfLineCall(server.db, other.running?.id ?? '')]).toEqual([
      ...['away', 'shutdown'],
    ]);
  });
});

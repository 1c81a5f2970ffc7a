import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callReport } from '#db/calls.ts';
import { openDatabase } from '#db/connect.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { special } from '#db/seed/demo-world.ts';
import { startTestDatabase } from '#db/testing.ts';
import { answeredCall, pinPepper, playedPlatform, realm } from '../testing/world.ts';
import { permission } from './permission.ts';

const database = await startTestDatabase();
beforeAll(() => seedDemo(database.db, { pinPepper, realm, now: new Date() }));
afterAll(() => database.stop());

const asked = async (typed: string, personId = 'demo-alex') => {
  const call = await answeredCall(playedPlatform(database.db));
  const answer = await permission(call.parts, personId, typed);
  await call.record.settled();
  const report = await callReport(database.db, call.record.callId);
  const verdicts = report?.events.filter(({ kind }) => kind === 'verdict').map(({ data }) => data);
  return { answer, verdicts, number: report?.call.number, states: call.record.states, logged: call.logged };
};

describe('the permission for a call', () => {
  it('is given, and the number counts as dialled', async () => {
    const { answer, verdicts, number, states } = await asked('2135550142');
    expect(answer).toEqual({ number: '+12135550142', refusal: undefined });
    expect(verdicts).toEqual([{ number: '+12135550142', verdict: 'yes' }]);
    expect(number).toBe('+12135550142');
    expect(states.policy).toBeInstanceOf(Date);
  });

  it.each([
    [special.privileged, special.privileged, 'privileged-number'],
    [special.blocked, special.blocked, 'blocked'],
    [special.accountClosed, special.accountClosed, 'account-closed'],
    ['9005550142', '+19005550142', 'denied-number'],
    ['911', undefined, 'denied-number'],
    ['12', undefined, 'invalid-number'],
  ])('is refused for %s, and the number is kept where it is one', async (typed, number, refusal) => {
    const { answer, verdicts, number: kept } = await asked(typed);
    expect(answer).toEqual({ number, refusal });
    expect(verdicts).toEqual([{ ...(number !== undefined && { number }), verdict: refusal }]);
    expect(kept).toBe(number);
  });

  it('is refused when the person is not known here', async () => {
    const { answer, logged } = await asked('2135550142', 'nobody');
    expect(answer.refusal).toBe('unavailable');
    expect(logged).toMatchObject([{ level: 'error', text: 'the policy could not be looked up' }]);
  });

  it('is refused when the policy cannot be looked up', async () => {
    const call = await answeredCall(playedPlatform(database.db));
    const away = openDatabase('postgres://127.0.0.1:1/nowhere', { connectMs: 500 });
    const platform = { ...call.platform, db: away };
    const answer = await permission({ ...call.parts, platform }, 'demo-alex', '2135550142');
    await away.destroy();
    expect(answer).toEqual({ number: '+12135550142', refusal: 'unavailable' });
    expect(call.logged).toMatchObject([{ level: 'error', fields: { call: call.record.callId } }]);
    await call.record.settled();
  });
});

import { expect } from 'vitest';
import { hearEachOther, talking } from './acts.ts';
import { toldById } from './told.ts';
import { wholeCalls } from './whole-calls.ts';

const { call } = wholeCalls({ environment: { MAX_CALLS: '1' }, atOnce: 1 });

call(
  'a call beyond what a process carries is refused at once, and the one in progress goes on',
  { others: 1 },
  async (scene) => {
    const [late] = scene.others;
    if (!late) throw new Error('too few people');
    const { inside, outside, callId } = await talking(scene);
    const shed = late.dial();
    expect(await shed.answered).toBe(false);
    expect(shed.ending).toMatchObject({ status: 503, cause: 34 });
    await hearEachOther(inside, outside, 6_000);

    await outside.hangup();
    await inside.ended;
    expect((await toldById(scene.stage, callId)).call.disposition).toBe('talked');
    // Its place is free when all that it wrote is durable, a moment after it is closed.
    const taken = () => {
      const next = late.dial();
      return next.answered.finally(() => next.hangup());
    };
    await expect.poll(taken, { timeout: 10_000 }).toBe(true);
  },
);

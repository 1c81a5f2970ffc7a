import { expect, test } from 'vitest';
import type { ProcessName } from '#processes/supervisor.ts';
import { callAndPickUp, hearEachOther, talking } from './acts.ts';
import { ownServers, type Stage } from './stage.ts';
import { wholeCalls } from './whole-calls.ts';

const { call } = wholeCalls({ environment: { SWEEP_SECONDS: '1', MEDIA_SERVERS: '2' }, atOnce: 1 });

const names = ['media', 'media-2'] as const satisfies readonly ProcessName[];

const dumpOf = async (stage: Stage, name: ProcessName): Promise<unknown> =>
  (await fetch(`http://127.0.0.1:${stage.system.supervisor.ports(name)['observe']}/dump`)).json();

/** How many media servers the application is connected to. */
async function serving(stage: Stage): Promise<number> {
  const { media } = (await dumpOf(stage, 'ivr')) as { media: { serves: boolean }[] };
  return media.filter(({ serves }) => serves).length;
}

/** The media servers, of those that live, that carry a call's endpoints. */
async function serversOf(stage: Stage, callId: string, living: readonly ProcessName[] = names): Promise<ProcessName[]> {
  const legs = await stage.system.db.selectFrom('leg').select('endpointUuid').where('callId', '=', callId).execute();
  const found: ProcessName[] = [];
  for (const name of living) {
    const { state } = (await dumpOf(stage, name)) as { state: { channels: { uuid: string }[] } };
    for (const { endpointUuid } of legs) if (state.channels.some(({ uuid }) => uuid === endpointUuid)) found.push(name);
  }
  return found;
}

/** How long it may take until a media server that dies or stands still is noticed, and its phones hung up. */
const noticedMs = 2_000;

if (!ownServers) test.skip('the media servers of the real pair are not ours to kill');
else
  call(
    'a media server dies, or stands still: its calls are closed, the others go on, new ones are placed elsewhere',
    { others: 3 },
    async (scene) => {
      const { stage } = scene;
      const { supervisor, db } = stage.system;
      const [second = scene, third = scene, fourth = scene] = scene.others;
      const [one, other] = [await talking(scene), await talking(second)];
      const [[dying = 'media', beside], [alive = 'media']] = [
        await serversOf(stage, one.callId),
        await serversOf(stage, other.callId),
      ];
      // Both legs on one, the two calls on different ones.
      expect([beside, new Set([dying, alive]).size]).toEqual([dying, 2]);

      let revive = () => {};
      const again = supervisor.crash(dying, new Promise<void>((resolve) => (revive = resolve)));
      const killedMs = performance.now();
      await Promise.all([one.inside.ended, one.outside.ended]);
      expect(performance.now() - killedMs).toBeLessThan(noticedMs);
      await hearEachOther(other.inside, other.outside, 6_000);
      const lost = await stage.settled(one.callId);
      expect(lost.call).toMatchObject({ disposition: 'media-lost', endedBy: 'system', q850: 41 });
      expect(lost.recording).toMatchObject({ state: 'stored' });

      const next = await callAndPickUp(third);
      expect(await serversOf(stage, await stage.idOf(next.inside), [alive])).toEqual([alive, alive]);
      revive();
      await again;
      await next.outside.hangup();

      await expect.poll(() => serving(stage)).toBe(2);

      // It is there again; the other one stands still, as one does that waits for a dead disk.
      const back = await talking(fourth);
      expect(await serversOf(stage, back.callId)).toEqual([dying, dying]);
      process.kill(supervisor.pid(alive) ?? 0, 'SIGSTOP');
      try {
        const stoodMs = performance.now();
        await Promise.all([other.inside.ended, other.outside.ended]);
        expect(performance.now() - stoodMs).toBeLessThan(noticedMs + 500);
        await hearEachOther(back.inside, back.outside, 6_200);
        await expect.poll(async () => (await stage.report(other.callId)).call.disposition).toBe('media-lost');
      } finally {
        process.kill(supervisor.pid(alive) ?? 0, 'SIGCONT');
      }
      // What it still had of that call is ended, though nobody there hung up.
      await expect.poll(() => serversOf(stage, other.callId)).toEqual([]);
      await back.inside.hangup();
      await back.outside.ended;
      expect((await stage.settled(back.callId)).call.disposition).toBe('talked');
      expect(await db.selectFrom('call').select('id').where('closedAt', 'is', null).execute()).toHaveLength(0);
    },
  );

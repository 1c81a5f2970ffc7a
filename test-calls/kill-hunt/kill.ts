import { join } from 'node:path';
import { readPidFile } from '#db/embedded/postmaster.ts';
import { postgresFolder } from '#processes/system.ts';
import type { Stage } from '../stage.ts';

export const hunted = ['sip', 'media', 'ivr', 'api', 'jobs', 'PostgreSQL'] as const;
export type Hunted = (typeof hunted)[number];

export interface Kill {
  readonly process: Hunted;
  /** Until it was taken out of use: by `ivr`, of a SIP or media server. Milliseconds. */
  readonly noticedMs?: number;
  /** Until whoever needs it is served again. Milliseconds; undefined: not within a minute. */
  readonly servesMs?: number;
}

const lookMs = 20;
const patienceMs = 60_000;

/** Kills a process as a crash would, and waits until everything serves again. */
export async function kill(stage: Stage, process: Hunted, nth: number): Promise<Kill> {
  const { supervisor } = stage.system;
  const killedMs = performance.now();
  const since = async (is: () => Promise<boolean>): Promise<number | undefined> => {
    while (performance.now() - killedMs < patienceMs) {
      if (await is().catch(() => false)) return performance.now() - killedMs;
      await stage.pause(lookMs);
    }
    return undefined;
  };
  const told = (noticedMs: number | undefined, servesMs: number | undefined): Kill => ({
    process,
    ...(noticedMs !== undefined && { noticedMs }),
    ...(servesMs !== undefined && { servesMs }),
  });
  switch (process) {
    case 'sip': {
      const port = supervisor.ports('ivr')['observe'];
      const again = supervisor.crash('sip');
      // It says so, or has ended already: it ends with its SIP server.
      const noticed = since(async () => !(await well(port)));
      await again;
      return told(await noticed, await since(() => answers(stage)));
    }
    case 'media': {
      const name = nth % 2 === 0 ? 'media' : 'media-2';
      const before = await serving(stage);
      const again = supervisor.crash(name);
      const noticed = since(async () => (await serving(stage)) < before);
      await again;
      const noticedMs = await Promise.race([noticed, stage.pause(2_500).then(() => undefined)]);
      return told(noticedMs, await since(async () => (await serving(stage)) === 2 && answers(stage)));
    }
    case 'ivr':
      await supervisor.crash('ivr');
      return told(undefined, await since(() => answers(stage)));
    case 'api':
      await supervisor.crash('api');
      return told(undefined, await since(() => ready(supervisor.ports('api')['http'])));
    case 'jobs':
      await supervisor.crash('jobs');
      return told(undefined, await since(() => ready(supervisor.ports('jobs')['observe'])));
    case 'PostgreSQL': {
      const cluster = join(await postgresFolder(stage.system.config.VAR_FOLDER), 'data');
      const before = await readPidFile(cluster);
      if (!before) throw new Error('no PostgreSQL');
      globalThis.process.kill(before.pid, 'SIGKILL');
      await since(async () => (await readPidFile(cluster))?.pid !== before.pid);
      return told(undefined, await since(async () => (await ready(supervisor.ports('api')['http'])) && answers(stage)));
    }
  }
}

/** Whether `ivr` says that it has all that it needs; one that is gone does not. */
const well = (port: number | undefined): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(1_000) }).then(
    ({ ok }) => ok,
    () => false,
  );

const ready = async (port: number | undefined): Promise<boolean> =>
  (await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(1_000) })).ok;

/** Whether somebody who dials now is answered, at once. */
export async function answers(stage: Stage): Promise<boolean> {
  const call = stage.dial('0');
  const answered = await Promise.race([call.answered, stage.pause(700).then(() => false)]);
  await Promise.race([call.hangup(), stage.pause(1_000)]);
  return answered;
}

/** How many media servers `ivr` can use. */
async function serving(stage: Stage): Promise<number> {
  const port = stage.system.supervisor.ports('ivr')['observe'];
  const response = await fetch(`http://127.0.0.1:${port}/dump`, { signal: AbortSignal.timeout(1_000) });
  const { media } = (await response.json()) as { media: { serves: boolean }[] };
  return media.filter(({ serves }) => serves).length;
}

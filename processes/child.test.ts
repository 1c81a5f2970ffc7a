import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { Served } from './child.ts';
import { main } from './child.ts';
import { PlayedHost } from './testing/played-host.ts';

const folder = await mkdtemp(join(tmpdir(), 'homeline-child-'));
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => vi.useRealTimers());

/** Lets everything happen that has its cause. */
const turns = () => vi.advanceTimersByTimeAsync(0);

/** A process of this name, which serves unless told otherwise; its log is read by its name. */
function process(
  name: string,
  { env = {}, supervised = true, serve = undefined as (() => Promise<Served>) | undefined } = {},
) {
  vi.useFakeTimers();
  const host = new PlayedHost({ LOG_FOLDER: folder, LOG_LEVEL: 'info', DRAIN_SECONDS: '20', ...env }, { supervised });
  const stops: string[] = [];
  let stopped = (): void => undefined;
  let stuck = (_why: Error): void => undefined;
  const usual: Served = {
    ports: { sip: 5060 },
    stop: () => {
      stops.push('asked to stop');
      return new Promise((resolve, reject) => {
        stopped = resolve;
        stuck = reject;
      });
    },
  };
  let end = (_why: string): void => undefined;
  const told = (_config: unknown, _log: unknown, lose: (why: string) => void) => {
    end = lose;
    return serve ? serve() : Promise.resolve(usual);
  };
  main(name, told, host.real);
  const log = () => readFile(join(folder, `${name}.log`), 'utf8');
  return {
    host,
    stops,
    log,
    end: (why: string) => end(why),
    stopped: () => stopped(),
    stuck: (why: Error) => stuck(why),
  };
}

describe('a process that serves', () => {
  it('says where, and lives', async () => {
    const { host, log } = process('serves');
    await turns();
    expect([host.messages, host.exitCode]).toEqual([[{ ready: true, ports: { sip: 5060 } }], undefined]);
    expect(await log()).toContain('"serving"');
  });

  it('needs no supervisor', async () => {
    const { host, stops } = process('alone', { supervised: false });
    await turns();
    host.emit('disconnect');
    await turns();
    expect([stops, host.exitCode, host.complaints]).toEqual([[], undefined, '']);
  });

  it.each([
    ['SIGTERM', 0],
    ['disconnect', 0],
  ])('stops in order on %s, once, and ends when that is done', async (event, code) => {
    const { host, stops, stopped } = process(`stops-on-${event}`);
    await turns();
    host.emit(event);
    expect(stops).toEqual(['asked to stop']);
    for (const again of ['SIGTERM', 'SIGINT', 'disconnect']) host.emit(again);
    await turns();
    expect([stops, host.exitCode]).toEqual([['asked to stop'], undefined]);
    stopped();
    await turns();
    expect(host.exitCode).toBe(code);
  });

  it('leaves it to its supervisor who stops when, on Ctrl-C at a terminal', async () => {
    for (const supervised of [true, false]) {
      const { host, stops } = process('interrupted', { supervised });
      await turns();
      host.emit('SIGINT');
      await turns();
      expect(stops).toEqual(supervised ? [] : ['asked to stop']);
    }
  });

  it('stops in order when what it stands on is gone, and has failed', async () => {
    const { host, stops, end, stopped, log } = process('loses-its-server');
    await turns();
    end('the media server is gone');
    await turns();
    stopped();
    await turns();
    expect([stops, host.exitCode]).toEqual([['asked to stop'], 1]);
    expect(await log()).toContain('the media server is gone');
  });

  it('has failed when it cannot stop in order', async () => {
    const { host, stuck, log } = process('is-stuck');
    await turns();
    host.emit('SIGTERM');
    stuck(new Error('a file is locked'));
    await turns();
    expect(host.exitCode).toBe(1);
    expect(await log()).toContain('a file is locked');
  });

  it('is not kept for ever by something that does not end', async () => {
    const { host } = process('never-ends');
    await turns();
    host.emit('SIGTERM');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(host.exitCode).toBeUndefined();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(host.exitCode).toBe(1);
  });

  it('lives on after a rejection that nobody handled, and logs it', async () => {
    const { host, log } = process('forgets');
    await turns();
    host.emit('unhandledRejection', new Error('forgotten'));
    await turns();
    expect(host.exitCode).toBeUndefined();
    expect(await log()).toContain('forgotten');
  });
});

describe('a process that cannot start', () => {
  it('by a setting says which, serves nothing, and has failed', () => {
    let served = false;
    const serve = () => {
      served = true;
      return Promise.reject(new Error('no'));
    };
    const { host } = process('wrong-setting', { env: { SIP_PORT: 'nonsense' }, serve, supervised: false });
    expect([host.exitCode, served, host.messages]).toEqual([1, false, []]);
    expect(host.complaints).toMatch(/^wrong setting: SIP_PORT: [^\n]+\n$/);
  });

  it('by a fault says which process, and why', async () => {
    const serve = () => Promise.reject(new Error('there is no engine'));
    const { host, log } = process('no-engine', { serve });
    await turns();
    // The supervisor says it, so that it is said once.
    expect([host.exitCode, host.messages]).toEqual([1, [{ failed: 'no-engine: there is no engine' }]]);
    expect(host.complaints).toBe('');
    const alone = process('no-engine', { serve, supervised: false });
    await turns();
    expect([alone.host.exitCode, alone.host.complaints]).toEqual([1, 'no-engine: there is no engine\n']);
    expect(await log()).toContain('there is no engine');
  });

  it('and is told to stop meanwhile ends at once', async () => {
    const { host, stops } = process('stopped-early', { serve: () => new Promise(() => undefined) });
    host.emit('SIGTERM');
    await turns();
    expect([host.exitCode, stops]).toEqual([0, []]);
  });
});

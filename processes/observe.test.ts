import { afterEach, expect, test } from 'vitest';
import type { Health, Observed } from './observe.ts';
import { newMetrics, observe } from './observe.ts';

let observed: Observed | undefined;
afterEach(() => observed?.close());

async function ask(path: string, health: Health = () => 'ok') {
  observed = await observe(0, newMetrics('test'), health, () => ({ calls: 2 }));
  const response = await fetch(`http://127.0.0.1:${observed.port}${path}`, { headers: { connection: 'close' } });
  return [response.status, await response.text()] as const;
}

test('a process in health says so', async () => {
  expect(await ask('/healthz')).toEqual([200, 'ok\n']);
});

test('a process that is not says why', async () => {
  expect(await ask('/healthz', async () => 'no media server')).toEqual([503, 'no media server\n']);
});

test('a process that cannot say is not in health', async () => {
  expect((await ask('/healthz', () => Promise.reject(new Error('away'))))[0]).toBe(500);
});

test('metrics name their process', async () => {
  const [status, text] = await ask('/metrics');
  expect(status).toBe(200);
  expect(text).toMatch(/^process_cpu_seconds_total\{process="test"\} /m);
});

test('what lives can be looked at, and nothing else is there', async () => {
  expect(await ask('/dump')).toEqual([200, '{"calls":2}']);
  await observed?.close();
  expect((await ask('/other'))[0]).toBe(404);
});

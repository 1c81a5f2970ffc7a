import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import type { Health, Observed } from './observe.ts';
import { newMetrics, observe } from './observe.ts';

let observed: Observed | undefined;
afterEach(() => observed?.close());

async function ask(path: string, health: Health = () => 'ok') {
  observed = await observe(0, newMetrics('test'), health, () => ({ calls: 2 }));
  const response = await fetch(`http://127.0.0.1:${observed.port}${path}`, { headers: { connection: 'close' } });
  return [response.status, await response.text(), response.headers.get('content-type')] as const;
}

test('a process in health says so', async () => {
  expect(await ask('/healthz')).toEqual([200, 'ok\n', 'text/plain']);
});

test('a process that is not says why', async () => {
  expect(await ask('/healthz', async () => 'no media server')).toEqual([503, 'no media server\n', 'text/plain']);
});

test('a process that cannot say is not in health', async () => {
  const answer = await ask('/healthz', () => Promise.reject(new Error('away')));
  expect(answer).toEqual([500, 'Error: away\n', 'text/plain']);
});

test('a process lives as long as it answers, whatever it lacks', async () => {
  expect(await ask('/livez', () => Promise.reject(new Error('away')))).toEqual([200, 'ok\n', 'text/plain']);
});

test('a process that is in health is ready, unless it says otherwise', async () => {
  expect(await ask('/readyz', () => 'no SIP server')).toEqual([503, 'no SIP server\n', 'text/plain']);
  await observed?.close();
  observed = await observe(
    0,
    newMetrics('test'),
    () => 'ok',
    () => ({}),
    { ready: async () => 'draining' },
  );
  const [health, ready] = await Promise.all(
    ['/healthz', '/readyz'].map((path) => fetch(`http://127.0.0.1:${observed?.port}${path}`)),
  );
  expect([health?.status, ready?.status, await ready?.text()]).toEqual([200, 503, 'draining\n']);
});

describe('a process that can be drained', () => {
  async function drainable(host?: string) {
    const told: boolean[] = [];
    const one = { drain: (on: boolean) => void told.push(on), left: () => 3 };
    const options = { drainable: one, ...(host !== undefined && { host }) };
    observed = await observe(
      0,
      newMetrics('test'),
      () => 'ok',
      () => ({ calls: 2 }),
      options,
    );
    return told;
  }
  const send = async (method: string, path: string, host = '127.0.0.1') => {
    const response = await fetch(`http://${host}:${observed?.port}${path}`, { method });
    return [response.status, await response.text()];
  };

  test('is, and takes work again, by this machine', async () => {
    const told = await drainable();
    expect(await send('POST', '/drain')).toEqual([200, '3\n']);
    expect(await send('DELETE', '/drain')).toEqual([200, '3\n']);
    expect(told).toEqual([true, false]);
  });

  test('is not by a look, nor by whatever else is sent', async () => {
    const told = await drainable();
    expect((await send('GET', '/drain'))[0]).toBe(404);
    expect((await send('PUT', '/drain'))[0]).toBe(405);
    expect((await send('POST', '/readyz'))[0]).toBe(405);
    expect(told).toEqual([]);
  });

  test('is not by others, who see no more than health and metrics', async () => {
    const address = Object.values(networkInterfaces())
      .flat()
      .find((one) => one?.family === 'IPv4' && !one.internal)?.address;
    // Without any other network there are no others.
    if (address === undefined) return;
    const told = await drainable('0.0.0.0');
    expect((await send('GET', '/readyz', address))[0]).toBe(200);
    expect((await send('GET', '/dump', address))[0]).toBe(404);
    expect((await send('POST', '/drain', address))[0]).toBe(405);
    expect(told).toEqual([]);
  });

  test('is no process that has nothing to drain', async () => {
    await ask('/healthz');
    expect((await send('POST', '/drain'))[0]).toBe(405);
  });
});

test('metrics name their process, in the format that Prometheus reads', async () => {
  const [status, text, type] = await ask('/metrics');
  expect([status, type]).toEqual([200, expect.stringMatching(/^text\/plain; version=0\.0\.4/)]);
  expect(text).toMatch(/^process_cpu_seconds_total\{process="test"\} /m);
});

test('what lives can be looked at, and nothing else is there', async () => {
  expect(await ask('/dump')).toEqual([200, '{"calls":2}', 'application/json']);
  await observed?.close();
  expect((await ask('/other'))[0]).toBe(404);
});

test('nobody but this machine is answered: the port is that of 127.0.0.1 alone', async () => {
  observed = await observe(
    0,
    newMetrics('test'),
    () => 'ok',
    () => ({}),
  );
  const other = connect({ host: '127.0.0.2', port: observed.port });
  const [error] = (await once(other, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
});

test('a port that is taken is a start that fails', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const start = observe(
    port,
    newMetrics('test'),
    () => 'ok',
    () => ({}),
  );
  await expect(start).rejects.toMatchObject({ code: 'EADDRINUSE', port });
  taken.close();
});

test('once closed its port is free', async () => {
  await ask('/healthz');
  const port = observed?.port ?? 0;
  await observed?.close();
  const next = createServer().listen(port, '127.0.0.1');
  await once(next, 'listening');
  next.close();
});

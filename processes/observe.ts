import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { collectDefaultMetrics, Registry } from 'prom-client';

export interface Observed {
  readonly port: number;
  close(): Promise<void>;
}

/** What a process is asked about itself: `ok`, or why not. */
export type Health = () => string | Promise<string>;

/** Taking no new work while what there is goes on, as an operator wants it before they take the process away. */
export interface Drainable {
  drain(on: boolean): void;
  /** What still goes on. */
  left(): number;
}

export interface ObserveOptions {
  readonly host?: string;
  /** Whether new work may be sent to it; unless told otherwise, as it is in health. */
  readonly ready?: Health;
  readonly drainable?: Drainable;
}

/** A registry of Prometheus metrics with the usual ones of a Node process. */
export function newMetrics(process: string): Registry {
  const metrics = new Registry();
  metrics.setDefaultLabels({ process });
  collectDefaultMetrics({ register: metrics });
  return metrics;
}

/**
 * Serves, as text: `/livez` (200 as long as it answers), `/readyz` (200 `ok`, or 503 with why nothing new may be sent here), `/healthz` (the same for
 * what it needs), `/metrics` (Prometheus). To this machine alone: `/dump` (JSON), and `POST` or `DELETE /drain`, which are answered with how
 * much still goes on.
 */
export async function observe(
  port: number,
  metrics: Registry,
  health: Health,
  dump: () => unknown,
  { host = '127.0.0.1', ready = health, drainable }: ObserveOptions = {},
): Promise<Observed> {
  const server = createServer((request, response) => {
    const answer = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'content-type': type }).end(body);
    const state = async (asked: Health) => {
      const said = await asked();
      return answer(said === 'ok' ? 200 : 503, 'text/plain', `${said}\n`);
    };
    const ours = isLoopback(request.socket.remoteAddress);
    const run = async () => {
      const { method = 'GET', url } = request;
      if (url === '/drain' && drainable && ours && ['POST', 'DELETE'].includes(method)) {
        drainable.drain(method === 'POST');
        return answer(200, 'text/plain', `${drainable.left()}\n`);
      }
      if (method !== 'GET' && method !== 'HEAD') return answer(405, 'text/plain', 'only looked at\n');
      if (url === '/livez') return answer(200, 'text/plain', 'ok\n');
      if (url === '/readyz') return state(ready);
      if (url === '/healthz') return state(health);
      if (url === '/metrics') return answer(200, metrics.contentType, await metrics.metrics());
      if (url === '/dump' && ours) return answer(200, 'application/json', JSON.stringify(await dump()));
      return answer(404, 'text/plain', 'try /readyz or /metrics\n');
    };
    run().catch((error: unknown) => answer(500, 'text/plain', `${String(error)}\n`));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const isLoopback = (address: string | undefined): boolean => /^(::ffff:)?127\.|^::1$/.test(address ?? '');

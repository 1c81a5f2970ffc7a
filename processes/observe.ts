import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { collectDefaultMetrics, Registry } from 'prom-client';

export interface Observed {
  readonly port: number;
  close(): Promise<void>;
}

/** What a process is asked about itself: `ok`, or why not. */
export type Health = () => string | Promise<string>;

/** A registry of Prometheus metrics with the usual ones of a Node process. */
export function newMetrics(process: string): Registry {
  const metrics = new Registry();
  metrics.setDefaultLabels({ process });
  collectDefaultMetrics({ register: metrics });
  return metrics;
}

/** Serves `/healthz` (200 `ok`, 503 with the reason) and `/metrics` (Prometheus text) on loopback; `dump` as `/dump`. */
export async function observe(port: number, metrics: Registry, health: Health, dump: () => unknown): Promise<Observed> {
  const server = createServer((request, response) => {
    const answer = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'content-type': type }).end(body);
    const run = async () => {
      if (request.url === '/metrics') return answer(200, metrics.contentType, await metrics.metrics());
      if (request.url === '/dump') return answer(200, 'application/json', JSON.stringify(await dump()));
      if (request.url !== '/healthz') return answer(404, 'text/plain', 'try /healthz or /metrics\n');
      const state = await health();
      answer(state === 'ok' ? 200 : 503, 'text/plain', `${state}\n`);
    };
    run().catch((error: unknown) => answer(500, 'text/plain', `${String(error)}\n`));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

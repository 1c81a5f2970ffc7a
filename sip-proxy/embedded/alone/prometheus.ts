import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { CallTimes } from '../call-times.ts';
import type { SipServerMetrics } from '../server.ts';

/** The metrics of a server under the names of drachtio-server. */
export class PrometheusMetrics {
  readonly #registry = new Registry();
  readonly #look: () => SipServerMetrics;
  readonly #answer: Record<'in' | 'out', Histogram>;
  readonly #pdd: Record<'in' | 'out', Histogram>;

  constructor(look: () => SipServerMetrics, version: string, startedAt: number) {
    this.#look = look;
    const ways = ['in', 'out'] as const;
    for (const way of ways) {
      this.#messages(`drachtio_sip_requests_${way}_total`, way, false);
      this.#messages(`drachtio_sip_responses_${way}_total`, way, true);
    }
    const registers = [this.#registry];
    new Counter({ name: 'drachtio_build_info', help: 'version running', labelNames: ['version'], registers }).inc({
      version,
    });
    this.#gauge('drachtio_time_started', 'start time', () => Math.floor(startedAt / 1000));
    this.#gauge('drachtio_stable_dialogs', 'count of SIP dialogs in progress', ({ dialogs }) => dialogs);
    this.#gauge('drachtio_proxy_cores', 'count of proxied call setups in progress', ({ proxied }) => proxied);
    this.#gauge('drachtio_app_connections', 'count of connections to applications', ({ clients }) => clients);
    this.#gauge('sofia_dialogs_total', 'count of dialogs', ({ dialogs }) => dialogs);
    this.#gauge('sofia_bad_msgs_recv_total', 'count of invalid messages received', ({ malformed }) => malformed);
    this.#gauge(
      'sofia_retransmitted_requests_total',
      'count of requests sent again',
      ({ repeatedRequests }) => repeatedRequests,
    );
    this.#gauge(
      'sofia_retransmitted_responses_total',
      'count of responses sent again',
      ({ repeated, repeatedRequests }) => repeated - repeatedRequests,
    );
    const histogram = (name: string, help: string, buckets: number[]) =>
      new Histogram({ name, help, buckets, registers });
    const answer = (way: 'in' | 'out') =>
      histogram(`drachtio_call_answer_seconds_${way}`, 'time to the answer', [1, 3, 6, 10, 15, 20, 30, 60]);
    const pdd = (way: 'in' | 'out') =>
      histogram(`drachtio_call_pdd_seconds_${way}`, 'post-dial delay', [1, 2, 3, 5, 7, 10, 15, 20]);
    this.#answer = { in: answer('in'), out: answer('out') };
    this.#pdd = { in: pdd('in'), out: pdd('out') };
  }

  readonly onCallTime: CallTimes = (what, direction, seconds) =>
    (what === 'pdd' ? this.#pdd : this.#answer)[direction].observe(seconds);

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Requests by method, or responses by method and code. */
  #messages(name: string, way: 'in' | 'out', responses: boolean): void {
    const look = this.#look;
    new Counter({
      name,
      help: `count of sip ${responses ? 'responses' : 'requests'} ${way === 'in' ? 'received' : 'sent'}`,
      labelNames: responses ? ['method', 'code'] : ['method'],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [key, count] of Object.entries(way === 'in' ? look().received : look().sent)) {
          const [method = '', code] = key.split(' ');
          if (responses !== (code !== undefined)) continue;
          this.inc(code === undefined ? { method } : { method, code }, count);
        }
      },
    });
  }

  #gauge(name: string, help: string, value: (metrics: SipServerMetrics) => number): void {
    const look = this.#look;
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(value(look()));
      },
    });
  }
}

/** Serves `/metrics`. Rejects with the system's error when it cannot listen. */
export const serveMetrics = async (
  metrics: PrometheusMetrics,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<{ readonly port: number; close(): void }> => {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') return void response.writeHead(404).end('try /metrics\n');
    metrics
      .text()
      .then((text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text))
      .catch((error: unknown) => response.writeHead(500).end(`${String(error)}\n`));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};

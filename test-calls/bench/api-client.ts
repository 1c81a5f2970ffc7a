import { Agent, request } from 'node:http';

/** What is asked again and again, and how long. */
export interface ClientOrder {
  readonly port: number;
  readonly lanes: number;
  readonly seconds: number;
  /** One after the other, from the first again when they are used up. */
  readonly requests: readonly ClientRequest[];
  /** Where among them to begin. */
  readonly from: number;
}
export interface ClientRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}
export interface ClientReport {
  /** Of each request, in milliseconds. */
  readonly took: readonly number[];
  /** How many answered with each status. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** Asks over connections that stay open, in a process of its own, so that what it costs is not the server's. */
process.on('message', (order: ClientOrder) => void run(order).then((report) => process.send?.(report)));
process.on('disconnect', () => process.exit(0));

async function run({ port, lanes, seconds, requests, from }: ClientOrder): Promise<ClientReport> {
  const agent = new Agent({ keepAlive: true, maxSockets: lanes });
  const until = performance.now() + seconds * 1_000;
  const took: number[] = [];
  const statuses: Record<string, number> = {};
  let n = from;
  const lane = async () => {
    while (performance.now() < until) {
      const next = requests[n++ % requests.length];
      if (!next) return;
      const begun = performance.now();
      const status = await ask(agent, port, next);
      took.push(performance.now() - begun);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  agent.destroy();
  return { took, statuses };
}

const ask = (agent: Agent, port: number, { method, path, headers, body }: ClientRequest): Promise<number> =>
  new Promise((resolve, reject) => {
    const sent = request({ agent, host: '127.0.0.1', port, method, path, headers }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    });
    sent.once('error', reject).end(body);
  });

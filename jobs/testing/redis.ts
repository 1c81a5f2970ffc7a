import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface TestRedis {
  readonly url: string;
  /** SIGKILL; what it held is gone. */
  crash(): Promise<void>;
  /** Starts an empty one on the same port. */
  revive(): Promise<void>;
  stop(): Promise<void>;
}

/** A Redis of its own on loopback, empty, for one test file. Throws when there is no redis-server, and says what to do. */
export async function startTestRedis(): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'homeline-redis-'));
  const first = await started(folder);
  const { port } = first;
  let { server } = first;
  const end = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    crash: end,
    async revive() {
      const again = await run(folder, port);
      if (!again) throw new Error(`Redis does not come back: something else took port ${port}.`);
      server = again;
    },
    async stop() {
      await end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Somebody may take a free port before Redis does; then another one. */
async function started(folder: string): Promise<{ server: ChildProcess; port: number }> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const port = await freePort();
    const server = await run(folder, port);
    if (server) return { server, port };
  }
  throw new Error('Redis finds no free port.');
}

/** Undefined: it ended before it was ready. */
async function run(folder: string, port: number): Promise<ChildProcess | undefined> {
  const place = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder];
  const keepsNothing = ['--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', [...place, ...keepsNothing], { stdio: ['ignore', 'pipe', 'inherit'] });
  const leave = () => void server.kill('SIGKILL');
  process.once('exit', leave);
  server.once('exit', () => process.off('exit', leave));
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') return reject(error);
      const command = 'apt-get update && apt-get install -y --no-install-recommends redis-server';
      reject(new Error(`redis-server not found. Run as root: ${command}`));
    });
    server.once('exit', () => resolve(undefined));
    createInterface({ input: server.stdout }).on('line', (line) => {
      if (line.includes('Ready to accept connections')) resolve(server);
    });
  });
}

async function freePort(): Promise<number> {
  const socket = createServer().listen(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address() as AddressInfo;
  socket.close();
  await once(socket, 'close');
  return port;
}

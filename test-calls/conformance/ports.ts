import { createServer } from 'node:net';

/**
 * Where TCP listens: below the ports that the system gives to whoever asks for any, as it does for UDP, and above those of other tests. In a trace
 * a port is known by its number alone, and two that have the same would have one name.
 */
const PORTS = { from: 17_000, to: 19_999 };
let last = PORTS.from + (process.pid % 1000);

/** A TCP port of 127.0.0.1 that nobody listens on and that no UDP port of the run has the number of. Rejects when all are taken. */
export async function tcpPort(): Promise<number> {
  while (last < PORTS.to) {
    const port = ++last;
    if (await isFree(port)) return port;
  }
  throw new Error(`no TCP port is free from ${PORTS.from} to ${PORTS.to}`);
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

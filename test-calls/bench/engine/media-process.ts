import { startMediaServer } from '#media/embedded/server.ts';
import type { FromMedia, ToMedia } from './servers.ts';

/** The embedded media server alone. Its first word is where it listens. */
const io = process.argv[2] === 'dgram' ? 'dgram' : 'auto';
const host = '127.0.0.1';
const server = await startMediaServer({
  sip: { host, port: 0 },
  eventSocket: { host, port: 0, password: 'word' },
  rtp: { host, portMin: 0, portMax: 0, io },
  maxSessions: 10_000,
});
const say = (message: FromMedia): void => void process.send?.(message);
process.on('message', ({ kind }: ToMedia) => {
  if (kind === 'collect') globalThis.gc?.();
  say({ kind: 'state', metrics: server.metrics() });
});
process.on('disconnect', () => void server.close().then(() => process.exit(0)));
say({ kind: 'ready', eventSocketPort: server.eventSocketPort });

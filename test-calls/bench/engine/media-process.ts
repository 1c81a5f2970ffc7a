import { Session } from 'node:inspector/promises';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
const inspector = new Session();
let profiles = 0;

process.on('message', ({ kind }: ToMedia) => {
  void obey(kind).then(() => say({ kind: 'state', metrics: { ...server.metrics(), ...process.memoryUsage() } }));
});
process.on('disconnect', () => void server.close().then(() => process.exit(0)));
say({ kind: 'ready', eventSocketPort: server.eventSocketPort });

async function obey(kind: ToMedia['kind']): Promise<void> {
  const folder = process.argv[3];
  if (kind === 'collect') globalThis.gc?.();
  if (folder === undefined) return;
  if (kind === 'measured-from-now') {
    inspector.connect();
    await inspector.post('Profiler.enable');
    await inspector.post('Profiler.start');
  }
  if (kind === 'measured-until-now') {
    const { profile } = await inspector.post('Profiler.stop');
    inspector.disconnect();
    await writeFile(join(folder, `media-${process.pid}-${profiles++}.cpuprofile`), JSON.stringify(profile));
  }
}

import { readdirSync } from 'node:fs';
import type { Log as MediaLog } from '#media/embedded/log.ts';
import { startMediaServer, type MediaServer } from '#media/embedded/server.ts';
import type { Log as SipLog } from '#sip-proxy/embedded/log.ts';
import { startSipServer, type SipServer } from '#sip-proxy/embedded/server.ts';
import type { Asked, Defect, Orders, Resources } from './victims.ts';

/*
 * One of the two embedded servers in a process of its own, as in production, that tells its parent how it feels. Nothing here guards it:
 * an exception that nobody catches ends it, and the attack has found something.
 */

const defects: Defect[] = [];
let lines = 0;
const keep = (text: string, facts: unknown): void => void (defects.length < 100 && defects.push({ text, facts }));
const sipLog: SipLog = {
  debug: () => undefined,
  info: () => void (lines += 1),
  warn: () => void (lines += 1),
  error: (facts, text) => keep(text, { ...facts, ...('err' in facts && { err: String(facts.err) }) }),
};
const mediaLog: MediaLog = (level, event, facts) => {
  if (level === 'error') keep(event, facts);
  else if (level !== 'debug') lines += 1;
};
process.on('unhandledRejection', (error) => keep('unhandled rejection', String(error)));

const orders = JSON.parse(process.argv[2] ?? '{}') as Orders;
const server: SipServer | MediaServer =
  orders.kind === 'sip'
    ? await startSipServer({ ...orders.options, log: sipLog })
    : await startMediaServer({ ...orders.options, log: mediaLog });

const resources = (): Resources => {
  for (let n = 0; n < 3; n++) globalThis.gc?.();
  // `external` counts the array buffers.
  const { heapUsed, external, rss } = process.memoryUsage();
  const handles: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) handles[name] = (handles[name] ?? 0) + 1;
  const { user, system } = process.cpuUsage();
  return {
    heapBytes: heapUsed + external,
    rssBytes: rss,
    handles,
    descriptors: readdirSync('/proc/self/fd').length,
    logLines: lines,
    cpuMs: (user + system) / 1000,
  };
};

const answers: Readonly<Record<Asked, () => unknown>> = {
  dump: () => server.dump(),
  metrics: () => server.metrics(),
  resources,
  defects: () => defects,
};

process.on('message', ({ id, asked }: { id: number; asked: Asked | 'close' }) => {
  const answer = (value: unknown): void => void process.send?.({ id, value });
  if (asked !== 'close') return answer(answers[asked]());
  void server.close().then(() => {
    answer(true);
    process.disconnect();
  });
});
process.on('disconnect', () => process.exit());

process.send?.({
  ports:
    'adminPort' in server
      ? { sip: server.sipPort, control: server.adminPort }
      : { sip: server.sipPort, control: server.eventSocketPort },
});

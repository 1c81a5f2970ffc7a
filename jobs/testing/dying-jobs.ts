import { openDatabase } from '#db/connect.ts';
import { folderStorage } from '#media/recordings/folder-storage.ts';
import { startJobs } from '../start.ts';
import { noMoney } from './no-money.ts';

/** A jobs process that kills itself before a given step: the other half of jobs.test.ts. */
const order = JSON.parse(process.argv[2] ?? '{}') as {
  databaseUrl: string;
  spoolFolder: string;
  kept: string;
  death: string;
  redisUrl?: string;
};
// A test that is broken off takes its child with it.
process.stdin.once('end', () => process.exit(1)).resume();
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const db = openDatabase(order.databaseUrl);
await startJobs({
  db,
  ...noMoney(db),
  databaseUrl: order.databaseUrl,
  storage: folderStorage(order.kept),
  spoolFolder: order.spoolFolder,
  messageFolder: order.spoolFolder,
  log: silent,
  ...(order.redisUrl !== undefined && { redisUrl: order.redisUrl }),
  relayEveryMs: 20,
  lockMs: 500,
  onStep: (step) => {
    if (step === order.death) process.kill(process.pid, 'SIGKILL');
  },
});

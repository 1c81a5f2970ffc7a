import { depositWith } from '#accounts/funding/deposit.ts';
import { Counter } from '#accounts/funding/testing/counter.ts';
import { tableGateway } from '#accounts/funding/testing/table-gateway.ts';
import { openDatabase } from '#db/connect.ts';
import { folderStorage } from '#media/recordings/folder-storage.ts';
import { startJobs } from '../start.ts';
import { nobodyTold, nothingGivenBack, nothingSent } from './no-money.ts';

/** A jobs process that kills itself at a given step of AutoPay or TextPay: the other half of dying-money.test.ts. */
const order = JSON.parse(process.argv[2] ?? '{}') as {
  databaseUrl: string;
  spoolFolder: string;
  death: string;
  redisUrl?: string;
};
// A test that is broken off takes its child with it.
process.stdin.once('end', () => process.exit(1)).resume();
const dieAt = (step: string) => {
  if (step === order.death) process.kill(process.pid, 'SIGKILL');
};
const db = openDatabase(order.databaseUrl);
const counter = new Counter(db);
const deposits = { db, gateway: tableGateway(db, dieAt), now: () => counter.at };
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
await startJobs({
  db,
  databaseUrl: order.databaseUrl,
  ...(order.redisUrl !== undefined && { redisUrl: order.redisUrl }),
  storage: folderStorage(order.spoolFolder),
  spoolFolder: order.spoolFolder,
  messageFolder: order.spoolFolder,
  funding: { ...counter.deps(dieAt), deposit: depositWith(deposits) },
  deposits,
  rails: { now: () => counter.at },
  refunds: nothingGivenBack,
  holders: nobodyTold,
  notices: nothingSent,
  log: silent,
  relayEveryMs: 20,
  lockMs: 500,
  firstWaitMs: 20,
  // Nothing comes round: whatever is done, the queue did.
  now: () => counter.at,
  onStep: dieAt,
});

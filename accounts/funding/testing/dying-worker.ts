import { openDatabase } from '#db/connect.ts';
import { depositWith } from '../deposit.ts';
import { serveLowBalance } from '../serve-low-balance.ts';
import { Counter } from './counter.ts';
import { tableGateway } from './table-gateway.ts';

/** A worker that kills itself at a given step: the other half of dying-worker.test.ts. The gateway's own record is a table. */
const order = JSON.parse(process.argv[2] ?? '{}') as { url: string; lowBalanceId: string; death: string };
// A test that is broken off takes its child with it.
process.stdin.once('end', () => process.exit(1)).resume();
const db = openDatabase(order.url);
const dieAt = (step: string) => {
  if (step === order.death) process.kill(process.pid, 'SIGKILL');
};

const counter = new Counter(db);
const deposit = depositWith({ db, gateway: tableGateway(db, dieAt), now: () => counter.at });
const served = await serveLowBalance(db, { ...counter.deps(dieAt), deposit }, order.lowBalanceId);
process.stdout.write(served.kind);
await db.destroy();
process.exit(0);

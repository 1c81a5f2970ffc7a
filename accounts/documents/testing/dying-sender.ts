import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openDatabase } from '#db/connect.ts';
import { Studio } from './studio.ts';

/** Puts a picture into a folder and kills itself before it counts: the other half of dying-sender.test.ts. */
const order = JSON.parse(process.argv[2] ?? '{}') as {
  readonly url: string;
  readonly folder: string;
  readonly identityId: string;
};
// A test that is broken off takes its child with it.
process.stdin.once('end', () => process.exit(1)).resume();
const studio = new Studio(openDatabase(order.url));
const put = async (name: string, encrypted: Buffer) => {
  const path = join(order.folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, encrypted);
  process.kill(process.pid, 'SIGKILL');
  await new Promise(() => undefined);
};
const store = Object.assign(studio.store, { put });
await studio.send(order.identityId, 'front', 'a picture', studio.deps('manual', { store }));
process.exit(1);

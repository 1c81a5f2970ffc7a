import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString, writeHeapSnapshot } from 'node:v8';

/*
 * Loaded before a process of the platform (`NODE_OPTIONS=--import`): on SIGUSR2 it writes its heap to HEAP_FOLDER, numbers and long
 * strings included, as <pid>.heapsnapshot.
 */

setFlagsFromString('--heap-snapshot-string-limit=1000000');
process.on('SIGUSR2', () => {
  const path = join(process.env.HEAP_FOLDER ?? '.', `${process.pid}.heapsnapshot`);
  writeHeapSnapshot(`${path}.part`, { exposeNumericValues: true });
  renameSync(`${path}.part`, path);
});

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { root } from '../states/documents.ts';
import { countsTable } from './counts.ts';
import { deepDocument, deepPath, documents } from './documents.ts';
import { deepDepth, everyWorld, exploreWorld, testDepth } from './worlds.ts';

/* `npm run flows`, after `measure.ts`: explores the flows, writes pictures, script and counts. */
const explored = [];
for (const world of everyWorld) explored.push(await exploreWorld(world, testDepth));
const all = await documents(explored);
const deep = [];
for (const world of everyWorld) {
  deep.push(await exploreWorld(world, deepDepth));
  console.error(`${deep.length} of ${everyWorld.length}: ${world.flow}, ${world.name}`);
}
for (const [path, content] of [...all, [deepPath, deepDocument(deep, all)] as const]) {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
  console.log(path);
}
console.log(countsTable(deep));
const faults = deep.flatMap(({ found }) => found.faults);
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;

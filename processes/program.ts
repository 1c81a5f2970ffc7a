import { createHash } from 'node:crypto';
import { readdir, readFile, utimes } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compile } from './program/compile.ts';

/** What Node is given to run a program. */
export interface Program {
  readonly execArgv: readonly string[];
  readonly path: string;
}

const ours = join(import.meta.dirname, '..');
/** Whose programs are processes. */
export const rooms = ['accounts', 'api', 'db', 'flows', 'ivr', 'jobs', 'media', 'processes', 'sip-proxy', 'sip-stack'];
/** For whoever starts us, a test runner included. */
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/**
 * How the TypeScript program at `path` is run. Node 22.18 and later strip the types themselves. Earlier ones run what was compiled from it
 * (once per version of the sources, into `var/compiled`), which starts with a third of the work that tsx makes of each start; where
 * nothing can be written there, it is tsx after all. `root` is the folder of the rooms.
 */
export async function programAt(path: string, root: string = ours): Promise<Program> {
  if ((process.features as { typescript?: unknown }).typescript) return { execArgv: [], path };
  const inside = relative(root, path);
  const compiled = rooms.includes(inside.split('/')[0] ?? '') ? await versionInUse(root) : undefined;
  if (compiled === undefined) return { execArgv: ['--import', tsx], path };
  return { execArgv: ['--enable-source-maps'], path: join(compiled, inside.replace(/\.ts$/, '.mjs')) };
}

/** All that one process starts is of the version that was there first, as long as that is kept. */
const inUse = new Map<string, string>();
async function versionInUse(root: string): Promise<string | undefined> {
  const known = inUse.get(root);
  if (known !== undefined && (await found(known))) return known;
  const made = await compiledSources(root);
  if (made !== undefined) inUse.set(root, made);
  return made;
}

/** Whether there is that version; it is kept from now on as one that is used. */
const found = (folder: string): Promise<boolean> =>
  utimes(folder, new Date(), new Date()).then(
    () => true,
    () => false,
  );

/** The folder where every source lies compiled as it is now; undefined where none can be made. */
async function compiledSources(root: string): Promise<string | undefined> {
  const files = (await Promise.all(rooms.map((room) => sourcesOf(root, room)))).flat().sort();
  const hash = createHash('sha256').update(process.version);
  for (const file of [...files, 'package-lock.json'])
    hash.update(`\n${file}\n`).update(await readFile(join(root, file)));
  const folder = join(root, 'var', 'compiled', hash.digest('hex').slice(0, 16));
  if (await found(folder)) return folder;
  return compile({ root, sources: files.filter((file) => file.endsWith('.ts')), folder }).then(
    () => folder,
    () => undefined,
  );
}

/** The sources of a room, without their tests; what is spoken lies in JSON. */
async function sourcesOf(root: string, room: string): Promise<string[]> {
  const entries = await readdir(join(root, room), { recursive: true });
  return entries.filter((name) => /(?<!\.test)\.ts$|\.json$/.test(name)).map((name) => join(room, name));
}

import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PluginBuild } from 'esbuild';

export interface CompileOrder {
  readonly root: string;
  /** TypeScript, by its path from the root. */
  readonly sources: readonly string[];
  /** Where all of it lies compiled in the end, or none of it. */
  readonly folder: string;
}

/** Versions that nobody started for so long are removed. */
const KEPT_MS = 24 * 60 * 60 * 1000;

/**
 * Compiles each source to a file of its own, so that what is loaded first stays first. Each still knows its place among the sources
 * (`import.meta`). Rejects where the folder cannot be made.
 */
export async function compile({ root, sources, folder }: CompileOrder): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const nascent = await mkdtemp(`${folder}.`);
  // Loaded by whoever compiles alone: most processes find what they run.
  const { build, stop } = await import('esbuild');
  try {
    await build({
      absWorkingDir: root,
      entryPoints: [...sources],
      outdir: nascent,
      outbase: root,
      outExtension: { '.js': '.mjs' },
      ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'silent' },
      ...{ sourcemap: 'inline', sourcesContent: false },
      plugins: [{ name: 'one-by-one', setup: (building) => oneByOne(building, root) }],
    });
    // Where it lies already, another process was faster.
    await rename(nascent, folder).catch((error: unknown) => access(folder).catch(() => Promise.reject(error)));
    await removeOld(dirname(folder));
  } finally {
    await stop();
    await rm(nascent, { recursive: true, force: true });
  }
}

async function removeOld(versions: string): Promise<void> {
  for (const version of await readdir(versions)) {
    const folder = join(versions, version);
    const used = await stat(folder).catch(() => undefined);
    if (used && Date.now() - used.mtimeMs > KEPT_MS) await rm(folder, { recursive: true, force: true });
  }
}

/** Nothing is put into another's file but what lies in JSON. */
function oneByOne(building: PluginBuild, root: string): void {
  building.onResolve({ filter: /./ }, ({ path, importer, kind }) => {
    if (kind === 'entry-point' || path.endsWith('.json')) return undefined;
    if (!path.endsWith('.ts')) return { path, external: true };
    const target = path.startsWith('#') ? join(root, path.slice(1)) : join(dirname(importer), path);
    const way = relative(dirname(importer), target).replace(/\.ts$/, '.mjs');
    return { path: way.startsWith('.') ? way : `./${way}`, external: true };
  });
  building.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
    const place = { url: pathToFileURL(path).href, dirname: dirname(path), filename: path };
    const source = await readFile(path, 'utf8');
    const contents = source.replace(/\bimport\.meta\.(url|dirname|filename)\b/g, (_, name: keyof typeof place) =>
      JSON.stringify(place[name]),
    );
    return { contents, loader: 'ts' };
  });
}

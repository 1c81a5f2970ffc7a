import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { constants, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { baresip, chromiumBrowser, ensureDebian, sipTester, type DebianPackage } from './clients/apt.ts';
import { count, type Failure } from './everything/vitest-report.ts';

/*
 * `npm test`: everything that must hold. The last line is `N passed, N failed`; the linter,
 * the formatter and the type checker count as one each. Exit code 1 when anything failed.
 */

const root = join(import.meta.dirname, '..');
/** Whatever still runs then is stopped, and has failed. */
const limitMinutes = 19;
const steps = ['lint', 'types', 'unit', 'conformance', 'beside', 'faults', 'calls', 'attacks'] as const;
type Step = (typeof steps)[number];
/**
 * Those of one stage run side by side. The calls, whose audio is judged sample by sample, have the machine to themselves but for the linter and
 * the formatter, which take the time that nobody else wants. Attacks come last: a flood is no neighbour.
 */
const stages: readonly (readonly Step[])[] = [
  ['types', 'unit', 'conformance', 'beside', 'faults'],
  ['calls', 'lint'],
  ['attacks'],
];

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const only = values.only;
if (only !== undefined && !steps.some((step) => step === only)) {
  console.error(`--only is one of: ${steps.join(', ')}`);
  process.exit(2);
}

/** Ends each program that runs. */
const running = new Set<() => void>();
const interrupted = () => {
  for (const stop of running) stop();
  process.exit(130);
};
process.once('SIGINT', interrupted).once('SIGTERM', interrupted);

const tooLate = AbortSignal.timeout(limitMinutes * 60_000);
const begun = performance.now();
let passed = 0;
const failures: Failure[] = [];

const run: Record<Step, () => Promise<void>> = {
  lint: async () => {
    const prettier = ['--check', '--log-level', 'warn', '.'];
    await Promise.all([program('lint', 'eslint', ['.']), program('format', 'prettier', prettier)]);
  },
  types: async () => {
    for (const project of ['.', 'console']) await program('types', 'tsc', ['--noEmit', '-p', project]);
  },
  unit: () => vitest('unit', 'alone', 'redis', 'mail'),
  conformance: () =>
    program('conformance', 'tsx', ['test-calls/conformance/main.ts', '--engine', 'embedded', '--quiet']),
  beside: async () => {
    await debian('beside', 'Chromium', [chromiumBrowser]);
    await vitest('beside');
  },
  faults: () => vitest('faults'),
  calls: async () => {
    await debian('calls', 'SIPp and baresip', [sipTester, baresip]);
    await vitest('calls');
  },
  attacks: () => vitest('attacks'),
};

/** Installs what tests need of Debian's, where it may. The tests that need it say the same, and fail. */
async function debian(step: Step, what: string, packages: readonly DebianPackage[]): Promise<void> {
  console.log(`${step}: looking for ${what}, which is installed when it may be`);
  const found = await ensureDebian(packages);
  if (found.kind === 'missing') console.log(`${step}: ${found.message}`);
}

for (const stage of stages)
  await Promise.all(stage.filter((step) => only === undefined || only === step).map((step) => run[step]()));

// Told again where whoever reads only the end of a long log finds it: what was said first, and what a call's story ends with.
for (const { what, why = '' } of failures.slice(0, 3)) console.log(`\nFAILED ${what}\n${ends(why, 15)}`);
for (const { what } of failures) console.log(`FAILED ${what}`);
console.log(`took ${Math.round((performance.now() - begun) / 1000)} s`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exit(failures.length === 0 ? 0 : 1);

/** The first and the last lines of a text. */
function ends(text: string, count: number): string {
  const lines = text.split('\n');
  return lines.length <= 2 * count ? text : [...lines.slice(0, count), '...', ...lines.slice(-count)].join('\n');
}

/** A program that is right or wrong as a whole. */
async function program(what: string, name: string, args: readonly string[]): Promise<void> {
  if (await succeeds(what, name, args)) passed++;
  else failures.push({ what: `${what}: ${[name, ...args].join(' ')}` });
}

/** Projects of vitest, side by side; each of their tests counts. */
async function vitest(step: Step, ...more: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'homeline-tests-'));
  const file = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const projects = [step, ...more].flatMap((project) => ['--project', project]);
  const clean = await succeeds(step, 'vitest', ['run', ...projects, ...reporters]);
  const counted = count(await readFile(file, 'utf8').catch(() => undefined), clean, root);
  await rm(folder, { recursive: true, force: true });
  passed += counted.passed;
  failures.push(...counted.failures.map((failure) => ({ ...failure, what: `${step}: ${failure.what}` })));
}

/** Runs a program of the project to its end, its output shown as it comes; whether its exit code was 0. */
async function succeeds(what: string, name: string, args: readonly string[]): Promise<boolean> {
  console.log(`${what}: ${[name, ...args].join(' ')}`);
  const started = performance.now();
  // A process group of its own, so that what it started can be stopped with it.
  const child = spawn(join(root, 'node_modules', '.bin', name), args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  // What only reads the source takes the time that tests leave.
  if (child.pid !== undefined && name !== 'vitest') setPriority(child.pid, constants.priority.PRIORITY_LOW);
  const stop = () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, 'SIGKILL');
  };
  running.add(stop);
  const end = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code === 0 ? 'ok' : `failed (${signal ?? `exit code ${code}`})`));
  });
  if (tooLate.aborted) stop();
  tooLate.addEventListener('abort', stop);
  const result = await end;
  tooLate.removeEventListener('abort', stop);
  running.delete(stop);
  if (tooLate.aborted) console.log(`${what}: stopped, the whole run took more than ${limitMinutes} minutes`);
  console.log(`${what}: ${result}, ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return result === 'ok' && !tooLate.aborted;
}

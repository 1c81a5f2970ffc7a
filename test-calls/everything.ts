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
/** How much of a program's output is told again when it failed. Characters. */
const longestTold = 20_000;
/** Whatever still runs then is stopped, and has failed. */
const limitMinutes = 19;
const steps = ['lint', 'types', 'unit', 'conformance', 'beside', 'faults', 'calls', 'attacks'] as const;
type Step = (typeof steps)[number];
/**
 * The lanes of one stage run side by side, the steps of a lane one after the other. Conformance and the calls, whose sound and time are judged,
 * have the machine to themselves but for the linter and the formatter, which take the time that nobody else wants. Attacks come last: a flood is
 * no neighbour.
 */
const stages: readonly (readonly (readonly Step[])[])[] = [
  [['types'], ['unit'], ['beside'], ['faults']],
  [['conformance', 'calls'], ['lint']],
  [['attacks']],
];
/** Programs that only read the source take the time that tests leave. */
const patient: ReadonlySet<Step | 'format'> = new Set(['lint', 'format', 'types']);

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
  await Promise.all(
    stage.map(async (lane) => {
      for (const step of lane) if (only === undefined || only === step) await run[step]();
    }),
  );

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
async function program(what: Step | 'format', name: string, args: readonly string[]): Promise<void> {
  const { ok, said } = await ran(what, name, args);
  if (ok) passed++;
  else failures.push({ what: `${what}: ${[name, ...args].join(' ')}`, why: said });
}

/** Projects of vitest, side by side; each of their tests counts. */
async function vitest(step: Step, ...more: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'homeline-tests-'));
  const file = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const projects = [step, ...more].flatMap((project) => ['--project', project]);
  const { ok } = await ran(step, 'vitest', ['run', ...projects, ...reporters]);
  const counted = count(await readFile(file, 'utf8').catch(() => undefined), ok, root);
  await rm(folder, { recursive: true, force: true });
  passed += counted.passed;
  failures.push(...counted.failures.map((failure) => ({ ...failure, what: `${step}: ${failure.what}` })));
}

/** Runs a program of the project to its end, its output shown as it comes. `ok`: its exit code was 0; `said`: the end of what it printed. */
async function ran(
  what: Step | 'format',
  name: string,
  args: readonly string[],
): Promise<{ readonly ok: boolean; readonly said: string }> {
  console.log(`${what}: ${[name, ...args].join(' ')}`);
  const started = performance.now();
  // Tests leave a report; of all else the end of what it says is kept.
  const output = name === 'vitest' ? 'inherit' : 'pipe';
  // A process group of its own, so that what it started can be stopped with it.
  const child = spawn(join(root, 'node_modules', '.bin', name), args, {
    cwd: root,
    stdio: ['ignore', output, output],
    detached: true,
  });
  let said = '';
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const)
    from?.on('data', (text: Buffer) => {
      to.write(text);
      said = (said + text.toString()).slice(-longestTold);
    });
  if (child.pid !== undefined && patient.has(what)) setPriority(child.pid, constants.priority.PRIORITY_LOW);
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
  return { ok: result === 'ok' && !tooLate.aborted, said: said.trimEnd() };
}

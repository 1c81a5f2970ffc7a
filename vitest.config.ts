import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Whole calls that mostly wait, and of which none is judged by the sample: they run beside the unit tests, and beside each other. */
const beside = [
  'family-line',
  'agents',
  'examples',
  'start',
  'flows',
  'transports',
  'browsers',
  'console',
  'softphone',
].map((name) => `test-calls/${name}.test.ts`);
/** They take all of the machine that they can have. */
const attacks = ['spoilt', 'floods', 'soak'].map((name) => `test-calls/attacks/${name}.test.ts`);
const faults = ['crash', 'media-servers', 'trouble'].map((name) => `test-calls/${name}.test.ts`);
/**
 * Unit tests that need every module fresh: two replace modules, another tells a package something before it is first loaded, and those of
 * jobs/ count what a storage client does. All others share what their worker has loaded already: to load it anew is nearly half of the work.
 */
const alone = [
  'processes/program.test.ts',
  'ivr/cdr/note-spool-sync.test.ts',
  'sip-proxy/no-wire-log.test.ts',
  'jobs/**/*.test.ts',
];
/** What is waited for comes from real servers on a machine that may be busy; by itself vitest looks for one second. */
const expect = { poll: { timeout: 15_000 } };
/** Each file has the platform, and its servers, to itself. */
const inTurn = { expect, fileParallelism: false, testTimeout: 60_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    // vitest leaves one core idle; of two that is half of them.
    maxWorkers: availableParallelism(),
    projects: [
      {
        test: {
          name: 'unit',
          expect,
          isolate: false,
          include: ['**/*.test.ts'],
          exclude: ['node_modules/**', 'var/**', 'test-calls/**', 'accounts/notices/real-server/**', ...alone],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: { name: 'alone', expect, include: alone, testTimeout: 20_000, hookTimeout: 60_000 },
      },
      {
        // Background work once more, its queues in Redis instead of PostgreSQL.
        test: {
          name: 'redis',
          expect,
          include: ['jobs/**/*.test.ts'],
          env: { JOBS_BACKEND: 'redis' },
          globalSetup: 'test-calls/clients/redis-setup.ts',
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        // E-mail to a mail server that others wrote.
        test: {
          name: 'mail',
          expect,
          include: ['accounts/notices/real-server/*.test.ts'],
          globalSetup: 'test-calls/clients/mail-setup.ts',
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'calls',
          include: ['test-calls/**/*.test.ts'],
          exclude: ['node_modules/**', 'var/**', ...beside, ...faults, ...attacks],
          ...inTurn,
        },
      },
      {
        test: { name: 'beside', include: beside, ...inTurn },
      },
      {
        test: { name: 'faults', include: faults, ...inTurn },
      },
      {
        test: { name: 'attacks', include: attacks, ...inTurn },
      },
    ],
  },
});

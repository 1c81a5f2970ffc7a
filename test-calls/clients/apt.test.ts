import { expect, test } from 'vitest';
import { ensureDebian, sipTester, baresip, type System } from './apt.ts';

/** A machine with these programs; what apt installs is there afterwards. */
const machine = (has: string[], { isRoot = true, failures = 0 } = {}): System & { commands: string[] } => {
  const commands: string[] = [];
  let left = failures;
  const apt = async (args: readonly string[]): Promise<void> => {
    commands.push(args.join(' '));
    if (args[0] === 'install' && left-- > 0)
      throw Object.assign(new Error('exit 100'), { stderr: 'W: x\nE: Unable to locate package\n' });
    if (args[0] === 'install') has.push(...args.slice(4).map((name) => (name === 'sip-tester' ? 'sipp' : 'baresip')));
  };
  return { commands, isRoot, has: async (program) => has.includes(program), apt };
};

test('nothing is done when the programs are there', async () => {
  const there = machine(['sipp', 'baresip']);
  expect(await ensureDebian([sipTester, baresip], there)).toEqual({ kind: 'ready' });
  expect(there.commands).toEqual([]);
});

test('only what is missing is installed, with fresh lists when the first try fails', async () => {
  const there = machine(['apt-get', 'sipp'], { failures: 1 });
  expect(await ensureDebian([sipTester, baresip], there)).toEqual({ kind: 'ready' });
  const install = 'install -y --no-install-recommends --no-remove baresip-core';
  expect(there.commands).toEqual([install, 'update', install]);
});

test.each([
  [machine(['apt-get'], { isRoot: false }), 'only root may install packages'],
  [machine([]), 'this is no Debian'],
  [machine(['apt-get'], { failures: 9 }), 'E: Unable to locate package'],
])('where it may not, it says what to run', async (there, why) => {
  const run = 'Run as root: apt-get update && apt-get install -y --no-install-recommends --no-remove sip-tester';
  expect(await ensureDebian([sipTester], there)).toEqual({
    kind: 'missing',
    message: `sipp not found: ${why}. ${run}`,
  });
});

import { z } from 'zod';

/** What is read of the report of vitest's `json` reporter. */
const report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).default([]) }),
      ),
    }),
  ),
});

export interface Failure {
  /** Of a failed test its file and name; of a file that could not be read, the file. */
  readonly what: string;
  /** What it said, where it could say anything. */
  readonly why?: string;
}

export interface Counted {
  readonly passed: number;
  readonly failures: readonly Failure[];
}

/**
 * What a run of vitest counts for. `clean`: it ended with exit code 0; if it did not, and no test failed, something outside the
 * tests did (an unhandled rejection, a worker that died), which is a failure like any other. So is a run without tests.
 */
export function count(text: string | undefined, clean: boolean, root: string): Counted {
  const read = report.safeParse(parse(text));
  if (!read.success) return { passed: 0, failures: [{ what: 'vitest left no report' }] };
  const failures: Failure[] = [];
  let passed = 0;
  for (const { name, status, message, assertionResults } of read.data.testResults) {
    const file = name.replace(`${root}/`, '');
    const failed = assertionResults.filter((test) => test.status === 'failed');
    passed += assertionResults.filter((test) => test.status === 'passed').length;
    for (const { fullName, failureMessages } of failed)
      failures.push({ what: `${file}: ${fullName.trim()}`, why: failureMessages.join('\n') });
    if (status === 'failed' && failed.length === 0) failures.push({ what: file, why: message ?? '' });
  }
  if (failures.length === 0 && !clean) failures.push({ what: 'an error outside the tests' });
  if (failures.length === 0 && passed === 0) failures.push({ what: 'no test ran' });
  return { passed, failures };
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

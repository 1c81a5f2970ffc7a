import { expect, it } from 'vitest';
import type { Database } from '#db/connect.ts';
import { StatementTimes } from './statement-time.ts';

const told = (message: string, user: string, system: string, elapsed: string) => [
  `2026-05-01 12:00:00.000 UTC [7] LOG:  ${message} MESSAGE STATISTICS`,
  '2026-05-01 12:00:00.000 UTC [7] DETAIL:  ! system usage stats:',
  `\t!\t${user} s user, ${system} s system, ${elapsed} s elapsed`,
  '\t!\t[9.000000 s user, 9.000000 s system total]',
];

it('adds up what binding and executing took, and counts neither parsing nor what the connection took before', async () => {
  const times = new StatementTimes();
  const executor = {
    transformQuery: (node: unknown) => node,
    compileQuery: () => ({ sql: '', parameters: [] }),
    executeQuery: () => Promise.resolve({ rows: [] }),
  };
  const one = { getExecutor: () => executor };
  const db = { connection: () => ({ execute: (work: (given: unknown) => Promise<unknown>) => work(one) }) };
  // Ten of them before it begins to count.
  let n = 0;
  const look = () => {
    n++;
    const lines = [
      ...told('PARSE', '1.000000', '1.000000', '1.000000'),
      ...told('BIND', '0.001000', '0.000500', '0.002000'),
      ...told('EXECUTE', '0.000100', `0.000${n}0`, '0.000400'),
    ];
    for (const line of lines) times.hear(line);
    return Promise.resolve();
  };
  const measured = await times.of(db as unknown as Database, 2, look);
  expect(measured.map(({ cpuMs, elapsedMs }) => [cpuMs.toFixed(2), elapsedMs.toFixed(2)])).toEqual([
    ['1.71', '2.40'],
    ['1.72', '2.40'],
  ]);
});

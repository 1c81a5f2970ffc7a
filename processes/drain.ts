import { parseArgs } from 'node:util';
import { systemClock } from '#ivr/clock.ts';
import { readConfig } from './config.ts';
import { drained } from './drained.ts';
import { whyNot } from './why-not.ts';

/*
 * Takes an `ivr` process out of service before it is stopped: it takes no new calls (503 with Retry-After), those in progress go on.
 *
 *     node processes/drain.ts              wait until its last call is over
 *     node processes/drain.ts --seconds N  no longer than that; exit code 3 when calls are left
 *     node processes/drain.ts --undo       it takes calls again
 */
try {
  const { values } = parseArgs({ options: { undo: { type: 'boolean' }, seconds: { type: 'string' } } });
  const { OBSERVE_PORT } = readConfig(process.env);
  const seconds = Number(values.seconds ?? Infinity);
  if (!(seconds >= 0)) throw new Error('--seconds is a number of seconds');
  const left = await drained(`http://127.0.0.1:${OBSERVE_PORT}/drain`, {
    ...{ undo: values.undo ?? false, seconds, clock: systemClock },
    say: (text) => console.log(text),
  });
  process.exitCode = left > 0 ? 3 : 0;
} catch (error) {
  console.error(whyNot(error));
  process.exit(1);
}

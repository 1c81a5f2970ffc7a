import { openDatabase } from '#db/connect.ts';
import { signIn } from '../sign-in.ts';
import { verifyByLink } from '../verify.ts';
import { Home } from './home.ts';

/** Guesses five times at once, and kills itself when the last is to be looked at: the other half of dying-guesser.test.ts. */
const order = JSON.parse(process.argv[2] ?? '{}') as {
  readonly url: string;
  readonly password: string;
  readonly email?: string;
  /** Of a registration's link, instead of a sign-in. */
  readonly token?: string;
};
const GUESSES = 5;
// A test that is broken off takes its child with it.
process.stdin.once('end', () => process.exit(1)).resume();
const home = new Home(openDatabase(order.url));
const deps = await home.deps();
let looked = 0;
const verify = () => {
  if (++looked === GUESSES) process.kill(process.pid, 'SIGKILL');
  return new Promise<boolean>(() => undefined);
};
const dying = { ...deps, passwords: { ...deps.passwords, verify } };
const { email = '', token, password } = order;
const guess = () =>
  token === undefined ? signIn(home.db, dying, { email, password }) : verifyByLink(home.db, dying, { token, password });
await Promise.all(Array.from({ length: GUESSES }, guess));
process.exit(1);

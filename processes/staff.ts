import { atTheMachine } from './at-the-machine.ts';
import { readSecret } from './read-secret.ts';
import { staffCommand } from './staff-command.ts';
import { staffOf } from './staff-deps.ts';

/* `npm run staff -- ...`: who works here, from the machine itself. What it takes is told by `npm run staff -- --help`. */
await atTheMachine('staff', async (db, config) =>
  staffCommand(db, await staffOf(config), process.argv.slice(2), {
    say: (text) => console.log(text),
    complain: (text) => console.error(text),
    askPassword: () => readSecret(process.stdin, process.stderr),
  }),
);

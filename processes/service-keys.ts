import { atTheMachine } from './at-the-machine.ts';
import { serviceKeyCommand } from './service-key-command.ts';

/* `npm run service-keys -- ...`: keys of the servers of web and app layers. What it takes is told by `npm run service-keys -- --help`. */
await atTheMachine('service-keys', (db) =>
  serviceKeyCommand(db, () => new Date(), process.argv.slice(2), {
    say: (text) => console.log(text),
    complain: (text) => console.error(text),
  }),
);

import { migrate } from '#db/migrate.ts';
import { readConfig } from './config.ts';
import { whyNot } from './why-not.ts';

/* Brings the schema of DATABASE_URL up to date; safe to run as often as one likes. `npm start` does the same by itself. */
try {
  const { DATABASE_URL } = readConfig(process.env);
  if (DATABASE_URL === undefined) throw new Error('DATABASE_URL says where the database is');
  await migrate(DATABASE_URL);
  console.log('The schema is up to date.');
} catch (error) {
  console.error(whyNot(error));
  process.exit(1);
}

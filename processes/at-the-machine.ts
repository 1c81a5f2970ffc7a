import { openDatabase, type Database } from '#db/connect.ts';
import { startEmbeddedPostgres } from '#db/embedded.ts';
import { migrate } from '#db/migrate.ts';
import { given, readConfig, readFiles, type Config } from './config.ts';
import { keptSecrets } from './secrets.ts';
import { postgresFolder } from './system.ts';
import { whyNot } from './why-not.ts';

/**
 * Runs a command on the platform's database: the one that DATABASE_URL names, or that of `npm start`, whether that runs or not; with the secret of
 * identities that is given, or that `npm start` has made. The command's result is the exit code; what fails is one line, and 1.
 */
export async function atTheMachine(name: string, work: (db: Database, config: Config) => Promise<number>) {
  try {
    const environment = given(readFiles(process.env));
    const { VAR_FOLDER } = readConfig(environment);
    const kept = environment['IDENTITY_SECRET'] === undefined ? await keptSecrets(VAR_FOLDER, environment) : {};
    const config = readConfig({ ...kept, ...environment });
    const postgres =
      config.DATABASE_URL === undefined
        ? await startEmbeddedPostgres({ folder: await postgresFolder(VAR_FOLDER) })
        : undefined;
    const url = postgres?.url ?? config.DATABASE_URL ?? '';
    await migrate(url);
    const db = openDatabase(url, { name: `homeline ${name}`, max: 2 });
    try {
      process.exitCode = await work(db, config);
    } finally {
      await db.destroy();
      await postgres?.stop();
    }
  } catch (error) {
    console.error(whyNot(error));
    process.exitCode = 1;
  }
}

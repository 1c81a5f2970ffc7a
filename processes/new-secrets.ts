import { parseArgs } from 'node:util';
import { makeSecrets } from './made-secrets.ts';
import { whyNot } from './why-not.ts';

/* `npm run new-secrets [-- FOLDER]`: the secrets that docker-compose.yml mounts, each made once, none ever overwritten. */
try {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [folder = 'secrets'] = positionals;
  const { made, missing } = await makeSecrets(folder);
  console.log(made.length > 0 ? `Made in ${folder}: ${made.join(', ')}.` : `Nothing was to be made in ${folder}.`);
  if (missing.length > 0) {
    console.log(`Others give these; put each into its file:\n${missing.map((line) => `  ${line}`).join('\n')}`);
    process.exitCode = 1;
  }
} catch (error) {
  console.error(whyNot(error));
  process.exit(1);
}

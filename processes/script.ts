import { parseArgs } from 'node:util';
import { openDatabase } from '#db/connect.ts';
import { listFacilities } from '#db/facilities.ts';
import type { Facility } from '#db/facilities.ts';
import { facilities as demonstration } from '#db/seed/demo-world.ts';
import type { Language } from '#flows/language.ts';
import { languages } from '#flows/language.ts';
import { familyLineUtterances, utterancesOf } from '#flows/script.ts';
import type { ScriptFormat } from '#media/prompts/recording-script.ts';
import { printScript, recordingScript } from '#media/prompts/recording-script.ts';

const usage = `npm run script -- LANGUAGE [--csv | --md]

Prints what a voice artist records. LANGUAGE is one of: ${languages.join(', ')}.
With DATABASE_URL the script is for its facilities and their keys, without it for the demonstration's.
`;

/** Everything that the facilities and the 866 line say, with the keys that each of them has. */
export function script(language: Language, facilities: readonly Facility[], format: ScriptFormat): string {
  const utterances = facilities.flatMap(({ name, offerKeys }) => utterancesOf(language, [name], { ...offerKeys }));
  const names = facilities.map(({ name }) => name);
  const all = [...utterances, ...familyLineUtterances(language, names)];
  return printScript(language, recordingScript(language, all), format);
}

/* `npm run script` */
if (process.argv[1] === import.meta.filename) {
  const { values, positionals } = read();
  const language = languages.find((one) => one === positionals[0]);
  if (values.help || language === undefined) {
    console.error(usage);
    process.exit(values.help ? 0 : 1);
  }
  const format = values.csv ? 'csv' : values.md ? 'md' : 'text';
  process.stdout.write(script(language, await facilitiesOf(process.env['DATABASE_URL']), format));
}

function read() {
  try {
    const options = { csv: { type: 'boolean' }, md: { type: 'boolean' }, help: { type: 'boolean' } } as const;
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(1);
  }
}

async function facilitiesOf(url: string | undefined): Promise<readonly Facility[]> {
  if (url === undefined || url === '') return demonstration;
  const db = openDatabase(url, { name: 'homeline script', max: 1 });
  try {
    return await listFacilities(db);
  } finally {
    await db.destroy();
  }
}

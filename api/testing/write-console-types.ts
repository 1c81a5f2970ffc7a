import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { consoleTypes } from './console-types.ts';

/* `npm run api-types`: writes the types that the agents' page asks the API by. */
const path = join(import.meta.dirname, '..', '..', 'console', 'api-types.ts');
await writeFile(path, await consoleTypes(path));
console.log(path);

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { documents, root } from './documents.ts';

/* `npm run states`: writes the documents that are made from the code. */
for (const [path, content] of await documents()) {
  await writeFile(join(root, path), content);
  console.log(path);
}

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Makes a pipe with a name (mkfifo(1)): who opens it without care waits for ever. */
export const mkfifoSync = (path: string): void => {
  if (!existsSync(path)) execFileSync('mkfifo', [path]);
};

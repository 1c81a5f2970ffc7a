import { createRequire } from 'node:module';

/*
 * drachtio-srf prints every message it receives when DEBUG asks for `drachtio:agent`, and a SIP INFO is a key of somebody's card. Whoever
 * loaded its `debug` first, and whatever was asked for, that name is left out (https://github.com/debug-js/debug#wildcards).
 */

interface Debug {
  enable(names: string): void;
  /** Returns what was enabled. */
  disable(): string;
}

const theirs = createRequire(createRequire(import.meta.url).resolve('drachtio-srf'));
const debug = theirs('debug') as Debug;
debug.enable(`${debug.disable()},-drachtio:agent`);

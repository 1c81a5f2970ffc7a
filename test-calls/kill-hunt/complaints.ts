import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Line {
  readonly level?: number;
  readonly msg?: string;
  readonly err?: { readonly type?: string; readonly message?: string };
}

/** pino's number for errors. */
const error = 50;

/** What `ivr` called an error, and how often: whoever finds a fault begins here. */
export async function complaintsIn(logFolder: string): Promise<Record<string, number>> {
  const text = await readFile(join(logFolder, 'ivr.log'), 'utf8').catch(() => '');
  const counted: Record<string, number> = {};
  for (const line of text.split('\n')) {
    if (line === '') continue;
    let read: Line;
    try {
      read = JSON.parse(line) as Line;
    } catch {
      // Whoever wrote it was killed over it.
      continue;
    }
    if ((read.level ?? 0) < error) continue;
    const { type = '', message = '' } = read.err ?? {};
    const what = [read.msg ?? '', type, message].filter(Boolean).join(': ').replace(/[\da-f-]{36}/g, '(id)').slice(0, 160); // prettier-ignore
    counted[what] = (counted[what] ?? 0) + 1;
  }
  return counted;
}

import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

interface Typed extends NodeJS.ReadableStream {
  readonly isTTY?: boolean;
}

/**
 * A password, from whoever types it, twice and without showing it; or the first line of what is piped in. Never an argument: those are seen by everybody
 * on the machine. Throws when nothing comes, or when the second is another.
 */
export async function readSecret(input: Typed, output: NodeJS.WritableStream): Promise<string> {
  // The terminal is not told what is typed.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, ...(input.isTTY && { output: nowhere, terminal: true }) });
  lines.once('SIGINT', () => lines.close());
  const typed = lines[Symbol.asyncIterator]();
  const line = async (): Promise<string> => {
    const next: IteratorResult<string, unknown> = await typed.next();
    if (next.done || next.value === '') throw new Error('A password is needed: type it, or pipe it in as one line.');
    return next.value;
  };
  try {
    if (!input.isTTY) return await line();
    output.write('Password: ');
    const first = await line();
    output.write('\nThe same again: ');
    const again = await line();
    output.write('\n');
    if (first === again) return first;
  } finally {
    lines.close();
  }
  throw new Error('These are two passwords, and nothing was changed. Type the same one twice.');
}

import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Secrets that must outlive a restart but that nobody chose: made once, kept where only this user can read. */
const kept = [
  'PIN_PEPPER',
  'PASSCODE_PEPPER',
  'IDENTITY_SECRET',
  'DOCUMENT_KEYS',
  'DIGEST_SECRET',
  'API_TOKEN',
  'DRACHTIO_SECRET',
  'FREESWITCH_SECRET',
  'SANDBOX_WEBHOOK_SECRET',
] as const;

/** The kept secrets, except those that the environment gives. */
export async function keptSecrets(folder: string, environment: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  const path = join(folder, 'secrets.json');
  await mkdir(folder, { recursive: true });
  const read = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw error;
  });
  const secrets = JSON.parse(read) as Record<string, string>;
  for (const name of kept) secrets[name] ??= randomBytes(24).toString('hex');
  const text = JSON.stringify(secrets);
  if (text !== read) {
    // Beside it first: whoever dies while writing must not take the pepper of every PIN along.
    const unfinished = `${path}.${process.pid}.part`;
    await writeFile(unfinished, text, { mode: 0o600 });
    await rename(unfinished, path);
  }
  await chmod(path, 0o600);
  return Object.fromEntries(kept.map((name) => [name, environment[name] ?? secrets[name] ?? '']));
}

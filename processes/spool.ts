import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Less than this, and no talk could be kept: two minutes of one. */
const leastBytes = 4 * 2 ** 20;

/**
 * Makes the folders of what calls leave on this machine until it is stored, and sees that something can be kept there: a talk that cannot be
 * recorded is ended (ivr/call/talk.ts), so nobody is to be called then. Throws what the disk says, with the path.
 */
export async function openSpool(folder: string, bytes = leastBytes): Promise<void> {
  for (const name of ['voices', 'messages', 'recordings']) await mkdir(join(folder, name), { recursive: true });
  const path = join(folder, `room.${process.pid}.part`);
  try {
    const file = await open(path, 'w', 0o600);
    try {
      await file.writeFile(Buffer.alloc(bytes));
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw Object.assign(error as NodeJS.ErrnoException, { path: folder });
  } finally {
    await rm(path, { force: true });
  }
}

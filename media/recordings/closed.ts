import { open } from 'node:fs/promises';
import { readLayout } from './wav.ts';

/**
 * Whether the header says the length that the file has: its writer has closed it. A file without any sound never is: a header that has just been
 * written is right, too, while the sound waits in its writer's memory. Throws NoWav, or the system's error (ENOENT, ...).
 */
export async function isClosed(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { dataAt, dataSize } = await readLayout(file);
    return dataSize > 0 && dataAt + dataSize + (dataSize % 2) === size;
  } finally {
    await file.close();
  }
}

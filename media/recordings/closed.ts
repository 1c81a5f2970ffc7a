import { open } from 'node:fs/promises';
import { readLayout } from './wav.ts';

/** Whether the header says the length that the file has: its writer has closed it. Throws NoWav, or the system's error (ENOENT, ...). */
export async function isClosed(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { dataAt, dataSize } = await readLayout(file);
    return dataAt + dataSize + (dataSize % 2) === size;
  } finally {
    await file.close();
  }
}

import { hashFile } from './file.ts';
import { repairWav } from './repair.ts';

/** A recording that is over, as it lies in the spool. */
export interface SealedRecording {
  readonly sha256: string;
  readonly bytes: number;
  readonly seconds: number;
  readonly repaired: boolean;
}

/** Puts the header right where it has to be, and takes length and SHA-256 of a file that nobody writes to any more. */
export async function sealRecording(path: string): Promise<SealedRecording> {
  const { repaired, seconds } = await repairWav(path);
  return { ...(await hashFile(path)), seconds, repaired };
}

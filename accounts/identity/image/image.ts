import { randomUUID } from 'node:crypto';
import type { Database } from '#db/connect.ts';
import type { Language } from '#db/people.ts';
import { addVerificationImage, isOpenImage, tryImage } from '#db/verification-images.ts';
import type { IdentityDeps } from '../ports.ts';
import { drawDigits } from './draw.ts';

/** How long a picture is good, milliseconds. */
export const IMAGE_MS = 10 * 60_000;
/** How often its digits may be tried, all together. */
export const IMAGE_TRIES = 5;

export interface VerificationImage {
  readonly id: string;
  /** PNG. */
  readonly picture: Buffer;
  readonly expiresAt: Date;
}

/** Who reads digits in a picture is no machine (guide row 58). What they are follows from the picture's id under a secret. Throws DatabaseUnavailable. */
export async function newImage(db: Database, { keys, now }: IdentityDeps): Promise<VerificationImage> {
  const [id, madeAt] = [randomUUID(), now()];
  const expiresAt = new Date(madeAt.getTime() + IMAGE_MS);
  const picture = await drawDigits(keys.imageDigits(id));
  await addVerificationImage(db, { id, madeAt, expiresAt });
  return { id, picture, expiresAt };
}

/** The same digits said, for who does not see them, WAV; undefined: it is not good any more, or never was. Throws DatabaseUnavailable. */
export async function saidImage(
  db: Database,
  { keys, now, images }: IdentityDeps,
  id: string,
  language: Language,
): Promise<Buffer | undefined> {
  if (!images || !(await isOpenImage(db, id, IMAGE_TRIES, now()))) return undefined;
  return images.say(keys.imageDigits(id), language);
}

export interface ImageAnswer {
  readonly id: string;
  readonly digits: string;
}

/** 'over': it is unknown, was answered, its time is over, or it was tried too often: another one is needed. */
export type ImageAnswered = 'right' | 'wrong' | 'over';

/** Looks at what somebody read. Nothing is told before the try is counted, on disk, and the right answer is good once. Throws DatabaseUnavailable. */
export async function answerImage(
  db: Database,
  { keys, now }: IdentityDeps,
  { id, digits }: ImageAnswer,
): Promise<ImageAnswered> {
  const right = keys.imageDigits(id) === digits;
  if (!(await tryImage(db, { id, right, most: IMAGE_TRIES }, now()))) return 'over';
  return right ? 'right' : 'wrong';
}

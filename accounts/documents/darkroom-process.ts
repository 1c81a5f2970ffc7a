import { setPriority } from 'node:os';
import sharp from 'sharp';
import { remadePicture, type Remaking } from './picture.ts';
import type { PictureType } from './picture-kind.ts';

/**
 * The process in which pictures of strangers are decoded. It has no secret, no connection and no work but this; a decoder that hangs, or that somebody
 * found a way into, takes nothing with it. It ends with the process that forked it.
 */
export interface DarkroomJob {
  readonly picture: Uint8Array;
  readonly declared: PictureType;
}
export type DarkroomAnswer = Remaking | { readonly kind: 'failed'; readonly reason: string };

// Of libvips' many decoders those alone that are needed.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'] });
sharp.concurrency(1);
sharp.cache(false);
setPriority(5); // calls and answers come first
process.on('disconnect', () => process.exit());
process.on('message', ({ picture, declared }: DarkroomJob) => {
  // Whoever asked may be gone by now; that is told by `disconnect`.
  const answer = (said: DarkroomAnswer) => process.send?.(said, undefined, {}, () => undefined);
  remadePicture(Buffer.from(picture.buffer, picture.byteOffset, picture.byteLength), declared).then(
    (made) => answer(made),
    (fault: unknown) => answer({ kind: 'failed', reason: fault instanceof Error ? fault.message : String(fault) }),
  );
});

import sharp, { type Metadata } from 'sharp';
import { isAnimatedPng, kindOf, type PictureType } from './picture-kind.ts';

/** Of one picture as it is sent, bytes. */
export const LARGEST_BYTES = 10 * 1024 * 1024;
/** A telephone's largest ordinary picture has 48.8 million. Decoded they are about 150 MB. */
export const MOST_PIXELS = 50_000_000;
/** Of the shorter side, pixels: less of an identity document cannot be read. */
export const LEAST_SIDE = 600;
/** Of the longer side as it is kept, pixels. */
const KEPT_SIDE = 3_000;
const QUALITY = 85;

/** Why a picture is not taken. */
export type PictureFault =
  /** HEVC pictures cannot be decoded here: its patents. */
  | 'heic'
  /** It is none, or not of the kind that it was said to be. */
  | 'not-as-declared'
  | 'not-decodable'
  | 'too-many-pixels'
  | 'too-small'
  | 'several-pictures';

/** A JPEG of our own making: pixels alone, upright, without anything that was in the file beside them. */
export interface Remade {
  readonly kind: 'remade';
  readonly jpeg: Buffer;
  readonly width: number;
  readonly height: number;
}
export type Remaking = Remade | { readonly kind: 'refused'; readonly fault: PictureFault };

const refused = (fault: PictureFault): Remaking => ({ kind: 'refused', fault });

/**
 * Decodes a picture and encodes it anew: what is kept is no byte of what was sent, so that no position, no comment, no thumbnail and nothing behind its
 * end is kept either. Never throws for what the bytes are.
 */
export async function remadePicture(bytes: Buffer, declared: PictureType): Promise<Remaking> {
  const kind = kindOf(bytes);
  if (kind === 'image/heic') return refused('heic');
  if (kind !== declared) return refused('not-as-declared');
  if (kind === 'image/png' && isAnimatedPng(bytes)) return refused('several-pictures');
  // The header alone is read: what it promises is not decoded yet.
  const head = await sharp(bytes, { limitInputPixels: false, failOn: 'warning' }).metadata().catch(none);
  if (!head) return refused('not-decodable');
  const fault = faultOf(head);
  if (fault) return refused(fault);
  const made = await sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: 'warning' })
    .rotate()
    .flatten({ background: 'white' })
    .resize({ width: KEPT_SIDE, height: KEPT_SIDE, fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .jpeg({ quality: QUALITY })
    .toBuffer({ resolveWithObject: true })
    .catch(none);
  if (!made) return refused('not-decodable');
  return { kind: 'remade', jpeg: made.data, width: made.info.width, height: made.info.height };
}

const none = (): undefined => undefined;

function faultOf({ width, height, pages }: Metadata): PictureFault | undefined {
  if (width * height > MOST_PIXELS) return 'too-many-pixels';
  if ((pages ?? 1) > 1) return 'several-pictures';
  return Math.min(width, height) < LEAST_SIDE ? 'too-small' : undefined;
}

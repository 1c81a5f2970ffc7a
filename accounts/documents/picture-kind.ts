/** The kinds of picture that are taken, by media type (RFC 2046 §4.2). */
export const pictureTypes = ['image/jpeg', 'image/png', 'image/webp'] as const;
export type PictureType = (typeof pictureTypes)[number];
export const isPictureType = (type: string): type is PictureType => pictureTypes.some((one) => one === type);

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
/** Brands of ISO base media files that hold HEVC pictures (ISO/IEC 23008-12, annex B). */
const HEIC = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1']);

/** What the bytes are, whatever they are called; undefined: nothing that is known here. */
export function kindOf(bytes: Buffer): PictureType | 'image/heic' | undefined {
  if (bytes.length < 16) return undefined;
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'image/jpeg';
  if (bytes.subarray(0, 8).equals(PNG)) return 'image/png';
  const [first, form] = [bytes.toString('latin1', 0, 4), bytes.toString('latin1', 8, 12)];
  if (first === 'RIFF' && form === 'WEBP') return 'image/webp';
  if (bytes.toString('latin1', 4, 8) === 'ftyp' && HEIC.has(form)) return 'image/heic';
  return undefined;
}

/** Whether a PNG is animated (PNG, third edition, §11.3.6.1: an acTL before the picture): its decoder shows the first frame and says nothing. */
export function isAnimatedPng(bytes: Buffer): boolean {
  for (let at = PNG.length; at + 12 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const chunk = bytes.toString('latin1', at + 4, at + 8);
    if (chunk === 'acTL') return true;
    if (chunk === 'IDAT') return false;
  }
  return false;
}

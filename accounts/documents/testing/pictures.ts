import sharp from 'sharp';

/** A picture of coloured noise: nothing that compresses away. */
export async function picture(
  type: 'jpeg' | 'png' | 'webp' = 'jpeg',
  { width = 800, height = 600 }: { readonly width?: number; readonly height?: number } = {},
): Promise<Buffer> {
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 30 };
  return sharp({ create: { width, height, channels: 3, background: '#808080', noise } })
    .toFormat(type)
    .toBuffer();
}

/** A JPEG that says where it was taken, by whose telephone, and that it lies on its side. */
export async function locatedPicture(): Promise<Buffer> {
  return sharp(await picture('jpeg', { width: 900, height: 700 }))
    .withExif({
      IFD0: { Make: 'Secret Telephone', ImageDescription: 'at home' },
      IFD3: {
        GPSLatitudeRef: 'N',
        GPSLatitude: '36/1 44/1 50/1',
        GPSLongitudeRef: 'W',
        GPSLongitude: '119/1 47/1 6/1',
      },
    })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
}

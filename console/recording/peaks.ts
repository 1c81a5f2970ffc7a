/** Lowest and highest sample of one part of a channel, from -1 to 1. */
export type Peak = readonly [number, number];

/** The parts of each channel, of what the API tells: of each part each channel, in hundredths of the loudest. */
export const peaksOf = (parts: readonly (readonly (readonly number[])[])[]): Peak[][] =>
  (parts[0] ?? []).map((_, channel) =>
    parts.map((part) => {
      const [low = 0, high = 0] = part[channel] ?? [];
      return [low / 100, high / 100];
    }),
  );

/** Where the line of a part is drawn, of a channel that is `height` high: never thinner than one. */
export function barOf([low, high]: Peak, height: number): { readonly top: number; readonly length: number } {
  const middle = height / 2;
  const clamped = (value: number) => Math.max(-1, Math.min(1, value));
  const top = middle - clamped(high) * middle;
  const length = Math.max(1, (clamped(high) - clamped(low)) * middle);
  return { top: Math.min(top, height - length), length };
}

/** The loudest of all, at least a little: what is quiet is drawn larger, silence stays silent. */
export function loudestOf(channels: readonly (readonly Peak[])[]): number {
  let loudest = 0.05;
  for (const channel of channels)
    for (const [low, high] of channel) loudest = Math.max(loudest, Math.abs(low), Math.abs(high));
  return loudest;
}

/** Parts that are drawn, `wanted` of them, each as loud as what it stands for. */
export function fitted(channel: readonly Peak[], wanted: number): Peak[] {
  if (channel.length === 0) return [];
  return Array.from({ length: wanted }, (_, place) => {
    const from = Math.floor((place * channel.length) / wanted);
    const until = Math.max(from + 1, Math.floor(((place + 1) * channel.length) / wanted));
    const part = channel.slice(from, until);
    return [Math.min(...part.map(([low]) => low)), Math.max(...part.map(([, high]) => high))];
  });
}

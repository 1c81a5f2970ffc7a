/** A point within a sign that is one wide and one high, y downwards. */
export type Point = readonly [x: number, y: number];
/** What a pen draws without being lifted. */
export type Stroke = readonly Point[];

/** A part of an ellipse, from one angle to another in degrees, clockwise from the right. */
function arc(cx: number, cy: number, rx: number, ry: number, from: number, to: number): Point[] {
  const steps = Math.max(4, Math.ceil(Math.abs(to - from) / 15));
  return Array.from({ length: steps + 1 }, (_, step): Point => {
    const angle = ((from + ((to - from) * step) / steps) * Math.PI) / 180;
    return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)];
  });
}

/** Each digit in the ways in which people write it; of our own, for no machine has the same fonts. */
export const digitStrokes: Readonly<Record<string, readonly (readonly Stroke[])[]>> = {
  '0': [[arc(0.5, 0.5, 0.38, 0.5, -90, 270)], [arc(0.5, 0.5, 0.32, 0.5, -110, 262)]],
  '1': [
    [[[0.22, 0.22], [0.52, 0], [0.52, 1]]], // prettier-ignore
    [[[0.25, 0.24], [0.52, 0], [0.52, 1]], [[0.25, 1], [0.8, 1]]], // prettier-ignore
  ],
  '2': [
    [[...arc(0.48, 0.28, 0.36, 0.28, 190, 395), [0.1, 1], [0.9, 1]]],
    [[...arc(0.48, 0.3, 0.34, 0.3, 200, 380), [0.45, 0.7], [0.12, 1], [0.88, 0.98]]],
  ],
  '3': [
    [[...arc(0.46, 0.26, 0.34, 0.26, 200, 450), ...arc(0.46, 0.75, 0.38, 0.25, -90, 160)]],
    [[[0.12, 0], [0.84, 0], [0.45, 0.42], ...arc(0.46, 0.71, 0.38, 0.29, -90, 155)]],
  ],
  '4': [
    [[[0.66, 1], [0.66, 0], [0.06, 0.68], [0.96, 0.68]]], // prettier-ignore
    [[[0.22, 0], [0.1, 0.6], [0.92, 0.6]], [[0.68, 0.3], [0.68, 1]]], // prettier-ignore
  ],
  '5': [
    [[[0.86, 0], [0.24, 0], [0.18, 0.45], ...arc(0.46, 0.68, 0.38, 0.32, -120, 150)]],
    [[[0.8, 0.02], [0.2, 0], [0.2, 0.42], ...arc(0.42, 0.7, 0.4, 0.3, -105, 140)]],
  ],
  '6': [
    [[...arc(0.78, 0.66, 0.64, 0.68, -85, -180), ...arc(0.5, 0.7, 0.36, 0.3, 180, 540)]],
    [[[0.66, 0], [0.24, 0.52], ...arc(0.5, 0.7, 0.34, 0.3, 200, 555)]],
  ],
  '7': [
    [[[0.08, 0], [0.92, 0], [0.38, 1]]], // prettier-ignore
    [[[0.08, 0.02], [0.9, 0], [0.4, 1]], [[0.3, 0.5], [0.84, 0.5]]], // prettier-ignore
  ],
  '8': [
    [arc(0.5, 0.25, 0.29, 0.25, 90, 450), arc(0.5, 0.75, 0.37, 0.25, -90, 270)],
    [[...arc(0.5, 0.24, 0.3, 0.24, 60, -200), ...arc(0.5, 0.75, 0.35, 0.25, -60, 240)]],
  ],
  '9': [
    [[...arc(0.48, 0.3, 0.36, 0.3, 0, 360), ...arc(0.2, 0.34, 0.64, 0.66, 0, 95)]],
    [[...arc(0.5, 0.28, 0.34, 0.28, -20, 340), [0.78, 1]]],
  ],
};

/** Of the letters those that a specimen needs. */
export const letterStrokes: Readonly<Record<string, readonly Stroke[]>> = {
  S: [[...arc(0.5, 0.25, 0.36, 0.25, -30, -270), ...arc(0.5, 0.75, 0.36, 0.25, -90, 150)]],
  P: [[[0.15, 1], [0.15, 0], ...arc(0.5, 0.26, 0.36, 0.26, -90, 90), [0.15, 0.52]]],
  E: [[[0.85, 0], [0.15, 0], [0.15, 1], [0.85, 1]], [[0.15, 0.5], [0.7, 0.5]]], // prettier-ignore
  C: [arc(0.52, 0.5, 0.4, 0.5, -45, -315)],
  I: [[[0.5, 0], [0.5, 1]]], // prettier-ignore
  M: [[[0.08, 1], [0.08, 0], [0.5, 0.6], [0.92, 0], [0.92, 1]]], // prettier-ignore
  N: [[[0.12, 1], [0.12, 0], [0.88, 1], [0.88, 0]]], // prettier-ignore
};

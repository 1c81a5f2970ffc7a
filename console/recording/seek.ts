export const SPEEDS = [0.75, 1, 1.25, 1.5, 2] as const;
const STEP_SECONDS = 5;
const LONG_STEP_SECONDS = 30;

/** What a key does to the player; undefined: nothing. */
export type Move =
  | { readonly kind: 'toggle' }
  | { readonly kind: 'seek'; readonly seconds: number }
  | { readonly kind: 'speed'; readonly speed: number };

interface At {
  readonly seconds: number;
  readonly of: number;
  readonly speed: number;
}

/** Where a key leads from where the player is. It never leaves the recording. */
export function moveOf(key: string, shift: boolean, { seconds, of, speed }: At): Move | undefined {
  const to = (wanted: number): Move => ({ kind: 'seek', seconds: Math.max(0, Math.min(of, wanted)) });
  const step = shift ? LONG_STEP_SECONDS : STEP_SECONDS;
  switch (key) {
    case ' ':
      return { kind: 'toggle' };
    case 'ArrowLeft':
      return to(seconds - step);
    case 'ArrowRight':
      return to(seconds + step);
    case 'Home':
      return to(0);
    case 'End':
      return to(of);
    case ',':
    case '<':
      return { kind: 'speed', speed: SPEEDS.findLast((one) => one < speed) ?? SPEEDS[0] };
    case '.':
    case '>':
      return { kind: 'speed', speed: SPEEDS.find((one) => one > speed) ?? SPEEDS[SPEEDS.length - 1] ?? speed };
    default:
      return undefined;
  }
}

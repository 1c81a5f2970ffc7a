/** How a picture is looked at. */
export interface View {
  /** Times as large as it fits. */
  readonly zoom: number;
  /** Clockwise, degrees. */
  readonly turn: 0 | 90 | 180 | 270;
}

export const asItCame: View = { zoom: 1, turn: 0 };
const zooms = [1, 1.5, 2, 3, 4] as const;

export type Looking = 'closer' | 'further' | 'turn' | 'reset';

const keys: Readonly<Record<string, Looking>> = {
  '+': 'closer',
  '=': 'closer',
  '-': 'further',
  r: 'turn',
  R: 'turn',
  '0': 'reset',
};

/** What a key pressed on a picture does; undefined: nothing. Arrows move what is larger than its place, as everywhere. */
export const lookingOf = (key: string): Looking | undefined => (Object.hasOwn(keys, key) ? keys[key] : undefined);

export function viewAfter({ zoom, turn }: View, looking: Looking): View {
  if (looking === 'reset') return asItCame;
  if (looking === 'turn') return { zoom, turn: ((turn + 90) % 360) as View['turn'] };
  const next = looking === 'closer' ? zooms.find((one) => one > zoom) : zooms.findLast((one) => one < zoom);
  return { zoom: next ?? zoom, turn };
}

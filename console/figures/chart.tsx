import type { ComponentChildren } from 'preact';

const [WIDTH, HEIGHT] = [1000, 260];
const [LEFT, BOTTOM, TOP] = [56, 26, 12];

interface ChartProps {
  /** Said of the picture to who does not see it; the table says the rest. */
  readonly label: string;
  readonly days: readonly string[];
  /** Where the axis ends. */
  readonly top: number;
  readonly valueOf: (value: number) => string;
  readonly children: (place: Place) => ComponentChildren;
}

/** Where days and values stand in the picture. */
export interface Place {
  /** Middle of a day. */
  readonly x: (day: number) => number;
  readonly y: (value: number) => number;
  readonly dayWidth: number;
}

/** Axes with a line for each quarter, and every day, or every few, by name. */
export function Chart({ label, days, top, valueOf, children }: ChartProps) {
  const dayWidth = (WIDTH - LEFT) / Math.max(1, days.length);
  const x = (day: number) => LEFT + (day + 0.5) * dayWidth;
  const y = (value: number) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - BOTTOM - TOP);
  const everyFew = Math.ceil(days.length / 14);
  return (
    <svg class="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {[0, 0.25, 0.5, 0.75, 1].map((share) => (
        <g key={share}>
          <line class="grid" x1={LEFT} x2={WIDTH} y1={y(share * top)} y2={y(share * top)} />
          <text x={LEFT - 8} y={y(share * top) + 4} text-anchor="end">
            {valueOf(top * share)}
          </text>
        </g>
      ))}
      {children({ x, y, dayWidth })}
      {days.map((day, place) =>
        (days.length - 1 - place) % everyFew === 0 ? (
          <text key={day} x={x(place)} y={HEIGHT - 6} text-anchor="middle">
            {day}
          </text>
        ) : null,
      )}
    </svg>
  );
}

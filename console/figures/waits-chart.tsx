import type { Body } from '../ask/client.ts';
import { shownSeconds } from '../format/time.ts';
import { Table } from '../parts/list.tsx';
import { useWords } from '../wording/words.tsx';
import { Chart } from './chart.tsx';
import { lineThrough, roundUpSeconds } from './scale.ts';

type Days = Body<'/v1/staff/figures'>['waits'];
const lines = ['p95', 'p50'] as const;

/** How long families waited for an agent, day by day: a picture, and the same as a table. */
export function WaitsChart({ waits }: { readonly waits: Days }) {
  const { words, times } = useWords();
  const most = Math.max(...waits.map(({ p50 = 0, p95 = 0 }) => Math.max(p50, p95)));
  const shown = (seconds: number | undefined) => (seconds === undefined ? words.common.none : shownSeconds(seconds));
  return (
    <section class="card">
      <h2>{words.figures.waits}</h2>
      <ul class="legend">
        {lines.map((line) => (
          <li key={line}>
            <i class={`fill ${line}`} />
            {words.figures[line]}
          </li>
        ))}
      </ul>
      <Chart
        label={words.figures.waits}
        days={waits.map(({ day }) => times.shortDay(day))}
        top={roundUpSeconds(most)}
        valueOf={shownSeconds}
      >
        {({ x, y }) =>
          lines.map((line) => {
            const points = waits.map(({ [line]: seconds }, place) => ({
              x: x(place),
              y: seconds === undefined ? undefined : y(seconds),
            }));
            return (
              <g key={line} class={`line ${line}`}>
                <path d={lineThrough(points)} />
                {points.map((point) =>
                  point.y === undefined ? null : <circle key={point.x} cx={point.x} cy={point.y} r={4} />,
                )}
              </g>
            );
          })
        }
      </Chart>
      <details>
        <summary>{words.figures.asTable}</summary>
        <Table
          label={words.figures.waits}
          rows={waits}
          keyOf={({ day }) => day}
          columns={[
            { head: words.figures.day, cell: ({ day }) => times.day(day) },
            { head: words.figures.p50, right: true, cell: ({ p50 }) => shown(p50) },
            { head: words.figures.p95, right: true, cell: ({ p95 }) => shown(p95) },
            { head: words.figures.answered, right: true, cell: ({ answered }) => answered },
            { head: words.figures.abandoned, right: true, cell: ({ abandoned }) => abandoned },
          ]}
        />
      </details>
    </section>
  );
}

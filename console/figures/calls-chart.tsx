import type { Body } from '../ask/client.ts';
import { shownSeconds } from '../format/time.ts';
import { Table } from '../parts/list.tsx';
import { useWords } from '../wording/words.tsx';
import { Chart } from './chart.tsx';
import { grouped, groups } from './group.ts';
import { roundUp, stacked } from './scale.ts';

type Days = Body<'/v1/staff/figures'>['calls'];

/** Calls of each day by what became of them: a picture, and the same as a table. */
export function CallsChart({ calls }: { readonly calls: Days }) {
  const { words, times, language } = useWords();
  const days = calls.map(({ day, byDisposition, talkSeconds }) => {
    const sums = grouped(byDisposition);
    return { day, sums, talkSeconds, all: groups.reduce((sum, group) => sum + sums[group], 0) };
  });
  const many = new Intl.NumberFormat(language);
  const most = Math.max(...days.map(({ all }) => all));
  return (
    <section class="card">
      <h2>{words.figures.calls}</h2>
      <ul class="legend">
        {groups.map((group) => (
          <li key={group}>
            <i class={`fill ${group}`} />
            {words.figures.groups[group]}
          </li>
        ))}
      </ul>
      <Chart
        label={words.figures.calls}
        days={days.map(({ day }) => times.shortDay(day))}
        top={roundUp(most)}
        valueOf={(value) => many.format(value)}
      >
        {({ x, y, dayWidth }) =>
          days.map(({ day, sums }, place) =>
            stacked(groups.map((group) => sums[group])).map(({ from, size }, part) =>
              size === 0 ? null : (
                <rect
                  key={`${day} ${part}`}
                  class={`fill ${groups[part] ?? ''}`}
                  x={x(place) - Math.min(28, dayWidth * 0.35)}
                  width={Math.min(56, dayWidth * 0.7)}
                  y={y(from + size)}
                  height={y(from) - y(from + size)}
                />
              ),
            ),
          )
        }
      </Chart>
      <details>
        <summary>{words.figures.asTable}</summary>
        <Table
          label={words.figures.calls}
          rows={days}
          keyOf={({ day }) => day}
          columns={[
            { head: words.figures.day, cell: ({ day }) => times.day(day) },
            ...groups.map((group) => ({
              head: words.figures.groups[group],
              right: true,
              cell: ({ sums }: (typeof days)[number]) => many.format(sums[group]),
            })),
            { head: words.figures.total, right: true, cell: ({ all }) => many.format(all) },
            { head: words.figures.talk, right: true, cell: ({ talkSeconds }) => shownSeconds(talkSeconds) },
          ]}
        />
      </details>
    </section>
  );
}

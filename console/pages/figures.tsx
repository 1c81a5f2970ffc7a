import { useState } from 'preact/hooks';
import { bodyOf } from '../ask/client.ts';
import { useAnswer } from '../ask/use-answer.ts';
import { CallsChart } from '../figures/calls-chart.tsx';
import { WaitsChart } from '../figures/waits-chart.tsx';
import { Heading } from '../parts/heading.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { OneOf } from '../parts/one-of.tsx';
import { useWords } from '../wording/words.tsx';

const periods = ['7', '14', '28'] as const;

/** What became of calls, and how long families waited, day by day. */
export function FiguresPage() {
  const { words } = useWords();
  const [period, setPeriod] = useState<(typeof periods)[number]>('14');
  const answer = useAnswer(period, (client, signal) =>
    bodyOf(client.GET('/v1/staff/figures', { params: { query: { days: Number(period) } }, signal })),
  );
  return (
    <>
      <Heading title={words.figures.title} />
      <OneOf
        label={words.figures.period}
        choices={periods}
        chosen={period}
        wordOf={(days) => words.figures.days(Number(days))}
        onChoose={setPeriod}
      />
      <Loaded answer={answer}>
        {({ calls, waits }) => (
          <>
            <CallsChart calls={calls} />
            {waits.length > 0 && <WaitsChart waits={waits} />}
          </>
        )}
      </Loaded>
    </>
  );
}

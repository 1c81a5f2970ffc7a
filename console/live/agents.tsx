import { secondsBetween, shownSeconds } from '../format/time.ts';
import { Table } from '../parts/list.tsx';
import { Badge, NumberLink } from '../parts/shown.tsx';
import { useMay } from '../session/session.tsx';
import { useWords } from '../wording/words.tsx';
import type { Desk } from './use-desk.tsx';
import { useNow } from './use-now.ts';

/** Who works at the desk, what each does, and who hears their talk. */
export function AgentsAtDesk({ agents }: Pick<Desk, 'agents'>) {
  const { words, times } = useWords();
  const may = useMay();
  const now = useNow();
  return (
    <section class="card">
      <h2>{words.desk.agents}</h2>
      {agents.length === 0 ? (
        <p class="empty">{words.desk.noAgents}</p>
      ) : (
        <Table
          label={words.desk.agents}
          rows={agents}
          keyOf={({ id }) => id}
          columns={[
            {
              head: words.desk.agent,
              cell: ({ name, extension, languages }) => (
                <>
                  {name}
                  <small>
                    {extension} · {languages.map((one) => words.common.languages[one]).join(', ')}
                  </small>
                </>
              ),
            },
            {
              head: words.common.status,
              cell: ({ state, until, number, listening }) => (
                <>
                  <Badge kind={state}>{words.desk.states[state]}</Badge>
                  {until !== undefined && <small>{words.desk.until(times.clock(until))}</small>}
                  {state === 'talking' && (
                    <small>
                      <NumberLink number={number} />
                    </small>
                  )}
                  {listening.length > 0 && (
                    <small class="monitored">
                      {words.live.listening}{' '}
                      {listening.map(({ name, mode }) => `${name} (${words.live.modes[mode]})`).join(', ')}
                    </small>
                  )}
                </>
              ),
            },
            {
              head: words.live.since,
              right: true,
              cell: ({ since }) => shownSeconds(secondsBetween(since, now)),
            },
          ]}
        />
      )}
      {may('live.listen') && <p class="hint">{words.live.listenHint}</p>}
    </section>
  );
}

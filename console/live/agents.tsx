import { useState } from 'preact/hooks';
import { secondsBetween, shownSeconds } from '../format/time.ts';
import { Table, type Column } from '../parts/list.tsx';
import { Badge, NumberLink } from '../parts/shown.tsx';
import { useMay, useMe } from '../session/session.tsx';
import { useWords } from '../wording/words.tsx';
import { Listen } from './listen.tsx';
import type { Desk } from './use-desk.tsx';
import { useNow } from './use-now.ts';

type Agent = Desk['agents'][number];

/** Who works at the desk, what each does, and who hears their talk; a supervisor listens from here. */
export function AgentsAtDesk({ agents }: Pick<Desk, 'agents'>) {
  const { words, times } = useWords();
  const may = useMay();
  const { agentId } = useMe();
  const now = useNow();
  const [listening, setListening] = useState<Agent>();
  const listen: Column<Agent> = {
    head: words.live.listen,
    right: true,
    // One supervisor at a time, and nobody to their own talk.
    cell: (agent) =>
      agent.state === 'talking' &&
      agent.id !== agentId &&
      agent.listening.length === 0 && (
        <button type="button" onClick={() => setListening(agent)}>
          {words.live.listen} …
        </button>
      ),
  };
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
            ...(may('live.listen') && agentId !== undefined ? [listen] : []),
          ]}
        />
      )}
      {listening?.entryId !== undefined && (
        <Listen entryId={listening.entryId} agent={listening.name} onClose={() => setListening(undefined)} />
      )}
    </section>
  );
}

import { AgentsAtDesk } from '../live/agents.tsx';
import { LiveCalls } from '../live/live-calls.tsx';
import { useDesk, type Desk } from '../live/use-desk.tsx';
import { useNow } from '../live/use-now.ts';
import { WaitingLine } from '../live/waiting-line.tsx';
import { secondsBetween, shownSeconds } from '../format/time.ts';
import { Heading } from '../parts/heading.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { useMay } from '../session/session.tsx';
import { useWords } from '../wording/words.tsx';

/** Who waits, who takes calls, which calls go on: as it happens. */
export function DeskPage() {
  const { words } = useWords();
  const may = useMay();
  const { desk, live, connected } = useDesk();
  return (
    <>
      <Heading
        title={words.live.title}
        acts={
          <span class={connected ? 'connected' : 'connected broken'} role="status">
            {connected ? words.live.connected : words.live.broken}
          </span>
        }
      />
      {may('queue.read') && (
        <Loaded answer={desk}>
          {(known) =>
            known && (
              <>
                <Tiles desk={known} />
                <div class="two">
                  <WaitingLine waiting={known.waiting} />
                  <AgentsAtDesk agents={known.agents} />
                </div>
              </>
            )
          }
        </Loaded>
      )}
      {may('live.read') && <Loaded answer={live}>{(known) => known && <LiveCalls live={known} />}</Loaded>}
    </>
  );
}

function Tiles({ desk: { waiting, agents, messages } }: { readonly desk: Desk }) {
  const { words } = useWords();
  const now = useNow();
  const longest = Math.max(0, ...waiting.map(({ since }) => secondsBetween(since, now)));
  const ready = agents.filter(({ state }) => state === 'ready').length;
  return (
    <dl class="tiles">
      <Tile name={words.desk.waiting} value={waiting.length} />
      <Tile name={words.desk.longest} value={waiting.length === 0 ? words.common.none : shownSeconds(longest)} />
      <Tile name={words.desk.ready} value={ready} />
      <Tile name={words.desk.messages} value={messages} hint={messages > 0 ? words.desk.messagesHint : undefined} />
    </dl>
  );
}

interface TileProps {
  readonly name: string;
  readonly value: string | number;
  readonly hint?: string | undefined;
}

const Tile = ({ name, value, hint }: TileProps) => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
    {hint !== undefined && <dd class="hint">{hint}</dd>}
  </div>
);

import { bodyOf } from '../ask/client.ts';
import { useAnswer } from '../ask/use-answer.ts';
import { browserOf } from '../format/browser.ts';
import { Table } from '../parts/list.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Badge, When } from '../parts/shown.tsx';
import { useWords, wordFor } from '../wording/words.tsx';

/** Where somebody was signed in lately, so that they see when it was not they. */
export function OwnSessions() {
  const { words } = useWords();
  const answer = useAnswer('sessions', (client, signal) => bodyOf(client.GET('/v1/staff/me/sessions', { signal })));
  return (
    <section>
      <h2>{words.me.sessions}</h2>
      <p class="hint">{words.me.sessionsHint}</p>
      <Loaded answer={answer}>
        {({ sessions }) => (
          <Table
            label={words.me.sessions}
            rows={sessions}
            keyOf={({ id }) => id}
            columns={[
              { head: words.me.started, cell: ({ startedAt }) => <When at={startedAt} /> },
              { head: words.me.device, cell: ({ device }) => browserOf(device ?? words.common.none) },
              { head: words.me.used, cell: ({ usedAt }) => <When at={usedAt} /> },
              {
                head: words.me.ended,
                cell: ({ current, endedAt, endedAs }) =>
                  current ? (
                    <Badge kind="active">{words.me.thisOne}</Badge>
                  ) : (
                    <>
                      {endedAs !== undefined && wordFor(words.me.ends, endedAs)}
                      {endedAt !== undefined && (
                        <small>
                          <When at={endedAt} />
                        </small>
                      )}
                    </>
                  ),
              },
            ]}
          />
        )}
      </Loaded>
    </section>
  );
}

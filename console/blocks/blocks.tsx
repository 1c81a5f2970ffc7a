import { useState } from 'preact/hooks';
import { When } from '../parts/shown.tsx';
import { useMay } from '../session/session.tsx';
import type { NumberPageBody } from '../pages/number.tsx';
import { useWords, wordFor } from '../wording/words.tsx';
import type { Wording } from '../wording/wording.ts';
import { LiftBlock } from './lift-block.tsx';
import { reasonOf } from './reason.ts';

type Block = NumberPageBody['blocks'][number];
type Placed = Block['placed'];
type Scope = Block['scope'];

export const facilityOf = (scope: Scope): string | undefined => (scope === 'all' ? undefined : scope.facilityName);

interface InForceProps {
  readonly page: NumberPageBody;
  readonly onChanged: () => void;
}

/** What is refused now, why, and how it may be lifted. */
export function BlocksInForce({ page: { number, blocks }, onChanged }: InForceProps) {
  const { words } = useWords();
  const may = useMay();
  const [lifting, setLifting] = useState<Block>();
  return (
    <section class="card">
      <h2>{words.number.blocks}</h2>
      {blocks.length === 0 && <p class="empty">{words.number.noBlocks}</p>}
      <ul class="rows">
        {blocks.map((block) => (
          <li key={block.id}>
            <span>
              <strong>{facilityOf(block.scope) ?? words.number.scopeAll}</strong>
              <small>{reasonOf(words, block.placed)}</small>
              <Act act={block.placed} />
              {!block.liftable && (
                <small>
                  {words.number.notLiftable}
                  {block.whyNot !== undefined && `: ${wordFor(words.whyNot, block.whyNot)}`}
                </small>
              )}
            </span>
            {block.liftable && may('block.lift') && (
              <button type="button" onClick={() => setLifting(block)}>
                {words.number.lift} …
              </button>
            )}
          </li>
        ))}
      </ul>
      {lifting && (
        <LiftBlock
          number={number}
          id={lifting.id}
          facility={facilityOf(lifting.scope)}
          onClose={() => setLifting(undefined)}
          onDone={() => {
            setLifting(undefined);
            onChanged();
          }}
        />
      )}
    </section>
  );
}

export function EarlierBlocks({ history }: Pick<NumberPageBody, 'history'>) {
  const { words } = useWords();
  return (
    <section>
      <h2>{words.number.history}</h2>
      {history.length === 0 && <p class="empty">{words.number.noHistory}</p>}
      <ul class="rows">
        {history.map(({ id, scope, placed, lifted }) => (
          <li key={id}>
            <span>
              <strong>{facilityOf(scope) ?? words.number.scopeAll}</strong>
              <small>
                {words.number.placed}: {reasonOf(words, placed)}
              </small>
              <Act act={placed} />
            </span>
            {lifted && (
              <span>
                <small>
                  {words.number.lifted}: {reasonOf(words, lifted)}
                </small>
                <Act act={lifted} />
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Act({ act: { at, by } }: { readonly act: Placed }) {
  const { words } = useWords();
  return (
    <small class="muted">
      <When at={at} /> · {actorOf(words, by)}
    </small>
  );
}

/** Who did it, in words; an agent by name or id. */
function actorOf(words: Wording, by: Placed['by']): string {
  const word = wordFor(words.actors, by.kind);
  return by.kind === 'agent' ? `${word} ${by.name ?? by.id ?? ''}` : word;
}

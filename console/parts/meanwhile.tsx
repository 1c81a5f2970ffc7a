import type { ComponentChildren } from 'preact';
import { useAnswer, type Ask } from '../ask/use-answer.ts';
import { Loaded } from './loaded.tsx';
import { useWords } from '../wording/words.tsx';

interface MeanwhileProps<T> {
  /** How it is now. */
  readonly ask: Ask<T>;
  readonly children: (now: T) => ComponentChildren;
}

/** Somebody else was faster: what they did, and how it stands now. */
export function Meanwhile<T>({ ask, children }: MeanwhileProps<T>) {
  const { words } = useWords();
  const answer = useAnswer('now', ask);
  return (
    <div class="notice bad" role="alert" aria-label={words.meanwhile.title}>
      <p>
        <strong>{words.meanwhile.title}</strong>
      </p>
      <Loaded answer={answer}>{(now) => children(now)}</Loaded>
      <p>{words.meanwhile.after}</p>
    </div>
  );
}

import type { ComponentChildren } from 'preact';
import type { Answer } from '../ask/use-answer.ts';
import { useWords } from '../wording/words.tsx';
import { Failed } from './failed.tsx';

interface LoadedProps<T> {
  readonly answer: Answer<T>;
  readonly children: (value: T) => ComponentChildren;
}

/** What was answered, or what to do about it that nothing was. What is there stays while it is asked for anew. */
export function Loaded<T>({ answer, children }: LoadedProps<T>) {
  const { value, failure, loading, reload } = answer;
  return (
    <>
      {failure && !loading && <Failed failure={failure} onRetry={reload} />}
      {value !== undefined ? children(value) : loading && <Loading />}
    </>
  );
}

export function Loading() {
  const { words } = useWords();
  return (
    <div class="loading" role="status">
      <span class="unseen">{words.common.loading}</span>
      <i />
      <i />
      <i />
    </div>
  );
}

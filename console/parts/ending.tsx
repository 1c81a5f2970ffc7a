import type { Failure } from '../ask/failure.ts';
import { useWords } from '../wording/words.tsx';
import { Failed } from './failed.tsx';

interface EndingProps {
  /** What must be said first; told once somebody has tried. */
  readonly missing?: string | undefined;
  readonly failure?: Failure | undefined;
  readonly busy: boolean;
  readonly submit: string;
  /** It takes something from somebody. */
  readonly danger?: true;
  readonly onCancel: () => void;
}

/** The end of a form that does something: what is missing, what went wrong, and the two ways out. */
export function Ending({ missing, failure, busy, submit, danger, onCancel }: EndingProps) {
  const { words } = useWords();
  return (
    <>
      {missing !== undefined && (
        <p class="notice bad" role="alert">
          {missing}
        </p>
      )}
      {failure && <Failed failure={failure} />}
      <div class="acts">
        <button type="button" onClick={onCancel}>
          {words.common.cancel}
        </button>
        <button type="submit" class={danger ? 'danger primary' : 'primary'} disabled={busy}>
          {submit}
        </button>
      </div>
    </>
  );
}

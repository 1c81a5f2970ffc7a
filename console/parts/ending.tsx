import type { Failure } from '../ask/failure.ts';
import { useWords } from '../wording/words.tsx';
import { Failed } from './failed.tsx';

interface WaysOutProps {
  readonly busy: boolean;
  readonly submit: string;
  /** It takes something from somebody. */
  readonly danger?: boolean;
  /** Absent: there is no other way out. */
  readonly onCancel?: (() => void) | undefined;
}

interface EndingProps extends WaysOutProps {
  /** What must be said first; told once somebody has tried. */
  readonly missing?: string | undefined;
  readonly failure?: Failure | undefined;
}

/** The end of a form that does something: what is missing, what went wrong, and the two ways out. */
export function Ending({ missing, failure, ...ways }: EndingProps) {
  return (
    <>
      {missing !== undefined && (
        <p class="notice bad" role="alert">
          {missing}
        </p>
      )}
      {failure && <Failed failure={failure} />}
      <WaysOut {...ways} />
    </>
  );
}

/** Out of a form: it is left as it was, or does what it says. */
export function WaysOut({ busy, submit, danger, onCancel }: WaysOutProps) {
  const { words } = useWords();
  return (
    <div class="acts">
      {onCancel && (
        <button type="button" onClick={onCancel}>
          {words.common.cancel}
        </button>
      )}
      <button type="submit" class={danger ? 'danger primary' : 'primary'} disabled={busy}>
        {submit}
      </button>
    </div>
  );
}

import type { Failure } from '../ask/failure.ts';
import { useWords } from '../wording/words.tsx';
import type { Wording } from '../wording/wording.ts';

/** What happened and what to do, in words: those of the problem's code, else those of its status. */
export function saidOf({ failure: words }: Wording, { status, code, message }: Failure): string {
  const known = code !== undefined && Object.hasOwn(words.codes, code) ? words.codes[code] : undefined;
  if (known !== undefined) return known;
  if (status === 0) return words.offline;
  if (status === 403) return words.forbidden;
  if (status === 404) return words.missing;
  if (status === 409 || status === 412) return words.conflict;
  if (status === 429) return words.tooMany;
  if (status >= 500) return words.passing;
  return words.other(message);
}

interface FailedProps {
  readonly failure: Failure;
  readonly onRetry?: (() => void) | undefined;
}

export function Failed({ failure, onRetry }: FailedProps) {
  const { words } = useWords();
  return (
    <div class="notice bad" role="alert">
      <p>{saidOf(words, failure)}</p>
      {onRetry && (
        <button type="button" onClick={() => onRetry()}>
          {words.failure.retry}
        </button>
      )}
    </div>
  );
}

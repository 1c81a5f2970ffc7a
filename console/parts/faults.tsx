import type { Failure } from '../ask/failure.ts';
import { useWords, wordFor } from '../wording/words.tsx';
import { Failed } from './failed.tsx';

interface FaultsProps {
  readonly failure: Failure | undefined;
  /** What each fault of it means. */
  readonly wordsOf: Readonly<Record<string, string>>;
  /** Of problems that are told otherwise here than elsewhere, by their codes. */
  readonly codes?: Readonly<Record<string, string>>;
}

/** Everything that is wrong with what was sent, each in its own words; a failure that names none in its. */
export function Faults({ failure, wordsOf, codes = {} }: FaultsProps) {
  const { words } = useWords();
  if (!failure) return null;
  const own = failure.code !== undefined && Object.hasOwn(codes, failure.code) ? codes[failure.code] : undefined;
  if (own === undefined && failure.faults.length === 0) return <Failed failure={failure} />;
  const told = own === undefined ? failure.faults.map((fault) => wordFor(wordsOf, fault)) : [own];
  return (
    <div class="notice bad" role="alert" aria-label={words.failure.label}>
      {told.map((text) => (
        <p key={text}>{text}</p>
      ))}
    </div>
  );
}

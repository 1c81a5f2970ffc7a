import { useCallback, useState } from 'preact/hooks';
import { failureOf, type Failure } from './failure.ts';

export interface Act {
  readonly busy: boolean;
  readonly failure: Failure | undefined;
  /** Does it, once at a time; false: it failed, and `failure` says how. */
  readonly run: (work: () => Promise<unknown>) => Promise<boolean>;
  readonly clear: () => void;
}

/** Something that is done once somebody asks for it. */
export function useAct(): Act {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const run = useCallback(async (work: () => Promise<unknown>) => {
    setBusy(true);
    setFailure(undefined);
    try {
      await work();
      return true;
    } catch (error) {
      setFailure(failureOf(error));
      return false;
    } finally {
      setBusy(false);
    }
  }, []);
  const clear = useCallback(() => setFailure(undefined), []);
  return { busy, failure, run, clear };
}

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { background, client, type Client } from './client.ts';
import { failureOf, type Failure } from './failure.ts';

export interface Answer<T> {
  /** The last that was answered; it stays while it is asked for anew. */
  readonly value: T | undefined;
  readonly failure: Failure | undefined;
  readonly loading: boolean;
  /** Asks anew; `byItself`: nobody did anything for it. */
  readonly reload: (byItself?: boolean) => void;
}

export type Ask<T> = (client: Client, signal: AbortSignal) => Promise<T>;

/** What the server answers to `ask`; asked anew when `key` changes, and the answer to what is no longer asked is dropped. */
export function useAnswer<T>(key: string, ask: Ask<T>): Answer<T> {
  const [held, setHeld] = useState<{ key: string; value?: T; failure?: Failure; loading: boolean }>({
    key,
    loading: true,
  });
  const asking = useRef(ask);
  asking.current = ask;
  const under = useRef<AbortController>(undefined);
  const run = useCallback((key: string, by: Client) => {
    under.current?.abort();
    const controller = (under.current = new AbortController());
    setHeld((held) => (held.key === key ? { ...held, loading: true } : { key, loading: true }));
    asking.current(by, controller.signal).then(
      (value) => {
        if (!controller.signal.aborted) setHeld({ key, value, loading: false });
      },
      (error: unknown) => {
        if (!controller.signal.aborted)
          setHeld((held) => ({ ...held, key, failure: failureOf(error), loading: false }));
      },
    );
  }, []);
  useEffect(() => {
    run(key, client);
    return () => under.current?.abort();
  }, [key]);
  const reload = useCallback((byItself = false) => run(key, byItself ? background : client), [key]);
  const current = held.key === key ? held : { key, loading: true };
  return { value: current.value, failure: current.failure, loading: current.loading, reload };
}

import { useCallback, useEffect, useState } from 'preact/hooks';
import { client, type Client } from './client.ts';
import { failureOf, type Failure } from './failure.ts';

/** A long list, part after part. */
export interface Pages<T> {
  readonly rows: readonly T[];
  readonly failure: Failure | undefined;
  readonly loading: boolean;
  /** The next part, when there is one. */
  readonly more: (() => void) | undefined;
  readonly reload: () => void;
}

export interface Part<T> {
  readonly rows: readonly T[];
  readonly next?: string | undefined;
}

interface Held<T> {
  readonly rows: readonly T[];
  readonly next?: string | undefined;
  readonly failure?: Failure;
  readonly loading: boolean;
}

/** A list by cursor; begun anew when `key` changes. */
export function usePages<T>(
  key: string,
  ask: (client: Client, cursor: string | undefined, signal: AbortSignal) => Promise<Part<T>>,
): Pages<T> {
  const [turn, setTurn] = useState(0);
  const [cursor, setCursor] = useState<{ of: string; at: string }>();
  const [held, setHeld] = useState<Held<T>>({ rows: [], loading: true });
  const of = `${turn} ${key}`;
  const at = cursor?.of === of ? cursor.at : undefined;
  useEffect(() => {
    const controller = new AbortController();
    setHeld((held) => ({ rows: at === undefined && cursor?.of !== of ? [] : held.rows, loading: true }));
    ask(client, at, controller.signal).then(
      ({ rows, next }) => {
        if (!controller.signal.aborted)
          setHeld((held) => ({ rows: at === undefined ? rows : [...held.rows, ...rows], next, loading: false }));
      },
      (error: unknown) => {
        if (!controller.signal.aborted)
          setHeld(({ rows, next }) => ({ rows, next, failure: failureOf(error), loading: false }));
      },
    );
    return () => controller.abort();
  }, [of, at]);
  const { next } = held;
  const more = useCallback(() => {
    if (next !== undefined) setCursor({ of, at: next });
  }, [of, next]);
  const reload = useCallback(() => setTurn((turn) => turn + 1), []);
  return {
    ...{ rows: held.rows, failure: held.failure, loading: held.loading, reload },
    more: next === undefined ? undefined : more,
  };
}

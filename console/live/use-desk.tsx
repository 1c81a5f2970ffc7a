import { createContext, type ComponentChildren } from 'preact';
import { useCallback, useContext, useEffect, useMemo, useRef } from 'preact/hooks';
import { bodyOf, type Body } from '../ask/client.ts';
import { useAnswer, type Answer } from '../ask/use-answer.ts';
import { after } from '../clock.ts';
import { useMay, useMe } from '../session/session.tsx';
import { useEvents } from './use-events.ts';

export type Desk = Body<'/v1/staff/desk'>;
export type Live = Body<'/v1/staff/live'>;
/** The place at the desk of who is signed in. */
export type MyDesk = Body<'/v1/staff/desk/me'>;

interface Held {
  readonly desk: Answer<Desk | undefined>;
  readonly live: Answer<Live | undefined>;
  /** Undefined: who is signed in has no place at the desk. */
  readonly mine: Answer<MyDesk | undefined>;
  /** What happens is told as it happens. */
  readonly connected: boolean;
  readonly refresh: () => void;
}

const Watched = createContext<Held | undefined>(undefined);
/** Many things happen at once: they are looked at together, milliseconds. */
const TOGETHER_MS = 300;

/** The desk and the calls in progress, looked at anew whenever something happened. */
export function Watching({ children }: { readonly children: ComponentChildren }) {
  const may = useMay();
  const { agentId } = useMe();
  const hasPlace = agentId !== undefined && may('agent.state');
  const [seesDesk, seesLive] = [may('queue.read'), may('live.read')];
  const desk = useAnswer('desk', async (client, signal) =>
    seesDesk ? bodyOf(client.GET('/v1/staff/desk', { signal })) : undefined,
  );
  const live = useAnswer('live', async (client, signal) =>
    seesLive ? bodyOf(client.GET('/v1/staff/live', { signal })) : undefined,
  );
  const mine = useAnswer('mine', async (client, signal) =>
    hasPlace ? bodyOf(client.GET('/v1/staff/desk/me', { signal })) : undefined,
  );
  const refresh = useCallback(() => {
    desk.reload(true);
    live.reload(true);
    mine.reload(true);
  }, [desk.reload, live.reload, mine.reload]);
  const waiting = useRef<() => void>(undefined);
  useEffect(() => () => waiting.current?.(), []);
  const { connected } = useEvents(seesLive, () => {
    waiting.current ??= after(TOGETHER_MS, () => {
      waiting.current = undefined;
      refresh();
    });
  });
  const held = useMemo(
    () => ({ desk, live, mine, connected, refresh }),
    [
      desk.value,
      desk.failure,
      desk.loading,
      live.value,
      live.failure,
      live.loading,
      mine.value,
      mine.failure,
      mine.loading,
      connected,
      refresh,
    ],
  );
  return <Watched.Provider value={held}>{children}</Watched.Provider>;
}

export function useDesk(): Held {
  const held = useContext(Watched);
  if (!held) throw new Error('The desk is looked at outside of <Watching>.');
  return held;
}

import { createContext, type ComponentChildren } from 'preact';
import { useCallback, useContext, useEffect, useMemo, useState } from 'preact/hooks';
import { background, bodyOf, client, listenToAnswers, type Body } from '../ask/client.ts';
import { failureOf, type Failure } from '../ask/failure.ts';
import { whyOut, type Away } from './why-out.ts';
import { markUsed } from './used.ts';

export type Me = Body<'/v1/staff/me'>;

export type Session =
  | { readonly state: 'asking' }
  | { readonly state: 'unreachable'; readonly failure: Failure }
  | { readonly state: 'out'; readonly why: Away }
  | { readonly state: 'in'; readonly me: Me };

interface Held {
  readonly session: Session;
  readonly enter: (me: Me) => void;
  readonly leave: (why: Away) => void;
  readonly ask: () => void;
}

const Current = createContext<Held | undefined>(undefined);

/** Knows who is signed in, and learns from every answer when nobody is any more. */
export function Signing({ children }: { readonly children: ComponentChildren }) {
  const [session, setSession] = useState<Session>({ state: 'asking' });
  const enter = useCallback((me: Me) => {
    markUsed();
    setSession({ state: 'in', me });
  }, []);
  const leave = useCallback((why: Away) => setSession({ state: 'out', why }), []);
  const ask = useCallback(() => {
    setSession({ state: 'asking' });
    bodyOf(client.GET('/v1/staff/me')).then(enter, (error: unknown) => {
      const failure = failureOf(error);
      setSession(
        failure.status === 401
          ? { state: 'out', why: whyOut(failure.faults, 'first') }
          : { state: 'unreachable', failure },
      );
    });
  }, [enter]);
  useEffect(
    () =>
      listenToAnswers({
        used: markUsed,
        // Their role is another one meanwhile: the page of what is due takes the place of this one.
        due: () =>
          void bodyOf(background.GET('/v1/staff/me')).then(
            (me) => setSession({ state: 'in', me }),
            () => undefined,
          ),
        signedOut: (failure) =>
          setSession((was) => (was.state === 'in' ? { state: 'out', why: whyOut(failure.faults, 'ended') } : was)),
      }),
    [],
  );
  useEffect(ask, [ask]);
  const held = useMemo(() => ({ session, enter, leave, ask }), [session, enter, leave, ask]);
  return <Current.Provider value={held}>{children}</Current.Provider>;
}

export function useSession(): Held {
  const held = useContext(Current);
  if (!held) throw new Error('A session is used outside of <Signing>.');
  return held;
}

/** Who is signed in. Throws where nobody is: pages are shown to those who are. */
export function useMe(): Me {
  const { session } = useSession();
  if (session.state !== 'in') throw new Error('Nobody is signed in.');
  return session.me;
}

/** Whether who is signed in may do this: what they may not is not offered. The server decides. */
export const useMay = (): ((act: string) => boolean) => {
  const { acts } = useMe();
  return (act) => (acts as readonly string[]).includes(act);
};

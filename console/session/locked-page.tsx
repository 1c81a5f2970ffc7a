import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { bodyOf, client } from '../ask/client.ts';
import { Settings } from '../settings/settings.tsx';
import { useWords } from '../wording/words.tsx';
import { useSession } from './session.tsx';

interface LockedPageProps {
  readonly title: string;
  readonly explain: string;
  readonly children: ComponentChildren;
}

/** The page of who is signed in and does one thing before anything else; or signs out. The focus begins at its title. */
export function LockedPage({ title, explain, children }: LockedPageProps) {
  const { words } = useWords();
  const { leave } = useSession();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Homeline`;
    heading.current?.focus();
  }, [title]);
  const signOut = () => {
    void bodyOf(client.DELETE('/v1/staff/sessions/current'))
      .catch(() => undefined)
      .then(() => leave('left'));
  };
  return (
    <main class="sign-in">
      <section class="card">
        <p class="brand">
          Homeline <small>{words.brandNote}</small>
        </p>
        <h1 tabIndex={-1} ref={heading}>
          {title}
        </h1>
        <p>{explain}</p>
        {children}
        <button type="button" class="quiet" onClick={signOut}>
          {words.session.signOut}
        </button>
      </section>
      <Settings />
    </main>
  );
}

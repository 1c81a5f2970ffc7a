import { useEffect, useRef } from 'preact/hooks';
import { bodyOf, client } from '../ask/client.ts';
import { PasswordForm } from '../me/password-form.tsx';
import { Settings } from '../settings/settings.tsx';
import { useWords } from '../wording/words.tsx';
import { useSession } from './session.tsx';

/** The page of who signed in with a password that somebody else made: nothing else is done before there is one of their own. */
export function FirstPassword() {
  const { words } = useWords();
  const { enter, leave } = useSession();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${words.me.firstTitle} · Homeline`;
    heading.current?.focus();
  }, [words]);
  const goOn = () => {
    bodyOf(client.GET('/v1/staff/me')).then(enter, () => leave('ended'));
  };
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
          {words.me.firstTitle}
        </h1>
        <p>{words.me.firstExplain}</p>
        <PasswordForm onDone={goOn} />
        <button type="button" class="quiet" onClick={signOut}>
          {words.session.signOut}
        </button>
      </section>
      <Settings />
    </main>
  );
}

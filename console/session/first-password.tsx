import { PasswordForm } from '../me/password-form.tsx';
import { useWords } from '../wording/words.tsx';
import { LockedPage } from './locked-page.tsx';
import { useSession } from './session.tsx';

/** The page of who signed in with a password that somebody else made: nothing else is done before there is one of their own. */
export function FirstPassword() {
  const { words } = useWords();
  const { ask } = useSession();
  return (
    <LockedPage title={words.me.firstTitle} explain={words.me.firstExplain}>
      <PasswordForm onDone={ask} />
    </LockedPage>
  );
}

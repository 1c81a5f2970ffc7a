import { OwnCode } from '../me/own-code.tsx';
import { OwnLanguage } from '../me/own-language.tsx';
import { OwnSessions } from '../me/own-sessions.tsx';
import { PasswordForm } from '../me/password-form.tsx';
import { Facts } from '../parts/facts.tsx';
import { Heading } from '../parts/heading.tsx';
import { useSay } from '../parts/said.tsx';
import { useMe } from '../session/session.tsx';
import { useWords } from '../wording/words.tsx';

/** What is one's own: password, code at sign-in, language, where one was signed in. */
export function MePage() {
  const { words } = useWords();
  const { name, username, role } = useMe();
  const say = useSay();
  return (
    <>
      <Heading title={words.me.title} />
      <section class="card">
        <Facts
          facts={[
            [words.staff.name, name],
            [words.staff.username, username],
            [words.staff.role, words.session.roles[role]],
          ]}
        />
      </section>
      <div class="two">
        <section class="card">
          <h2>{words.me.password}</h2>
          <PasswordForm onDone={() => say(words.me.passwordSet)} />
        </section>
        <div class="stack">
          <OwnCode />
          <OwnLanguage />
        </div>
      </div>
      <OwnSessions />
    </>
  );
}

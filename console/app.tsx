import { Failed } from './parts/failed.tsx';
import { Loading } from './parts/loaded.tsx';
import { Router } from './routing/router.tsx';
import { FirstCode } from './session/first-code.tsx';
import { FirstPassword } from './session/first-password.tsx';
import { Signing, useSession, type Me } from './session/session.tsx';
import { SignIn } from './session/sign-in.tsx';
import { spokenLanguage } from './settings/preferences.ts';
import { Preferring, usePreferences } from './settings/use-preferences.tsx';
import { Shell } from './shell.tsx';
import { Speaking } from './wording/words.tsx';

export function App() {
  return (
    <Preferring>
      <Router>
        <Signing>
          <Gate />
        </Signing>
      </Router>
    </Preferring>
  );
}

/** Pages for who is signed in, the way in for everybody else. The address stays: who signs in goes on where they were. */
function Gate() {
  const { session, ask } = useSession();
  const { preferences } = usePreferences();
  const account = session.state === 'in' ? session.me.language : undefined;
  return (
    <Speaking language={spokenLanguage(preferences, account)}>
      {session.state === 'asking' && (
        <main class="begin">
          <Loading />
        </main>
      )}
      {session.state === 'unreachable' && (
        <main class="begin">
          <h1 class="brand">Homeline</h1>
          <Failed failure={session.failure} onRetry={ask} />
        </main>
      )}
      {session.state === 'out' && <SignIn why={session.why} />}
      {session.state === 'in' && <Due me={session.me} />}
    </Speaking>
  );
}

/** What is due comes first, in turn. */
function Due({ me: { passwordDue, codeDue } }: { readonly me: Me }) {
  if (passwordDue) return <FirstPassword />;
  return codeDue ? <FirstCode /> : <Shell />;
}

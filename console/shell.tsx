import { useState } from 'preact/hooks';
import { bodyOf, client } from './ask/client.ts';
import { Keys } from './keys/keys.tsx';
import { useKeys } from './keys/use-keys.ts';
import { Watching } from './live/use-desk.tsx';
import { Nav } from './nav.tsx';
import { PageOf } from './pages/page-of.tsx';
import { Said } from './parts/said.tsx';
import { Link } from './routing/router.tsx';
import { SearchBox } from './search/search-box.tsx';
import { IdleWatch } from './session/idle-watch.tsx';
import { useMay, useMe, useSession } from './session/session.tsx';
import { Settings } from './settings/settings.tsx';
import { PhonePanel } from './softphone/phone-panel.tsx';
import { useWords } from './wording/words.tsx';

/** What stands around every page: finding, where one can go, the phone, who is signed in. */
export function Shell() {
  const { words } = useWords();
  const may = useMay();
  const [keysShown, showKeys] = useState(false);
  useKeys({ showKeys: () => showKeys(true) });
  return (
    <Said>
      <a class="skip" href="#page">
        {words.skip}
      </a>
      <Watching>
        <div class="shell">
          <header>
            <p class="brand">
              Homeline <small>{words.brandNote}</small>
            </p>
            {may('person.read') ? <SearchBox /> : <span />}
            <button type="button" class="quiet" onClick={() => showKeys(true)}>
              {words.keys.open}
            </button>
            <Who />
          </header>
          <div class="side">
            <Nav />
            <PhonePanel />
            <Settings />
          </div>
          <main id="page" tabIndex={-1}>
            <PageOf />
          </main>
        </div>
      </Watching>
      {keysShown && <Keys onClose={() => showKeys(false)} />}
      <IdleWatch />
    </Said>
  );
}

function Who() {
  const { words } = useWords();
  const { name, role } = useMe();
  const { leave } = useSession();
  const signOut = () => {
    // Left here whatever becomes of the request: the session ends by itself.
    void bodyOf(client.DELETE('/v1/staff/sessions/current'))
      .catch(() => undefined)
      .then(() => leave('left'));
  };
  return (
    <div class="who">
      <p>
        <Link to={{ page: 'me' }}>
          {name}
          <span class="unseen"> · {words.me.open}</span>
        </Link>
        <small>{words.session.roles[role]}</small>
      </p>
      <button type="button" onClick={signOut}>
        {words.session.signOut}
      </button>
    </div>
  );
}

import { Link, usePage } from './routing/router.tsx';
import type { Page } from './routing/page.ts';
import { useMay } from './session/session.tsx';
import { useWords } from './wording/words.tsx';
import type { Wording } from './wording/wording.ts';

interface Place {
  readonly to: Page;
  readonly word: Exclude<keyof Wording['nav'], 'label'>;
  readonly act: string;
}

export const places: readonly Place[] = [
  { to: { page: 'desk' }, word: 'desk', act: 'live.read' },
  { to: { page: 'calls', filter: {} }, word: 'calls', act: 'call.read' },
  { to: { page: 'refunds' }, word: 'refunds', act: 'refund.read' },
  { to: { page: 'cheques' }, word: 'cheques', act: 'cheque.read' },
  { to: { page: 'documents' }, word: 'documents', act: 'document.view' },
  { to: { page: 'figures' }, word: 'figures', act: 'figures.read' },
  { to: { page: 'audit' }, word: 'audit', act: 'audit.read' },
  { to: { page: 'staff' }, word: 'staff', act: 'staff.manage' },
];

/** Where one can go, as far as one's role goes. */
export function Nav() {
  const { words } = useWords();
  const may = useMay();
  const { page } = usePage();
  return (
    <nav aria-label={words.nav.label}>
      <ul>
        {places
          .filter(({ act }) => may(act))
          .map(({ to, word }) => (
            <li key={word}>
              <Link to={to} current={to.page === page}>
                {words.nav[word]}
              </Link>
            </li>
          ))}
      </ul>
    </nav>
  );
}

import type { ComponentChildren } from 'preact';
import { Heading } from '../parts/heading.tsx';
import { hrefOf, type Page } from '../routing/page.ts';
import { places } from '../nav.tsx';
import { useMay } from '../session/session.tsx';
import { usePage } from '../routing/router.tsx';
import { useWords } from '../wording/words.tsx';
import { AccountPage } from './account.tsx';
import { AuditPage } from './audit.tsx';
import { CallPage } from './call.tsx';
import { CallsPage } from './calls.tsx';
import { ChequesPage } from './cheques.tsx';
import { DeskPage } from './desk.tsx';
import { DocumentsPage } from './documents.tsx';
import { FiguresPage } from './figures.tsx';
import { MePage } from './me.tsx';
import { NumberPage } from './number.tsx';
import { RefundsPage } from './refunds.tsx';
import { StaffPage } from './staff.tsx';

/** The page of the address, anew for each thing that it is about. */
export function PageOf() {
  const asked = usePage();
  const may = useMay();
  // Who has no desk to look at begins where they may.
  const page = asked.page === 'desk' ? (places.find(({ act }) => may(act))?.to ?? asked) : asked;
  return <article key={hrefOf(page)}>{contentOf(page)}</article>;
}

function contentOf(page: Page): ComponentChildren {
  switch (page.page) {
    case 'desk':
      return <DeskPage />;
    case 'number':
      return <NumberPage number={page.number} />;
    case 'account':
      return <AccountPage id={page.id} />;
    case 'calls':
      return <CallsPage filter={page.filter} />;
    case 'call':
      return <CallPage id={page.id} />;
    case 'refunds':
      return <RefundsPage />;
    case 'cheques':
      return <ChequesPage />;
    case 'documents':
      return <DocumentsPage />;
    case 'figures':
      return <FiguresPage />;
    case 'audit':
      return <AuditPage />;
    case 'staff':
      return <StaffPage />;
    case 'me':
      return <MePage />;
    case 'nowhere':
      return <Nowhere />;
  }
}

function Nowhere() {
  const { words } = useWords();
  return (
    <>
      <Heading title={words.common.nowhere} />
      <p>{words.common.nowhereHelp}</p>
    </>
  );
}

import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { hrefOf, pageOf, type Page } from './page.ts';

const here = (): string => location.pathname + location.search;
const Address = createContext('');

/** Follows the address: what the browser goes back to, and what {@link go} goes to. */
export function Router({ children }: { readonly children: ComponentChildren }) {
  const [address, setAddress] = useState(here);
  useEffect(() => {
    const moved = () => setAddress(here());
    addEventListener('popstate', moved);
    return () => removeEventListener('popstate', moved);
  }, []);
  return <Address.Provider value={address}>{children}</Address.Provider>;
}

export function usePage(): Page {
  const address = useContext(Address);
  const [pathname = '', search = ''] = address.split(/(?=\?)/);
  return pageOf(pathname, search);
}

/** Goes to a page; `replace`: without a step to go back to. */
export function go(page: Page, { replace = false } = {}): void {
  const href = hrefOf(page);
  if (href === here()) return;
  history[replace ? 'replaceState' : 'pushState'](null, '', href);
  dispatchEvent(new PopStateEvent('popstate'));
}

interface LinkProps {
  readonly to: Page;
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly current?: boolean;
}

/** A link that does not load the page anew; opened elsewhere it is one like any other. */
export function Link({ to, children, current = false, ...more }: LinkProps) {
  const clicked = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a href={hrefOf(to)} onClick={clicked} {...(current && { 'aria-current': 'page' as const })} {...more}>
      {children}
    </a>
  );
}

import { useEffect } from 'preact/hooks';
import { after } from '../clock.ts';
import type { Page } from '../routing/page.ts';
import { go } from '../routing/router.tsx';
import { usePreferences } from '../settings/use-preferences.tsx';
import { pressed } from './pressed.ts';

/** The field that finds, and the button that blocks: by what they are on the page. */
export const FIND_ID = 'find';
export const BLOCK_ID = 'block-calls';
/** The buttons of the telephone. */
export const PHONE_IDS = { answer: 'phone-answer', hold: 'phone-hold', mute: 'phone-mute' } as const;
/** How long after `g` the second key may come, milliseconds. */
const SECOND_KEY_MS = 1_500;

/** Single keys do something wherever nobody types (WCAG 2.2, 2.1.4: they can be turned off). */
export function useKeys({ showKeys }: { readonly showKeys: () => void }): void {
  const { preferences } = usePreferences();
  useEffect(() => {
    if (!preferences.singleKeys) return undefined;
    let begun = false;
    let over = (): void => undefined;
    const down = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
      const found = pressed(event.key, begun);
      over();
      begun = found.kind === 'begun';
      if (begun) over = after(SECOND_KEY_MS, () => (begun = false));
      if (found.kind === 'nothing') return;
      event.preventDefault();
      if (found.kind === 'find') document.getElementById(FIND_ID)?.focus();
      if (found.kind === 'block') document.getElementById(BLOCK_ID)?.click();
      if (found.kind === 'phone') document.getElementById(PHONE_IDS[found.does])?.click();
      if (found.kind === 'keys') showKeys();
      if (found.kind === 'go') go(pageFor(found.to));
    };
    addEventListener('keydown', down);
    return () => {
      removeEventListener('keydown', down);
      over();
    };
  }, [preferences.singleKeys, showKeys]);
}

const pageFor = (to: Exclude<Page['page'], 'number' | 'account' | 'call' | 'nowhere'>): Page =>
  to === 'calls' ? { page: 'calls', filter: {} } : { page: to };

/** In a field, or in a question that must be answered first. */
const isTyping = (target: EventTarget | null): boolean =>
  document.querySelector('dialog[open]') !== null ||
  (target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input:not([type=checkbox]), select, textarea')));

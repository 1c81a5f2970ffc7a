import { createContext, type ComponentChildren } from 'preact';
import { useContext, useLayoutEffect, useState } from 'preact/hooks';
import { keepPreferences, keptPreferences, showTheme, type Preferences } from './preferences.ts';

interface Held {
  readonly preferences: Preferences;
  readonly change: (changed: Partial<Preferences>) => void;
}

const Kept = createContext<Held | undefined>(undefined);

export function Preferring({ children }: { readonly children: ComponentChildren }) {
  const [preferences, setPreferences] = useState(keptPreferences);
  useLayoutEffect(() => showTheme(preferences.theme), [preferences.theme]);
  const change = (changed: Partial<Preferences>) => {
    const next = { ...preferences, ...changed };
    keepPreferences(next);
    setPreferences(next);
  };
  return <Kept.Provider value={{ preferences, change }}>{children}</Kept.Provider>;
}

export function usePreferences(): Held {
  const held = useContext(Kept);
  if (!held) throw new Error('Preferences are used outside of <Preferring>.');
  return held;
}

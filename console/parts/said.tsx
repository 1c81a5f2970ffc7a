import { createContext, type ComponentChildren } from 'preact';
import { useCallback, useContext, useEffect, useState } from 'preact/hooks';
import { after } from '../clock.ts';
import { useWords } from '../wording/words.tsx';

const SHOWN_MS = 12_000;
const Saying = createContext<(text: string) => void>(() => undefined);

/** Says what was done, where it is seen and read aloud. */
export const useSay = (): ((text: string) => void) => useContext(Saying);

export function Said({ children }: { readonly children: ComponentChildren }) {
  const { words } = useWords();
  const [said, setSaid] = useState<{ text: string }>();
  const say = useCallback((text: string) => setSaid({ text }), []);
  useEffect(() => (said ? after(SHOWN_MS, () => setSaid(undefined)) : undefined), [said]);
  return (
    <Saying.Provider value={say}>
      {children}
      <div class="said" role="status">
        {said && (
          <p>
            {said.text}
            <button type="button" class="quiet" onClick={() => setSaid(undefined)}>
              {words.common.close}
            </button>
          </p>
        )}
      </div>
    </Saying.Provider>
  );
}

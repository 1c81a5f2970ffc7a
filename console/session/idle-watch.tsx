import { useEffect, useState } from 'preact/hooks';
import { background, bodyOf, client } from '../ask/client.ts';
import { failureOf } from '../ask/failure.ts';
import { every, nowMs } from '../clock.ts';
import { Dialog } from '../parts/dialog.tsx';
import { useWords } from '../wording/words.tsx';
import { idleOf, isToBeTold, type Idle } from './idle.ts';
import { useMe, useSession } from './session.tsx';
import { lastUsedMs, markUsed } from './used.ts';

const SIGNS_OF_LIFE = ['keydown', 'pointerdown', 'wheel'] as const;

/** Tells the server of somebody who reads and types, warns who does nothing, and ends with the session. */
export function IdleWatch() {
  const { words } = useWords();
  const { idleSeconds } = useMe();
  const { leave } = useSession();
  const [idle, setIdle] = useState<Idle>({ state: 'used' });
  const isWarned = idle.state === 'warned';

  useEffect(() => {
    const look = () => setIdle(idleOf(lastUsedMs(), nowMs(), idleSeconds));
    look();
    return every(1000, look);
  }, [idleSeconds]);

  useEffect(() => {
    // Who was warned answers with a button: a sleeve on the desk is no use.
    if (isWarned) return undefined;
    const seen = () => {
      if (!isToBeTold(lastUsedMs(), nowMs())) return;
      markUsed();
      void stay();
    };
    for (const sign of SIGNS_OF_LIFE) addEventListener(sign, seen, { passive: true });
    return () => {
      for (const sign of SIGNS_OF_LIFE) removeEventListener(sign, seen);
    };
  }, [isWarned]);

  useEffect(() => {
    if (idle.state !== 'over') return;
    // Another machine's clock decides; asking does not count as use.
    bodyOf(background.GET('/v1/staff/me')).then(markUsed, (error: unknown) => {
      if (failureOf(error).status === 401) leave('idle');
    });
  }, [idle.state]);

  if (idle.state !== 'warned') return null;
  const said = words.session.idleText(idle.secondsLeft);
  return (
    <Dialog title={words.session.idleTitle} onClose={() => void stay()}>
      <p role="timer" aria-live={idle.secondsLeft % 15 === 0 ? 'assertive' : 'off'}>
        {said}
      </p>
      <div class="acts">
        <button type="button" class="primary" autofocus onClick={() => void stay()}>
          {words.session.idleStay}
        </button>
      </div>
    </Dialog>
  );
}

/** Heard of by the server: its session goes on. */
const stay = (): Promise<unknown> => bodyOf(client.GET('/v1/staff/me')).catch(() => undefined);

import { Dialog } from '../parts/dialog.tsx';
import { useWords } from '../wording/words.tsx';

interface RecoveryCodesProps {
  readonly codes: readonly string[];
  readonly onClose: () => void;
}

/** Nothing but the button ends it, so that Escape loses nothing. */
export function RecoveryCodes(props: RecoveryCodesProps) {
  const { words } = useWords();
  return (
    <Dialog title={words.me.recoveryTitle} onClose={() => undefined}>
      <p>{words.me.recoveryExplain}</p>
      <RecoveryCodesOnce {...props} />
    </Dialog>
  );
}

/** Told once. */
export function RecoveryCodesOnce({ codes, onClose }: RecoveryCodesProps) {
  const { words } = useWords();
  return (
    <>
      <ul class="once">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div class="acts">
        <button type="button" onClick={() => print()}>
          {words.me.print}
        </button>
        <button type="button" class="primary" onClick={onClose}>
          {words.me.recoveryKept}
        </button>
      </div>
    </>
  );
}

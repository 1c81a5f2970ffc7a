import { Dialog } from '../parts/dialog.tsx';
import { useWords } from '../wording/words.tsx';

/** A password that was made for somebody. */
export interface Made {
  readonly name: string;
  readonly username: string;
  readonly password: string;
}

/** Told once; nothing but the button ends it, so that Escape loses nothing. */
export function ShownOnce({ made, onClose }: { readonly made: Made; readonly onClose: () => void }) {
  const { words } = useWords();
  return (
    <Dialog title={words.staff.onceTitle(made.name)} onClose={() => undefined}>
      <p>{words.staff.onceExplain}</p>
      <dl class="once">
        <div>
          <dt>{words.staff.username}</dt>
          <dd>
            <code>{made.username}</code>
          </dd>
        </div>
        <div>
          <dt>{words.me.password}</dt>
          <dd>
            <code>{made.password}</code>
          </dd>
        </div>
      </dl>
      <div class="acts">
        <button type="button" class="primary" onClick={onClose}>
          {words.staff.onceDone}
        </button>
      </div>
    </Dialog>
  );
}

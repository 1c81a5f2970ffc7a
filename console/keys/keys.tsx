import { Dialog } from '../parts/dialog.tsx';
import { usePreferences } from '../settings/use-preferences.tsx';
import { useWords } from '../wording/words.tsx';

/** All keys there are, and whether they work. */
export function Keys({ onClose }: { readonly onClose: () => void }) {
  const { words } = useWords();
  const { preferences, change } = usePreferences();
  const rows = (list: Readonly<Record<string, string>>) =>
    Object.entries(list).map(([keys, does]) => (
      <div key={keys}>
        <dt>
          {keys.split(' ').map((key) => (
            <kbd key={key}>{key}</kbd>
          ))}
        </dt>
        <dd>{does}</dd>
      </div>
    ));
  return (
    <Dialog title={words.keys.title} onClose={onClose}>
      <dl class="keys">{rows(words.keys.list)}</dl>
      <h3>{words.keys.playerTitle}</h3>
      <dl class="keys">{rows(words.keys.player)}</dl>
      <label class="check">
        <input
          type="checkbox"
          checked={preferences.singleKeys}
          onChange={({ currentTarget }) => change({ singleKeys: currentTarget.checked })}
        />
        {words.keys.on}
      </label>
      <p class="hint">{words.keys.onHint}</p>
      <div class="acts">
        <button type="button" class="primary" onClick={onClose}>
          {words.keys.close}
        </button>
      </div>
    </Dialog>
  );
}

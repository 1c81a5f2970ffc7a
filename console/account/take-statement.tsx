import { useId, useState } from 'preact/hooks';
import { bodyOf, client } from '../ask/client.ts';
import { useAct } from '../ask/use-act.ts';
import { nowMs } from '../clock.ts';
import { Failed } from '../parts/failed.tsx';
import { useWords } from '../wording/words.tsx';
import { lastDays, MOST_DAYS, manyDays } from './days.ts';
import { saveFile } from '../parts/save-file.ts';

interface TakeStatementProps {
  readonly id: string;
  readonly number: string;
}

/** The statement of some days as a file, for somebody who asks for it. */
export function TakeStatement({ id, number }: TakeStatementProps) {
  const { words, language } = useWords();
  const { busy, failure, run } = useAct();
  const [{ from, until }, setDays] = useState(() => lastDays(nowMs(), 30));
  const [tried, setTried] = useState(false);
  const name = useId();
  const many = manyDays(from, until);
  const wrong = many < 1 || many > MOST_DAYS;
  const take = (kind: 'pdf' | 'csv') => {
    setTried(true);
    if (wrong) return;
    void run(async () => {
      const params = { path: { id, days: `${from}..${until}.${kind}` }, query: { language } };
      const file = await bodyOf(client.GET('/v1/staff/accounts/{id}/statements/{days}', { params, parseAs: 'blob' }));
      saveFile(`homeline-${number}-${from}-${until}.${kind}`, file);
    });
  };
  return (
    <div class="narrow take">
      <div>
        <label for={`${name}f`}>{words.calls.from}</label>
        <input
          id={`${name}f`}
          type="date"
          value={from}
          onInput={({ currentTarget }) => setDays({ from: currentTarget.value, until })}
        />
      </div>
      <div>
        <label for={`${name}u`}>{words.calls.until}</label>
        <input
          id={`${name}u`}
          type="date"
          value={until}
          onInput={({ currentTarget }) => setDays({ from, until: currentTarget.value })}
        />
      </div>
      <div class="acts">
        <button type="button" disabled={busy} onClick={() => take('pdf')}>
          {words.account.takePdf}
        </button>
        <button type="button" disabled={busy} onClick={() => take('csv')}>
          {words.account.takeCsv}
        </button>
      </div>
      {tried && wrong && (
        <p class="notice bad" role="alert">
          {words.account.wrongDays}
        </p>
      )}
      {failure && <Failed failure={failure} />}
    </div>
  );
}

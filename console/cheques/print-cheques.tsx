import { useState } from 'preact/hooks';
import { bodyOf, client } from '../ask/client.ts';
import { saveFile } from '../parts/save-file.ts';
import { useAct } from '../ask/use-act.ts';
import { Failed } from '../parts/failed.tsx';
import { useSay } from '../parts/said.tsx';
import { useWords } from '../wording/words.tsx';

/** At most so many at once, as the API takes. */
const MOST = 500;

interface PrintChequesProps {
  readonly many: number;
  readonly onDone: () => void;
}

/** Takes the oldest checks for one run of the printer, and gives the file for it. */
export function PrintCheques({ many, onDone }: PrintChequesProps) {
  const { words } = useWords();
  const say = useSay();
  const { busy, failure, run } = useAct();
  // The same until it was answered: who asks again is given the same checks.
  const [batchId, setBatchId] = useState(() => crypto.randomUUID());
  const print = () =>
    void run(async () => {
      const body = { batchId, limit: Math.min(many, MOST) };
      const { cheques, csv } = await bodyOf(client.POST('/v1/staff/cheques/claim', { body }));
      saveFile(`checks-${batchId}.csv`, new Blob([csv], { type: 'text/csv' }));
      setBatchId(crypto.randomUUID());
      say(words.cheques.printed(cheques.length));
      onDone();
    });
  return (
    <>
      <button type="button" class="primary" disabled={busy} onClick={print}>
        {words.cheques.print(Math.min(many, MOST))}
      </button>
      {failure && <Failed failure={failure} />}
    </>
  );
}

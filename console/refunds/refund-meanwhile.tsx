import { bodyOf } from '../ask/client.ts';
import { Meanwhile } from '../parts/meanwhile.tsx';
import { useWords } from '../wording/words.tsx';

/** What somebody else decided about a refund while it was looked at here. */
export function RefundMeanwhile({ id }: { readonly id: string }) {
  const { words } = useWords();
  return (
    <Meanwhile
      ask={(client, signal) => bodyOf(client.GET('/v1/staff/refunds/{id}', { params: { path: { id } }, signal }))}
    >
      {({ refund: { state, decided }, decidedBy }) => (
        <p>
          {decided !== undefined && words.meanwhile.decided(decidedBy ?? words.meanwhile.somebody, decided.reason)}{' '}
          {words.meanwhile.itIs(words.refunds.states[state])}
        </p>
      )}
    </Meanwhile>
  );
}

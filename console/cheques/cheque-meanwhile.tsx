import { bodyOf } from '../ask/client.ts';
import { Meanwhile } from '../parts/meanwhile.tsx';
import { useWords } from '../wording/words.tsx';

/** What somebody else did with a check while it was looked at here. */
export function ChequeMeanwhile({ id }: { readonly id: string }) {
  const { words, times } = useWords();
  return (
    <Meanwhile
      ask={(client, signal) => bodyOf(client.GET('/v1/staff/cheques/{id}', { params: { path: { id } }, signal }))}
    >
      {({ cheque: { state }, last: { what, at, by } }) => (
        <p>
          {by === undefined
            ? words.meanwhile.came(words.cheques.events[what], times.at(at))
            : words.meanwhile.did(by, words.cheques.events[what], times.at(at))}{' '}
          {words.meanwhile.itIs(words.cheques.states[state])}
        </p>
      )}
    </Meanwhile>
  );
}

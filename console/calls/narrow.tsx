import { useId, useState } from 'preact/hooks';
import { useFacilities } from '../facilities/use-facilities.ts';
import { readNumber, shownNumber } from '../format/number.ts';
import { typedIn } from '../parts/typed.ts';
import type { CallFilter } from '../routing/page.ts';
import { go } from '../routing/router.tsx';
import { useWords } from '../wording/words.tsx';

/** Narrows the calls down; what is chosen stands in the address. */
export function NarrowCalls({ filter }: { readonly filter: CallFilter }) {
  const { words } = useWords();
  const facilities = useFacilities();
  const [bad, setBad] = useState(false);
  const id = useId();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const typed = typedIn(event.currentTarget);
    const word = (name: string) => typed(name).trim();
    const number = word('number') === '' ? undefined : readNumber(word('number'));
    setBad(word('number') !== '' && number === undefined);
    if (word('number') !== '' && number === undefined) return;
    const rest = ['facilityId', 'disposition', 'from', 'until'].map((name) => [name, word(name)]);
    const chosen = Object.fromEntries(rest.filter(([, value]) => value !== '')) as CallFilter;
    const { personId } = filter;
    go({
      page: 'calls',
      filter: { ...chosen, ...(number !== undefined && { number }), ...(personId !== undefined && { personId }) },
    });
  };
  const dispositions = Object.entries(words.dispositions).sort(([, one], [, other]) => one.localeCompare(other));
  return (
    <form class="narrow" onSubmit={submit} aria-label={words.calls.filter}>
      <div>
        <label for={`${id}n`}>{words.common.number}</label>
        <input
          id={`${id}n`}
          name="number"
          inputMode="tel"
          defaultValue={filter.number === undefined ? '' : shownNumber(filter.number)}
          aria-invalid={bad}
          {...(bad && { 'aria-describedby': `${id}w` })}
        />
      </div>
      <div>
        <label for={`${id}f`}>{words.common.facility}</label>
        <select id={`${id}f`} name="facilityId">
          <option value="">{words.calls.anyFacility}</option>
          {facilities.map((one) => (
            <option key={one.id} value={one.id} selected={one.id === filter.facilityId}>
              {one.name}
            </option>
          ))}
        </select>
      </div>
      <div>
        <label for={`${id}d`}>{words.common.outcome}</label>
        <select id={`${id}d`} name="disposition">
          <option value="">{words.calls.anyOutcome}</option>
          {dispositions.map(([disposition, word]) => (
            <option key={disposition} value={disposition} selected={disposition === filter.disposition}>
              {word}
            </option>
          ))}
        </select>
      </div>
      <div>
        <label for={`${id}a`}>{words.calls.from}</label>
        <input id={`${id}a`} name="from" type="date" defaultValue={filter.from ?? ''} />
      </div>
      <div>
        <label for={`${id}b`}>{words.calls.until}</label>
        <input id={`${id}b`} name="until" type="date" defaultValue={filter.until ?? ''} />
      </div>
      <div class="acts">
        <button type="submit" class="primary">
          {words.calls.apply}
        </button>
        {Object.keys(filter).length > 0 && (
          <button type="button" onClick={() => go({ page: 'calls', filter: {} })}>
            {words.calls.clear}
          </button>
        )}
      </div>
      {bad && (
        <p class="notice bad" role="alert" id={`${id}w`}>
          {words.calls.badNumber}
        </p>
      )}
    </form>
  );
}

import { useEffect, useId, useState } from 'preact/hooks';
import { bodyOf, client, type Body } from '../ask/client.ts';
import { failureOf, type Failure } from '../ask/failure.ts';
import { after } from '../clock.ts';
import { readNumber, shownNumber, withNumbers } from '../format/number.ts';
import { FIND_ID } from '../keys/use-keys.ts';
import { saidOf } from '../parts/failed.tsx';
import type { Page } from '../routing/page.ts';
import { go } from '../routing/router.tsx';
import { useMay } from '../session/session.tsx';
import { useWords } from '../wording/words.tsx';
import { moved } from './move.ts';

type Found = Body<'/v1/staff/search'>['results'][number];
/** How long to wait for the next letter, milliseconds. */
const TYPING_MS = 120;
const SHORTEST = 2;

const pages: Readonly<Record<Found['kind'], (id: string) => Page>> = {
  number: (number) => ({ page: 'number', number }),
  account: (id) => ({ page: 'account', id }),
  person: (personId) => ({ page: 'calls', filter: { personId } }),
};

interface Held {
  readonly of: string;
  readonly found: readonly Found[];
  readonly failure?: Failure;
}

/** Finds numbers, accounts and people as one types (the combobox of ARIA 1.2). A whole number can be opened though nothing is known of it. */
export function SearchBox() {
  const { words } = useWords();
  const may = useMay();
  const [typed, setTyped] = useState('');
  const [open, setOpen] = useState(false);
  const [marked, setMarked] = useState(-1);
  const [held, setHeld] = useState<Held>({ of: '', found: [] });
  const id = useId();
  const q = typed.trim();
  const isLong = q.length >= SHORTEST;
  const whole = may('number.read') ? readNumber(q) : undefined;

  useEffect(() => {
    if (!isLong) {
      setHeld({ of: q, found: [] });
      return undefined;
    }
    const controller = new AbortController();
    const { signal } = controller;
    const stop = after(TYPING_MS, () => {
      bodyOf(client.GET('/v1/staff/search', { params: { query: { q } }, signal })).then(
        ({ results }) => {
          if (!signal.aborted) setHeld({ of: q, found: results });
        },
        (error: unknown) => {
          if (!signal.aborted) setHeld({ of: q, found: [], failure: failureOf(error) });
        },
      );
    });
    return () => {
      stop();
      controller.abort();
    };
  }, [q, isLong]);

  const known = held.found.some(({ kind, id }) => kind === 'number' && id === whole);
  const rows: readonly Found[] =
    whole !== undefined && !known
      ? [{ kind: 'number', id: whole, title: words.search.openNumber(shownNumber(whole)), detail: '' }, ...held.found]
      : held.found;
  const chosen = (found: Found) => {
    setOpen(false);
    setTyped('');
    go(pages[found.kind](found.id));
    document.getElementById('page')?.focus({ preventScroll: true });
  };
  const keyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      setMarked(moved(marked, event.key, rows.length));
    }
    // What was answered to fewer letters is not what is meant.
    const target = rows[marked] ?? (held.of === q || whole !== undefined ? rows[0] : undefined);
    if (event.key === 'Enter' && target) chosen(target);
    if (event.key === 'Escape') setOpen(false);
  };
  const isAnswered = held.of === q && isLong;
  const shown = open && isLong;
  const told = !isLong
    ? words.search.more
    : held.failure && isAnswered
      ? saidOf(words, held.failure)
      : isAnswered && rows.length === 0
        ? words.search.none(q)
        : isAnswered
          ? words.search.count(rows.length)
          : words.common.loading;
  return (
    <search class="search">
      <label class="unseen" for={FIND_ID}>
        {words.search.label}
      </label>
      <input
        id={FIND_ID}
        role="combobox"
        aria-expanded={shown && rows.length > 0}
        aria-controls={`${id}r`}
        aria-autocomplete="list"
        {...(shown && marked >= 0 && { 'aria-activedescendant': `${id}r${marked}` })}
        autocomplete="off"
        spellcheck={false}
        placeholder={words.search.placeholder}
        value={typed}
        onInput={({ currentTarget }) => {
          setTyped(currentTarget.value);
          setMarked(-1);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={keyDown}
      />
      <kbd aria-hidden="true">/</kbd>
      <div class="found" hidden={!open || q === ''}>
        <ul id={`${id}r`} role="listbox" aria-label={words.search.label} hidden={rows.length === 0}>
          {rows.map((found, place) => (
            <li
              key={`${found.kind} ${found.id}`}
              id={`${id}r${place}`}
              role="option"
              aria-selected={place === marked}
              // Before the field loses the focus.
              onMouseDown={(event) => {
                event.preventDefault();
                chosen(found);
              }}
              onMouseMove={() => setMarked(place)}
            >
              <span class="kind">{words.search.kinds[found.kind]}</span>
              <span class="title">{found.kind === 'number' ? shownNumber(found.title) : found.title}</span>
              <span class="detail">{withNumbers(found.detail)}</span>
            </li>
          ))}
        </ul>
        <p role="status">{told}</p>
      </div>
    </search>
  );
}
